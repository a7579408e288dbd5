"""The production layout, really started: the processes of its list, on free ports, in a home.

Each gets a session of its own, so that it can be killed with all that it has started and nothing
outlives the test. What they say goes to a file each, of which the end is shown where one fails.
"""

import json
import os
import shlex
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from loaders.settings import PROJECT_ROOT, Settings

PROCFILE = PROJECT_ROOT / "orchestration" / "production" / "Procfile"
# Nothing here takes so long; whoever waits longer waits for ever.
GIVE_UP_SECONDS = 240
POLL_SECONDS = 0.2
Seen = TypeVar("Seen")


def commands() -> dict[str, list[str]]:
    """The commands of the list by the name of their process."""
    lines = PROCFILE.read_text().splitlines()
    parts = [line.partition(": ") for line in lines if not line.startswith("#")]
    return {name: shlex.split(command) for name, _, command in parts}


@dataclass
class Layout:
    """Processes, and how to ask them.

    Attributes:
        settings: The warehouse.
        environment: What every process sees.
        logs: Folder of what they say.
        processes: Those that run, by name.
    """

    settings: Settings
    environment: dict[str, str]
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str], folder: Path = PROJECT_ROOT) -> None:
        """Start one process."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                env=self.environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill a process and whatever it has started."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def ask(self, query: str) -> dict[str, Any]:
        """Ask the webserver in GraphQL; it says nothing while it or its server is not there."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.environment['DAGSTER_WEBSERVER_PORT']}/graphql",
            data=json.dumps({"query": query}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with suppress(OSError), urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)["data"] or {}
        return {}

    def until(self, look: Callable[[], Seen], what: str) -> Seen:
        """Look until there is something to see.

        Args:
            look: Returns what is there, if anything.
            what: What is waited for, for whoever reads of the failure.
        """
        began = time.monotonic()
        while not (seen := look()):
            if time.monotonic() - began > GIVE_UP_SECONDS:
                raise AssertionError(f"still not so: {what}\n{self._last_words()}")
            time.sleep(POLL_SECONDS)
        return seen

    def _last_words(self) -> str:
        files = sorted(self.logs.glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text()[-3000:]}" for file in files)
