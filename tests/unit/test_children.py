"""A child ends with its parent, even one that is killed, and is left alone otherwise."""

import subprocess
import sys

from loaders.settings import PROJECT_ROOT
from orchestration.children import ending_with_us

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
PARENT = f"""
import subprocess, sys
from orchestration.children import ending_with_us
with subprocess.Popen({SLEEP}) as child, ending_with_us(child.pid):
    print("begun", flush=True)
    sys.stdin.read()
"""


def test_a_child_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"begun\n"
        parent.kill()
        # The child has the same output, which ends when nobody has it any longer.
        assert parent.communicate(timeout=60)[0] == b""


def test_a_child_that_is_no_longer_watched_is_left_alone() -> None:
    with subprocess.Popen(SLEEP) as child:
        with ending_with_us(child.pid):
            pass
        assert child.poll() is None
        child.kill()
