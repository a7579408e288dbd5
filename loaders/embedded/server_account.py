"""The operating-system account that the embedded server runs under.

What flows through: commands to run as that account, and questions only it can answer (may it enter
this folder, which of its processes are servers of this data). PostgreSQL refuses to run as root, so
root lends it to the data's owner, else to `postgres`, else to `nobody`; anyone else runs it as
themselves.
Belongs here: changing the account, and reading `/proc`.
Does not belong here: what is run, and when.
"""

from __future__ import annotations

import errno
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from loaders.errors import ServerError

UNPRIVILEGED_NAMES = ("postgres", "nobody")

# A zombie has no cwd, so it is not listed. Root without CAP_SYS_PTRACE, as in most containers, may
# not see the cwd of another account's processes; that account itself may.
LIST_SERVERS = """
for process in /proc/[0-9]*; do
    read -r name < "$process/comm" || continue
    case $name in
    postgres)
        [ "$process/cwd" -ef "$1" ] || [ "$(readlink "$process/cwd")" = "$1 (deleted)" ] ;;
    pg_ctl)
        grep -qF -e "--pgdata=$1" "$process/cmdline" ;;
    *)
        false ;;
    esac && echo "${process#/proc/}"
done 2>/dev/null
"""


@dataclass(frozen=True)
class Account:
    """Who runs the server.

    Attributes:
        name: For messages.
        uid: Numeric user to change to; None when the caller runs the server as itself.
        gid: Numeric group to change to; None likewise.
    """

    name: str
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_data(cls, data: Path) -> Account:
        """Choose the account for a data directory, which need not exist yet.

        Args:
            data: The data directory.

        Returns:
            Its account.

        Raises:
            ServerError: The data belong to somebody else, or root finds nobody to lend it to.
        """
        owner = data.stat() if data.exists() else None
        if os.geteuid() != 0:
            if owner and owner.st_uid != os.geteuid():
                raise ServerError(
                    f"{data} belongs to another user (uid {owner.st_uid}); run this as that user "
                    "or set CHHIMEKI_HOME to a folder of your own."
                )
            return cls("the current user")
        if owner and owner.st_uid != 0:
            return cls(f"uid {owner.st_uid}", owner.st_uid, owner.st_gid)
        return cls._unprivileged()

    @classmethod
    def _unprivileged(cls) -> Account:
        for name in UNPRIVILEGED_NAMES:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, entry.pw_gid)
        raise ServerError(
            "PostgreSQL does not run as root and there is neither a user postgres nor nobody; "
            "create one of them."
        )

    def run(
        self, command: Sequence[str | Path], output: IO[bytes] | int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, to its end, in a session of its own.

        Args:
            command: Program and arguments.
            output: Where both of its output streams go; a server must not inherit a pipe.

        Returns:
            The finished process; `stdout` holds the output when it was piped.

        Raises:
            OSError: The program cannot be run.
            ServerError: The caller may not change to this account.
        """
        try:
            return subprocess.run(
                [str(part) for part in command],
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                cwd="/",  # the caller's folder may be closed to this account
                env={"PATH": os.defpath, "LC_ALL": "C"},  # no PG* variable may steer initdb, pg_ctl
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
                errors="replace",
                check=False,
            )
        except PermissionError as error:
            if error.errno != errno.EPERM:
                raise
            raise ServerError(
                f"PostgreSQL does not run as root and this root may not run it as {self.name}; "
                "run this as an ordinary user, or set PGHOST to use a server of your own."
            ) from error

    def own(self, path: Path) -> None:
        """Give a file or folder to this account.

        Args:
            path: What to give.
        """
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Try whether this account reaches a folder, past every parent and access list.

        Args:
            folder: An existing folder.

        Returns:
            Whether it can.
        """
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Try whether this account can run a program, with the libraries beside it.

        Args:
            program: A program that knows `--version`.

        Returns:
            Whether it can.
        """
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False

    def servers_in(self, data: Path) -> frozenset[int]:
        """List the live PostgreSQL processes that serve this data directory.

        Args:
            data: The data directory.

        Returns:
            Process ids: the postmaster, its children, children that outlived theirs, all of these
            when the data were deleted under them, and a `pg_ctl` that outlived its caller.
        """
        listed = self.run(["/bin/sh", "-c", LIST_SERVERS, "sh", data])
        return frozenset(int(line) for line in listed.stdout.split())
