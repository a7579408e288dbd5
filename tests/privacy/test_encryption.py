"""Users' identifiers at rest: only tokens with a key, as they came without, and rotated."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click.testing
import psycopg
import pytest
from cryptography.fernet import Fernet

from loaders.errors import SettingsError
from loaders.pipeline import load
from loaders.records.sealing import Sealer
from loaders.settings import Settings
from orchestration.cli import main
from privacy.encryption import RevealError, reencrypt, reveal
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import Query, write_ndjson
from tests.integration.marts import alone, build

Connection = psycopg.Connection[Any]
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
DATA = {"username": "asha", "email": "asha@example.np", "role": "admin", "deep": {"n": [1.0, None]}}
USER = {
    "entityType": "user",
    "entityId": "u1",
    "updatedAt": "2024-03-01T00:00:00Z",
    "data": DATA,
}
COMMUNITY = {**USER, "entityType": "community", "entityId": "c1", "data": {"username": "asha"}}
ADDRESSES = ("10.1.2.3", "2001:DB8:1:2::3", "::ffff:10.1.2.3", "256.1.1.1", "fe80::1%eth0", "", 7)
STARTS = [
    {
        "eventId": f"start-{number}",
        "eventName": "session_start",
        "timestamp": "2024-03-01T00:00:00Z",
        "sessionId": f"s{number}",
        "data": {"ipAddress": address, "amount": 1e300},
        "metadata": {"ipAddress": address, "os": "BSD"},
        "ipAddress": address,
    }
    for number, address in enumerate(ADDRESSES)
]
VIEW = {
    "eventId": "e1",
    "eventName": "post_view",
    "timestamp": "2024-03-01T00:00:00Z",
    "userId": "u2",
    "data": {"postId": "p1", "postAuthor": "asha"},
}


def land(database: Settings, folder: Path, *records: Any, keys: tuple[str, ...] = ()) -> None:
    number = len(list(folder.glob("*.jsonl")))
    path = write_ndjson(folder / f"{number}.jsonl", records)
    load([str(path)], replace(database, encryption_keys=keys))


def data_of(query: Query, entity_id: str = "u1") -> dict[str, Any]:
    (row,) = query("select data from raw.entities where entity_id = %s", entity_id)
    found: dict[str, Any] = row["data"]
    return found


def test_without_a_key_everything_lands_as_it_came(
    database: Settings, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, USER)

    assert data_of(query) == DATA


def test_with_a_key_only_tokens_land(database: Settings, query: Query, tmp_path: Path) -> None:
    land(database, tmp_path, USER, COMMUNITY, keys=(KEY,))

    held = data_of(query)
    assert "asha" not in json.dumps(held)
    assert {name: Sealer([KEY]).open(held[name]["sealed"]) for name in ("username", "email")} == {
        name: DATA[name] for name in ("username", "email")
    }
    assert {name: held[name] for name in ("role", "deep")} == {
        name: DATA[name] for name in ("role", "deep")
    }
    assert data_of(query, "c1") == {"username": "asha"}


def test_with_a_key_addresses_land_without_their_host(
    database: Settings, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, *STARTS, keys=(KEY,))

    for held in ("data", "metadata", "other"):
        found = query(f"select {held} -> 'ipAddress' as held from raw.events order by event_id")
        assert [row["held"] for row in found] == ["10.1.2.0", "2001:db8:1::", "", "", "", "", 7]
    (kept,) = query("select data ->> 'amount' as amount, metadata from raw.events limit 1")
    assert float(kept["amount"]) == 1e300
    assert kept["metadata"]["os"] == "BSD"


@pytest.mark.parametrize("data", [{}, {"email": None}, {"email": ""}, {"username": ["asha"]}])
def test_what_is_no_identifier_is_left(
    data: dict[str, Any], database: Settings, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, {**USER, "data": data}, keys=(KEY,))

    assert data_of(query) == data


def test_a_token_that_was_changed_is_not_opened() -> None:
    sealed = json.loads(Sealer([KEY]).seal_user(json.dumps(DATA).encode()))["email"]["sealed"]
    changed = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]

    for sealer, token in ((Sealer([KEY]), changed), (Sealer([OTHER_KEY]), sealed)):
        with pytest.raises(SettingsError, match="add the key that it was encrypted with"):
            sealer.open(token)


def test_what_is_no_key_stops_a_load_before_anything_lands(
    database: Settings, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="holds what is no key"):
        land(database, tmp_path, USER, keys=("secret",))


def test_the_setting_takes_several_keys_and_is_never_shown() -> None:
    settings = Settings.from_environment({"CHHIMEKI_ENCRYPTION_KEYS": f"{KEY}, {OTHER_KEY}"})

    assert settings.encryption_keys == (KEY, OTHER_KEY)
    assert KEY not in repr(settings)


def test_a_new_key_takes_over_from_the_clear_and_from_an_older_key(
    database: Settings, connection: Connection, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, USER)
    land(database, tmp_path, {**USER, "entityId": "u2"}, keys=(OTHER_KEY,))
    land(database, tmp_path, {**USER, "entityId": "u3"}, keys=(KEY,))
    untouched = data_of(query, "u3")

    changed = reencrypt(connection, Sealer([KEY, OTHER_KEY]))

    assert changed == 2
    assert data_of(query, "u3") == untouched
    for user in ("u1", "u2", "u3"):
        assert "asha" not in json.dumps(data_of(query, user))
        assert Sealer([KEY]).open(data_of(query, user)["email"]["sealed"]) == DATA["email"]
    assert reencrypt(connection, Sealer([KEY])) == 0


def test_rotation_goes_on_over_many_pages(
    database: Settings,
    connection: Connection,
    query: Query,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("privacy.encryption.reencrypting.PAGE_ROWS", 2)
    users = [{**USER, "entityId": f"u{number}"} for number in range(5)]
    land(database, tmp_path, *users, *STARTS)

    assert reencrypt(connection, Sealer([KEY])) == 5
    assert query("select from raw.entities where data::text like '%%asha%%'") == []
    assert query("select from raw.events as event where event::text ~ '10.1.2.3|DB8'") == []
    assert reencrypt(connection, Sealer([KEY])) == 0


def test_rotation_without_the_old_key_says_so(
    database: Settings, connection: Connection, tmp_path: Path
) -> None:
    land(database, tmp_path, USER, keys=(OTHER_KEY,))

    with pytest.raises(SettingsError, match="add the key that it was encrypted with"):
        reencrypt(connection, Sealer([KEY]))


def test_a_user_is_revealed_and_that_is_recorded(
    database: Settings, connection: Connection, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, USER, keys=(KEY,))

    shown = reveal(connection, "u1", Sealer([KEY]))

    assert shown == {"username": "asha", "email": "asha@example.np"}
    with pytest.raises(SettingsError, match="set CHHIMEKI_ENCRYPTION_KEYS"):
        reveal(connection, "u1", None)
    with pytest.raises(RevealError, match="No user entity has this id"):
        reveal(connection, "'; drop table raw.entities; --%", None)
    recorded = query(
        "select count(*) as entries, count(*) filter (where person = audit.pseudonym('u1')) as u1"
        " from audit.log where action = 'reveal'"
    )
    assert recorded == [{"entries": 3, "u1": 2}]


def test_numbers_are_the_same_with_a_key_after_rotation_and_without(
    database: Settings, connection: Connection, dbt: DbtInProcess, query: Query, tmp_path: Path
) -> None:
    land(database, tmp_path, USER, VIEW, *STARTS, keys=(KEY,))
    land(database, tmp_path, *({**one, "eventId": f"clear-{one['eventId']}"} for one in STARTS))
    build(dbt, database, *alone("users", "content_analytics"))
    sealed, clear = (
        query(
            "select event_data -> 'ipAddress' as own, ip_address, status from marts.events"
            f" where event_ref like '{refs}' order by event_ref"
        )
        for refs in ("start-%%", "clear-%%")
    )
    first = query("select username, email from marts.users where user_ref = 'u1'")
    reencrypt(connection, Sealer([OTHER_KEY, KEY]))
    build(dbt, database, *alone("users", "content_analytics"))

    users = query("select user_ref, username, email from marts.users order by user_ref")
    author = query(
        "select user_ref from marts.content_analytics"
        " inner join marts.users on content_analytics.author_id = users.id"
    )

    assert sealed == clear
    assert [one["user_ref"] for one in users] == ["u1", "u2"]
    assert author == [{"user_ref": "u1"}]
    assert Sealer([KEY]).open(first[0]["email"]) == DATA["email"]
    assert Sealer([OTHER_KEY]).open(users[0]["username"]) == DATA["username"]


def test_the_commands_make_a_key_rotate_and_reveal(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHHIMEKI_HOME", str(tmp_path))
    land(database, tmp_path, USER)
    command = click.testing.CliRunner().invoke

    unset = command(main, ["privacy", "reencrypt"])
    key = command(main, ["privacy", "new-key"]).stdout.strip()
    monkeypatch.setenv("CHHIMEKI_ENCRYPTION_KEYS", key)
    rotated = command(main, ["privacy", "reencrypt"])
    shown = command(main, ["privacy", "reveal", "u1"])
    monkeypatch.setenv("CHHIMEKI_ENCRYPTION_KEYS", KEY)
    wrong = command(main, ["privacy", "reveal", "u1"])

    assert unset.exit_code == 2
    assert rotated.stdout.startswith("1 snapshots of users encrypted")
    assert shown.stdout == "username: asha\nemail: asha@example.np\n"
    assert wrong.exit_code == 1
    assert wrong.stderr.count("\n") == 1
    assert "asha" not in wrong.output
