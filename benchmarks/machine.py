"""What a benchmark ran on, so that its numbers can be judged elsewhere.

What flows through: files of the system and the installed packages in, facts in words out.
Belongs here: what changes the numbers. Does not belong here: names of machines, people or folders.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from loaders.settings import PROJECT_ROOT, Settings

PACKAGES = ("psycopg", "msgspec", "dbt-core")
GIB = 1 << 30


def facts(settings: Settings) -> dict[str, str]:
    """Describe this machine, its server and its versions.

    Args:
        settings: The server, up.

    Returns:
        Facts by name, in words.
    """
    with psycopg.connect(settings.conninfo()) as connection:
        server = str(connection.info.server_version // 10000)
        server += f".{connection.info.server_version % 10000}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "load when it began": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "PostgreSQL": server + (" (embedded)" if settings.embedded else ""),
        **{name: version(name) for name in PACKAGES},
        "dlt": _locked("dlt"),
        "commit": _commit(),
    }


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or "unknown"


def _locked(package: str) -> str:
    lock = (Path(__file__).parent / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{package}(?:\[.*\])?==(\S+)", lock, re.MULTILINE)
    return found[1] if found else "unknown"


def _commit() -> str:
    command = ["git", "-C", str(PROJECT_ROOT), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
