"""The command line of the benchmarks: names and sizes in, tables and JSON files out.

A run at a benchmark's own size writes `results/` and the README's tables; a smaller one is a look
and only printed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import as_json, as_markdown, publish
from benchmarks.machine import facts
from benchmarks.measuring import Request
from loaders.embedded import server
from loaders.errors import ChhimekiError
from loaders.settings import Settings

# In the order in which they run; each is a module with a function `report`.
NAMES = ("parsers", "layouts", "landing", "builds", "metrics", "queries", "quality")
HERE = Path(__file__).parent


def main() -> int:
    """Run what the command line names.

    Returns:
        The exit code.
    """
    chosen = _arguments()
    try:
        _run(chosen)
    except ChhimekiError as error:
        sys.stderr.write(f"benchmarks: {error}\n")
        return 1
    return 0


def _run(chosen: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    server.up(settings)
    folder = settings.home / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or NAMES:
        sys.stderr.write(f"measuring {name} …\n")
        module = importlib.import_module(f"benchmarks.{name}")
        with tempfile.TemporaryDirectory(dir=folder) as events:
            request = Request(
                command=_typed(name, chosen.events, chosen.rounds),
                server=settings,
                folder=Path(events),
                machine=facts(settings),
                events=chosen.events,
                rounds=chosen.rounds,
            )
            report = module.report(request)
        sys.stdout.write(as_markdown(report))
        if chosen.events is None:
            publish(report, HERE / "results", HERE / "README.md")
        else:
            (folder / f"{name}.json").write_text(as_json(report), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--events", type=int, help="another size than the benchmark's own")
    parser.add_argument("--rounds", type=int, help="how often each contestant is measured")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}")
    return chosen


def _typed(name: str, events: int | None, rounds: int | None) -> str:
    """Spell the command that does the same again."""
    words = [f"make bench BENCH={name}"]
    words += [f"EVENTS={events}"] if events else []
    words += [f"ROUNDS={rounds}"] if rounds else []
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(main())
