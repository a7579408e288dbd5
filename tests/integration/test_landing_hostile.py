"""Hostile records and wounded files, all the way to PostgreSQL: what lands is what was written.

For each file: no exception, every record read has landed or been rejected, and whatever its
neighbours suffered, a record of which no byte was touched has landed as it was.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loaders.landing import copying
from loaders.pipeline import FileOutcome, Status, load
from loaders.records.validation import REASONS
from loaders.settings import PROJECT_ROOT, Settings
from tests.hostile_records import record_files, record_texts, wounds
from tests.integration.conftest import Query
from tests.integration.landing_content import EVENT, lines, only

HEAD = json.dumps(EVENT).encode()[:-1]
DEEP = b"[" * 100_000 + b"]" * 100_000
# Each among legal ones: why it is rejected, or None where it lands.
HOSTILE: list[tuple[str | None, bytes]] = [
    ("unstorable_text", HEAD + rb', "data": {"a": "\u0000"}}'),
    ("unstorable_text", HEAD + rb', "data": {"a": "\ud800 alone"}}'),
    ("not_json", HEAD + b', "data": {"a": "\0"}}'),
    ("not_utf8", HEAD + b', "data": {"a": "\xff"}}'),
    ("not_utf8", HEAD + b', "data": {"a": "\xed\xa0\x80"}}'),
    ("not_json", b"\xef\xbb\xbf" + HEAD + b"}"),
    ("not_json", HEAD + b', "data": {"a": NaN}}'),
    ("not_json", HEAD + b', "data": {"a": -Infinity}}'),
    ("too_deep", HEAD + b', "data": {"a": ' + DEEP + b"}}"),
    ("too_deep", HEAD + b', "of its own": ' + DEEP + b"}"),
    ("id_too_long", HEAD.replace(b"e1", b"e" * 1_000_000) + b"}"),
    (None, HEAD + b', "data": {"a": ' + b"7" * 400 + b"}}"),
    (None, HEAD + b', "data": {"a": 0.' + b"7" * 400 + b"}}"),
    (None, HEAD + b', "data": {"a": 1, "a": 2}, "data": {"a": 3, "a": 4}}'),
    (None, b'{"eventId": 5, "eventId": null, ' + HEAD[1:] + b', "x": 1, "x": 2}'),
    (None, HEAD + rb', "data": {"a": "\\u0000 \ud83d\ude42"}}'),
]
SPELLINGS: dict[str, Callable[[list[bytes]], bytes]] = {
    "lines": b"\n".join,
    "lines as Windows writes them": lambda texts: b"\xef\xbb\xbf" + b"\r\n".join(texts) + b"\r\n",
    "array": lambda texts: b"[" + b",".join(texts) + b"]",
}
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": partial(gzip.compress, compresslevel=1),
    ".zst": zstandard.ZstdCompressor().compress,
}
generated = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_hostile_records_are_rejected_and_the_others_land(
    spelling: str, database: Settings, file: Callable[..., str], query: Query
) -> None:
    usual = lines(len(HOSTILE) + 1).splitlines()
    texts = [usual[0]]
    for (_, hostile), next_one in zip(HOSTILE, usual[1:], strict=True):
        texts += [hostile, next_one]
    outcome = only(load([file(SPELLINGS[spelling](texts))], database))
    reasons = [reason for reason, _ in HOSTILE]
    landed = reasons.count(None)
    assert (outcome.records_read, outcome.events_landed) == (len(texts), len(usual) + landed)
    rejected = query("select record_number, reason from raw.rejected_records order by 1")
    assert rejected == [
        {"record_number": 2 * number, "reason": reason}
        for number, reason in enumerate(reasons, start=1)
        if reason
    ]
    ids = {row["event_id"] for row in query("select event_id from raw.events")}
    assert ids >= {f"e{number}" for number in range(len(usual))}


def test_of_a_key_that_occurs_twice_the_last_lands(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    load(
        [file(HEAD + b', "data": {"a": 1, "a": 2}, "data": {"a": 3, "a": 4}, "b": 1, "b": 2}')],
        database,
    )
    assert query("select data, other from raw.events") == [{"data": {"a": 4}, "other": {"b": 2}}]


def test_an_array_cut_off_between_two_elements_says_so(
    database: Settings, file: Callable[..., str], query: Query
) -> None:
    whole = b"\n [" + lines(3).strip().replace(b"\n", b",\n")
    outcome = only(load([file(whole)], database))
    assert (outcome.events_landed, outcome.records_rejected) == (3, 1)
    assert query(
        "select record_number, byte_offset, line_number, reason from raw.rejected_records"
    ) == [{"record_number": 4, "byte_offset": 2, "line_number": 2, "reason": "not_json"}]
    assert "never closed" in query("select detail from raw.rejected_records")[0]["detail"]


# --- generated ------------------------------------------------------------------------------------


@given(st.lists(record_texts(), min_size=1, max_size=40))
@generated
def test_whatever_the_validation_lets_pass_postgresql_takes(
    database: Settings, tmp_path: Path, texts: list[bytes]
) -> None:
    path = tmp_path / "generated.jsonl"
    path.write_bytes(b"\n".join(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(copying, "copy_checked")
        assert only(load([str(path)], database)).status in (Status.LANDED, Status.ALREADY_LANDED)


@pytest.mark.parametrize("kind", ["lines", "array", "batches"])
@given(st.data(), st.sampled_from(sorted(COMPRESSIONS)))
@generated
def test_what_a_wound_does_not_touch_lands_as_it_was(
    kind: str, database: Settings, tmp_path: Path, data: st.DataObject, compression: str
) -> None:
    file = data.draw(record_files(kind))
    # What makes a file an array is its first byte.
    wound = data.draw(wounds(file.content, first=kind == "array"))
    path = tmp_path / f"wounded{compression}"
    path.write_bytes(COMPRESSIONS[compression](wound.to(file.content)))
    outcome = only(load([str(path)], database))
    assert outcome.status in (Status.LANDED, Status.ALREADY_LANDED)
    landed = _landed(database, outcome)
    for record in file.untouched(wound):
        assert _normalised(record) in landed


@pytest.mark.parametrize("compression", [".gz", ".zst"])
@given(st.data())
@generated
def test_a_wounded_compressed_file_lands_or_is_refused_whole(
    compression: str, database: Settings, tmp_path: Path, data: st.DataObject
) -> None:
    whole = COMPRESSIONS[compression](data.draw(record_files("lines")).content)
    path = tmp_path / f"wounded{compression}"
    path.write_bytes(data.draw(wounds(whole)).to(whole))
    before = _loads(database)
    outcome = only(load([str(path)], database))
    if outcome.status == Status.REFUSED:
        assert outcome.reason
        assert _loads(database) == before
    else:
        _landed(database, outcome)


def _loads(database: Settings) -> object:
    with psycopg.connect(database.conninfo()) as connection:
        return connection.execute("select count(*) from raw.loads").fetchone()


def _landed(database: Settings, outcome: FileOutcome) -> list[dict[str, Any]]:
    """The records of a load, as far as they can be put together again; and its sums hold."""
    with psycopg.connect(database.conninfo()) as connection:
        reasons = connection.execute(
            "select reason from raw.rejected_records where load_id = %s", (outcome.load_id,)
        ).fetchall()
        events = connection.execute(
            "select event_id, event_name, data::text, metadata::text, coalesce(other, '{}')::text"
            " from raw.events where load_id = %s",
            (outcome.load_id,),
        ).fetchall()
        entities = connection.execute(
            "select entity_id, entity_type, data::text, '{}', coalesce(other, '{}')::text"
            " from raw.entities where load_id = %s",
            (outcome.load_id,),
        ).fetchall()
        sums = connection.execute(
            "select records_read, events_landed, entities_landed, records_rejected"
            " from raw.loads where load_id = %s",
            (outcome.load_id,),
        ).fetchone()
    assert {reason for (reason,) in reasons} <= set(REASONS)
    rows = [len(events), len(entities), len(reasons)]
    assert sums == (sum(rows), *rows)
    return [
        {"id": ref, "kind": kind, "data": _exact(data), "metadata": _exact(metadata)}
        | _exact(other)
        for ref, kind, data, metadata, other in (*events, *entities)
    ]


def _normalised(record: dict[str, Any]) -> dict[str, Any]:
    """The same of a record that was written."""
    rest: dict[str, Any] = _exact(json.dumps(record))
    for key in ("timestamp", "updatedAt"):
        rest.pop(key, None)
    ref = rest.pop("eventId", None) or rest.pop("entityId")
    kind = rest.pop("eventName", None) or rest.pop("entityType")
    return {"id": ref, "kind": kind, "data": {}, "metadata": {}} | rest


def _exact(text: str) -> Any:
    # jsonb keeps numbers as they are, but for the way in which they are written.
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


# --- files and folders ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [b" a b .jsonl", b"a'b\"c`$(d).jsonl", b"a\nb\\n\t.jsonl", b"caf\xe9 \xff.jsonl", b"-.jsonl"],
)
def test_a_file_of_any_name_lands(
    name: bytes, database: Settings, query: Query, tmp_path: Path
) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    Path(path).write_bytes(lines(1))
    assert only(load([str(tmp_path)], database)).status == Status.LANDED
    assert only(load([path], database)).status == Status.ALREADY_LANDED
    told = query("select file_name from raw.loads")[0]["file_name"]
    assert told == path.encode("utf-8", "backslashreplace").decode()


READING_WITHOUT_RIGHTS = """
import os, sys
from loaders.reading import inputs
from loaders.errors import LoadError
if os.geteuid() == 0:
    # Rights do not bind root.
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    for path in inputs.expand(sys.argv[1:]):
        with inputs.open_landing_file(path, "no spool") as file:
            list(file.blocks())
except LoadError as error:
    print(error)
"""


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A file in a folder without rights, and a file without rights, where anyone may come to."""
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-landing-tests-"))
    folder.chmod(0o755)
    for name in ("closed", "open"):
        (folder / name).mkdir()
        (folder / name / "a.jsonl").write_bytes(lines(1))
    (folder / "closed").chmod(0)
    (folder / "open" / "a.jsonl").chmod(0)
    yield folder
    (folder / "closed").chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "asked", ["", "closed", "closed/*.jsonl", "closed/a.jsonl", "open", "open/a.jsonl"]
)
def test_what_may_not_be_read_is_said_in_one_line(asked: str, closed_folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", READING_WITHOUT_RIGHTS, str(closed_folder / asked)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert told.stderr == ""
    assert told.stdout.count("\n") == 1
    assert str(closed_folder) in told.stdout
