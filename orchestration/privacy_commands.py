"""Commands about people's data, `chhimeki privacy …`.

What flows through: arguments in, lines and an exit code out, as in `cli`, which lists the group
beside its own commands.
Belongs here: arguments, and which function they call. Does not belong here: any work (`privacy`).
"""

from __future__ import annotations

import click


@click.group()
def privacy() -> None:
    """What is held on a person: show it, erase it, keep it no longer than agreed."""
