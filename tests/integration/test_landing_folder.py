"""The landing folder: oldest first, moved only after the commit, nothing lost in between."""

import gzip
import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loaders import landing_folder
from loaders.errors import LoadError
from loaders.landing_folder import land_waiting, waiting
from loaders.pipeline import LoadSummary, Progress, Status, load
from loaders.settings import Settings
from tests.integration.conftest import Query
from tests.integration.landing_content import lines, only
from tests.servers import open_to_all

Drop = Callable[..., Path]

LANDING_THEN_WAITING_TO_MOVE = """
import os, time
from loaders import landing_folder
from loaders.settings import Settings
def wait(*_):
    print("moving", flush=True)
    time.sleep(60)
os.replace = wait
landing_folder.SETTLE_SECONDS = 0
landing_folder.land_waiting(Settings.from_environment())
"""


@pytest.fixture
def settings_here(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A landing folder of the test's own, whose files need not settle."""
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    folder = tmp_path / "landing"
    landing_folder.prepare(folder)
    return replace(database, landing=folder)


@pytest.fixture
def drop(settings_here: Settings) -> Drop:
    """Put a file into the landing folder, written some seconds ago."""

    def dropped(name: str | bytes, content: bytes, age: int = 0) -> Path:
        path = settings_here.landing / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - age,) * 2)
        return path

    return dropped


def names_below(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def waiting_names(settings: Settings) -> list[str]:
    return [file.path.name for file in waiting(settings.landing)]


def fates(summary: LoadSummary) -> list[tuple[str, str]]:
    return [(Path(one.file_name).name, one.status.value) for one in summary.files]


def cut(count: int = 3) -> bytes:
    return gzip.compress(lines(count), mtime=0)[:-5]


def test_the_oldest_lands_first_and_all_are_moved(
    settings_here: Settings, drop: Drop, query: Query
) -> None:
    drop("a.jsonl", lines(1), age=10)
    drop("z.jsonl.gz", gzip.compress(lines(2)), age=30)
    drop("web/eu/b.json", lines(3), age=20)
    drop("c.jsonl", lines(4), age=10)
    in_order = ["z.jsonl.gz", "b.json", "a.jsonl", "c.jsonl"]
    assert fates(land_waiting(settings_here)) == [(name, "landed") for name in in_order]
    landed = query("select file_name from raw.loads order by landing_order")
    assert [Path(row["file_name"]).name for row in landed] == in_order
    assert names_below(settings_here.landing) == [
        "done/a.jsonl",
        "done/c.jsonl",
        "done/web/eu/b.json",
        "done/z.jsonl.gz",
    ]
    assert land_waiting(settings_here) == LoadSummary(files=())


def test_what_is_unfinished_or_no_landing_file_is_left_alone(
    settings_here: Settings, drop: Drop
) -> None:
    ignored = (".a.jsonl", "b.jsonl.part", "c.tmp", "d.csv", ".sync/e.jsonl", "f.part/f.jsonl")
    for name in (*ignored, "done/g.jsonl", "refused/h.jsonl"):
        drop(name, lines(1))
    os.mkfifo(settings_here.landing / "i.jsonl")
    (settings_here.landing / "j.jsonl").symlink_to("nowhere")
    (settings_here.landing / "k.jsonl").mkdir()
    drop("team/done/l.jsonl", lines(1))
    assert waiting_names(settings_here) == ["l.jsonl"]


def test_a_folder_that_is_not_there_is_empty(settings_here: Settings) -> None:
    elsewhere = replace(settings_here, landing=settings_here.landing / "not" / "there")
    assert land_waiting(elsewhere) == LoadSummary(files=())


def test_a_refused_file_has_its_reason_beside_it_and_lands_once_put_right(
    settings_here: Settings, drop: Drop
) -> None:
    drop("web/a.jsonl.gz", cut(), age=10)
    drop("b.jsonl", lines(1))
    summary = land_waiting(settings_here)
    assert fates(summary) == [("a.jsonl.gz", "refused"), ("b.jsonl", "landed")]
    refused = settings_here.landing / "refused"
    assert names_below(refused) == ["web/a.jsonl.gz", "web/a.jsonl.gz.reason.txt"]
    reason = (refused / "web" / "a.jsonl.gz.reason.txt").read_text()
    assert reason == f"{summary.files[0].reason}\n"
    assert reason.count("\n") == 1
    assert "cut off" in reason

    drop("web/a.jsonl.gz", gzip.compress(lines(3)))
    assert fates(land_waiting(settings_here)) == [("a.jsonl.gz", "landed")]
    assert (settings_here.landing / "done" / "web" / "a.jsonl.gz").exists()


def test_nothing_in_done_or_refused_is_ever_replaced(settings_here: Settings, drop: Drop) -> None:
    for count in (1, 2, 3):
        drop("a.jsonl", lines(count))
        drop("b.jsonl.gz", cut(count))
        land_waiting(settings_here)
    done, refused = settings_here.landing / "done", settings_here.landing / "refused"
    kept = {path.read_bytes() for path in done.iterdir()}
    assert kept == {lines(count) for count in (1, 2, 3)}
    assert {path.read_bytes() for path in refused.glob("*.gz")} == {cut(one) for one in (1, 2, 3)}
    reasons = {path.name.removesuffix(".reason.txt") for path in refused.glob("*.txt")}
    assert reasons == {path.name for path in refused.glob("*.gz")}
    # Moved back by hand, each is a landing file still.
    assert len(waiting(done)) == 3


def test_a_crash_between_commit_and_move_is_harmless(
    settings_here: Settings, drop: Drop, query: Query
) -> None:
    path = drop("a.jsonl", lines(100))
    loader = subprocess.Popen(
        [sys.executable, "-c", LANDING_THEN_WAITING_TO_MOVE],
        env=os.environ | settings_here.environment(),
        stdout=subprocess.PIPE,
    )
    with loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == b"moving\n"
        loader.kill()
    assert len(query("select from raw.events")) == 100
    assert path.exists()
    assert fates(land_waiting(settings_here)) == [("a.jsonl", "already_landed")]
    assert names_below(settings_here.landing) == ["done/a.jsonl"]
    assert len(query("select from raw.events")) == 100
    assert len(query("select from raw.loads")) == 1


def test_watchers_at_once_land_and_move_each_file_once(
    settings_here: Settings, drop: Drop, query: Query
) -> None:
    whole = {f"{number}.jsonl": lines(500, start=number * 500) for number in range(8)}
    for name, content in whole.items():
        drop(name, content)
    drop("cut.jsonl.gz", cut())
    with ThreadPoolExecutor() as pool:
        summaries = list(pool.map(lambda _: land_waiting(settings_here), range(3)))
    landed = [one for summary in summaries for one in summary.with_status(Status.LANDED)]
    assert len(landed) == len(query("select from raw.loads")) == 8
    assert len(query("select from raw.events")) == 4000
    assert names_below(settings_here.landing) == [
        *(f"done/{name}" for name in whole),
        "refused/cut.jsonl.gz",
        "refused/cut.jsonl.gz.reason.txt",
    ]


def test_a_file_still_being_written_is_left_alone_until_it_settles(
    settings_here: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 1)
    # A copy that keeps the original's times looks old from its first byte on.
    path = drop("a.jsonl", lines(10), age=1000)
    assert not waiting_names(settings_here)
    with path.open("ab") as stream:
        stream.write(lines(10, start=10))
    assert not land_waiting(settings_here).files
    time.sleep(1.1)
    assert only(land_waiting(settings_here)).events_landed == 20


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_file_that_changes_while_it_is_read_is_not_refused(
    settings_here: Settings, drop: Drop, query: Query, name: str
) -> None:
    content = gzip.compress(lines(20_000)) if name.endswith(".gz") else lines(20_000)
    path = drop(name, content[:-20])
    grown: list[int] = []

    def grow(_: Progress) -> None:
        if not grown:
            grown.append(path.write_bytes(content))

    assert land_waiting(settings_here, grow) == LoadSummary(files=())
    assert not query("select from raw.loads")
    assert names_below(settings_here.landing) == [name]
    assert only(land_waiting(settings_here)).events_landed == 20_000
    assert names_below(settings_here.landing) == [f"done/{name}"]


def test_what_is_appended_after_the_commit_lands_the_next_time(
    settings_here: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop("a.jsonl", lines(3))

    def load_then_append(*arguments: Any) -> LoadSummary:
        summary = load(*arguments)
        with path.open("ab") as stream:
            stream.write(lines(2, start=3))
        return summary

    monkeypatch.setattr(landing_folder, "load", load_then_append)
    assert only(land_waiting(settings_here)).events_landed == 3
    assert waiting_names(settings_here) == ["a.jsonl"]
    monkeypatch.undo()
    monkeypatch.setattr(landing_folder, "SETTLE_SECONDS", 0)
    assert only(land_waiting(settings_here)).events_landed == 5


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_somebody_else_takes_is_theirs(
    settings_here: Settings, drop: Drop, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = drop("a*.jsonl", lines(3), age=10)
    drop("b.jsonl", lines(4))

    def load_a_vanishing_file(*arguments: Any) -> LoadSummary:
        if when == "before":
            path.unlink(missing_ok=True)
        summary = load(*arguments)
        path.unlink(missing_ok=True)
        return summary

    monkeypatch.setattr(landing_folder, "load", load_a_vanishing_file)
    landed = [("a*.jsonl", "landed")] if when == "after" else []
    assert fates(land_waiting(settings_here)) == [*landed, ("b.jsonl", "landed")]
    assert names_below(settings_here.landing) == ["done/b.jsonl"]


@pytest.mark.parametrize(("content", "fate"), [(lines(3), "landed"), (b"\x1f\x8bcut", "refused")])
def test_a_file_taken_just_before_it_is_moved_leaves_nothing_behind(
    settings_here: Settings,
    drop: Drop,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    fate: str,
) -> None:
    path = drop("a.jsonl", content)
    move = os.replace

    def move_a_vanishing_file(source: Path, target: Path) -> None:
        path.unlink()
        move(source, target)

    monkeypatch.setattr(os, "replace", move_a_vanishing_file)
    assert fates(land_waiting(settings_here)) == [("a.jsonl", fate)]
    assert not names_below(settings_here.landing)


@pytest.mark.parametrize(
    "name",
    [
        "two words.jsonl",
        'it\'s "quoted".jsonl',
        "[1]*?.jsonl",
        "-.jsonl",
        "new\nline.jsonl",
        b"caf\xe9.jsonl",
        pytest.param("ब" * 83 + ".jsonl", id="as long as names may be"),
    ],
)
def test_any_name_lands_and_is_refused(
    settings_here: Settings, drop: Drop, name: str | bytes
) -> None:
    text = os.fsdecode(name)
    for content in (lines(1), lines(2), b"\x1f\x8bcut", b"\x1f\x8bshort"):
        drop(name, content)
        assert only(land_waiting(settings_here)).file_name == str(settings_here.landing / text)
    assert len(list((settings_here.landing / "done").iterdir())) == 2
    reasons = list((settings_here.landing / "refused").glob("*.reason.txt"))
    assert [one.read_bytes().count(b"\n") for one in reasons] == [1, 1]
    assert len(list((settings_here.landing / "refused").iterdir())) == 4


def test_a_failing_server_leaves_the_file_where_it_is(settings_here: Settings, drop: Drop) -> None:
    drop("a.jsonl", lines(3))
    with pytest.raises(LoadError, match="see that the server is up"):
        land_waiting(replace(settings_here, port=1))
    assert names_below(settings_here.landing) == ["a.jsonl"]
    assert fates(land_waiting(settings_here)) == [("a.jsonl", "landed")]


@contextmanager
def without_roots_rights() -> Iterator[None]:
    """Be nobody for a while, where the tests run as root, whom no mode of a folder binds."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write to, which pytest's own are not."""
    with open_to_all() as folder:
        folder.chmod(0o777)
        yield folder


@pytest.mark.parametrize(
    ("closed", "mode", "said"),
    [(".", 0o000, "Cannot list"), ("web", 0o000, "Cannot list"), ("web", 0o444, "Cannot look at")],
)
def test_a_folder_that_cannot_be_read_is_one_clear_line(
    settings_here: Settings, open_folder: Path, closed: str, mode: int, said: str
) -> None:
    folder = open_folder / "landing"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "a.jsonl").write_bytes(lines(1))
    (folder / closed).chmod(mode)
    with without_roots_rights(), pytest.raises(LoadError, match=said) as raised:
        land_waiting(replace(settings_here, landing=folder))
    (folder / closed).chmod(0o755)
    assert str(folder) in str(raised.value)
    assert "Permission denied; allow it to be read." in str(raised.value)


def test_a_file_that_cannot_be_moved_is_told_and_moved_once_it_can_be(
    settings_here: Settings, open_folder: Path
) -> None:
    folder = open_folder / "landing"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(lines(1))
    folder.chmod(0o555)
    here = replace(settings_here, landing=folder, home=open_folder)
    with without_roots_rights(), pytest.raises(LoadError, match=r"Cannot move '.*a\.jsonl'"):
        land_waiting(here)
    folder.chmod(0o755)
    assert fates(land_waiting(here)) == [("a.jsonl", "already_landed")]
    assert names_below(folder) == ["done/a.jsonl"]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LoadError, match=r"Cannot make the landing folder .*CHHIMEKI_LANDING"):
        landing_folder.prepare(tmp_path / "file" / "landing")


def test_the_command_without_paths_lands_what_waits(settings_here: Settings, drop: Drop) -> None:
    from orchestration.cli import main  # noqa: PLC0415

    def chhimeki_load() -> tuple[int, str]:
        result = CliRunner().invoke(main, ["load"], env=settings_here.environment())
        return result.exit_code, result.stdout

    drop("a.jsonl", lines(3))
    code, told = chhimeki_load()
    assert (code, told.count("\n")) == (0, 1)
    assert "a.jsonl: 3 events of 3 records" in told
    code, told = chhimeki_load()
    assert (code, told.count("\n")) == (0, 1)
    assert told.startswith(f"Nothing waits in {settings_here.landing}")
    drop("b.jsonl.gz", cut())
    code, told = chhimeki_load()
    assert code == 1
    assert "refused: " in told
