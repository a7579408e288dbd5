"""Settings: what the environment says, which names are refused, how a connection is spelled."""

from pathlib import Path

import psycopg.conninfo
import pytest
from sqlalchemy.engine import make_url

from loaders.errors import ChhimekiError, SettingsError
from loaders.roles import Role
from loaders.settings import PROJECT_ROOT, Settings

GIVEN = {
    "PGHOST": "db.example.org",
    "PGPORT": "6000",
    "PGUSER": "ana",
    "PGPASSWORD": "p@ss/w:rd %",
    "PGDATABASE": "ware house",
}


def test_without_variables_the_embedded_server_is_used() -> None:
    settings = Settings.from_environment({})
    assert settings.embedded
    assert settings.home == PROJECT_ROOT / ".chhimeki"
    assert settings.landing == PROJECT_ROOT / ".chhimeki" / "landing"
    assert (settings.host, settings.port) == ("127.0.0.1", 54329)
    assert {settings.user, settings.password, settings.database} == {"chhimeki"}


def test_an_empty_variable_counts_as_not_set() -> None:
    names = ("CHHIMEKI_HOME", "CHHIMEKI_PORT", "CHHIMEKI_LANDING", "PGHOST")
    empty = dict.fromkeys(names, "")
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_home_and_port_are_read_and_the_home_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"CHHIMEKI_HOME": "state", "CHHIMEKI_PORT": "5555"})
    assert settings.home == tmp_path.resolve() / "state"
    assert settings.port == 5555


def test_the_landing_folder_lies_below_the_home_or_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    below = Settings.from_environment({"CHHIMEKI_HOME": "state"})
    assert below.landing == below.home / "landing"
    said = Settings.from_environment(GIVEN | {"CHHIMEKI_LANDING": "dropped"})
    assert said.landing == tmp_path.resolve() / "dropped"
    assert Settings.from_environment(said.environment()).landing == said.landing


@pytest.mark.parametrize("name", ["CHHIMEKI_PORT", "PGPORT"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "5432,5433", "x", "1" * 5000, "٣"])
def test_what_is_no_port_is_refused_by_name(name: str, port: str) -> None:
    environ = {name: port} | ({"PGHOST": "h"} if name == "PGPORT" else {})
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("CHHIMEKI_PROT", "CHHIMEKI_PORT"),
        ("CHHIMEKI_HOMEDIR", "CHHIMEKI_HOME"),
        ("CHHIMEKI_DEBUGG", "CHHIMEKI_DEBUG"),
        ("CHHIMEKI_LANDINGS", "CHHIMEKI_LANDING"),
    ],
)
def test_an_unknown_variable_is_refused_naming_the_nearest(wrong: str, nearest: str) -> None:
    with pytest.raises(SettingsError, match=f"{wrong} is not a setting.*{nearest}") as raised:
        Settings.from_environment({wrong: "1"})
    assert "\n" not in str(raised.value)


def test_a_known_variable_and_foreign_ones_are_let_pass() -> None:
    Settings.from_environment({"CHHIMEKI_DEBUG": "1", "HOME": "/root", "MY_CHHIMEKI_X": "1"})


def test_a_given_server_is_described_by_the_libpq_variables() -> None:
    settings = Settings.from_environment(GIVEN)
    assert not settings.embedded
    assert (settings.host, settings.port, settings.user) == ("db.example.org", 6000, "ana")
    assert (settings.password, settings.database) == (GIVEN["PGPASSWORD"], "ware house")


def test_a_given_server_has_libpqs_defaults() -> None:
    settings = Settings.from_environment({"PGHOST": "h", "PGUSER": "ana"})
    assert (settings.port, settings.password, settings.database) == (5432, "", "ana")


@pytest.mark.parametrize("environ", [{}, GIVEN])
def test_every_spelling_of_the_connection_says_the_same(environ: dict[str, str]) -> None:
    settings = Settings.from_environment(environ)
    told = (settings.host, settings.port, settings.user, settings.password, settings.database)

    parts = psycopg.conninfo.conninfo_to_dict(settings.conninfo())
    port = int(str(parts["port"]))
    assert told == (parts["host"], port, parts["user"], parts["password"], parts["dbname"])

    url = make_url(settings.sqlalchemy_url())
    assert url.drivername == "postgresql+psycopg2"
    assert told == (url.host, url.port, url.username, url.password, url.database)

    child = Settings.from_environment(settings.environment())
    assert told == (child.host, child.port, child.user, child.password, child.database)
    assert child.home == settings.home


def test_a_socket_directory_and_a_bare_address_fit_into_a_url() -> None:
    socket = Settings.from_environment({"PGHOST": "/run/postgresql", "PGUSER": "ana"})
    url = make_url(socket.sqlalchemy_url())
    assert url.query["host"] == "/run/postgresql"
    address = Settings.from_environment({"PGHOST": "::1", "PGUSER": "ana"})
    assert make_url(address.sqlalchemy_url()).host == "::1"


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert GIVEN["PGPASSWORD"] not in repr(Settings.from_environment(GIVEN))


def test_a_component_connects_as_its_own_role_and_knows_no_other_password() -> None:
    words = {role.password_variable: f"secret of {role}" for role in Role}
    for environ in ({**GIVEN, **words}, words):
        settings = Settings.from_environment(environ)
        loader = settings.as_role(Role.LOADER)
        assert (loader.user, loader.password) == ("chhimeki_loader", "secret of loader")
        assert (loader.host, loader.database) == (settings.host, settings.database)
        assert not loader.role_passwords
        assert "secret" not in repr(settings)
        child = Settings.from_environment(settings.environment() | settings.role_environment())
        assert child.as_role(Role.LOADER).environment().items() <= loader.environment().items()


def test_roles_of_the_embedded_server_have_passwords_and_those_of_a_given_one_need_them() -> None:
    assert set(Settings.from_environment({}).role_passwords) == set(Role)
    given = Settings.from_environment(GIVEN)
    assert given.as_role(Role.ANALYST) == given


def test_a_password_that_is_forgotten_is_named() -> None:
    environ = GIVEN | {role.password_variable: "x" for role in Role if role is not Role.STEWARD}
    with pytest.raises(SettingsError, match=r"^CHHIMEKI_STEWARD_PASSWORD is not set"):
        Settings.from_environment(environ)


def test_an_error_is_one_line_whatever_it_quotes() -> None:
    assert str(ChhimekiError("first\n\tsecond  third")) == "first second third"
