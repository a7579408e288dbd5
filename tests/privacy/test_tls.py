"""Encrypted connections to a given server, which is Debian's: the embedded one speaks no TLS.

The server takes nobody without TLS, so whoever connects does it encrypted; its certificate is made
here. Its database belongs to an ordinary user who may create roles, as on a server of one's own.
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click.testing
import psycopg
import pytest
import sqlalchemy
from dagster import RunsFilter

from expectations.raw import raw_suites
from expectations.validation import judge
from loaders.catalogue import load_catalogue
from loaders.embedded.server_account import Account
from loaders.pipeline import load
from loaders.roles import Role
from loaders.settings import Settings
from orchestration.cli import main
from orchestration.instance.storage import WarehouseStorage
from tests.dbt_in_process import DbtInProcess
from tests.integration.conftest import write_ndjson

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SECRET = "a-password-of-this-test"  # noqa: S105
EVENT = {
    "eventId": "e1",
    "eventName": "page_view",
    "timestamp": "2024-01-01T10:00:00Z",
    "userId": "u1",
}
BEGIN = f"""
    create role warehouse login createrole password '{SECRET}';
    create database warehouse owner warehouse
"""

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "pg_ctl").exists(),
    reason=f"needs Debian's PostgreSQL 15 in {PROGRAMS} (apt install postgresql-15)",
)


def make_certificate(folder: Path, name: str) -> Path:
    """Make a certificate of `localhost` that vouches for itself, with its key beside it."""
    certificate = folder / f"{name}.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / f"{name}.key", "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate


@pytest.fixture(scope="module")
def server_with_tls() -> Iterator[dict[str, str]]:
    """A server that takes TLS alone; the variables that name it."""
    folder = Path(tempfile.mkdtemp(prefix="chhimeki-tls-"))
    folder.chmod(0o755)
    data, account = folder / "data", Account.for_data(folder / "data")
    account.own(folder)
    certificate = make_certificate(folder, "server")
    key = certificate.with_suffix(".key")
    account.own(key)
    key.chmod(0o600)

    def run(program: str, *arguments: str) -> None:
        finished = account.run(
            [PROGRAMS / program, f"--pgdata={data}", *arguments],
            (folder / "said").open("wb").fileno(),
        )
        assert finished.returncode == 0, (folder / "said").read_text()

    run("initdb", "--username=admin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    (data / "pg_hba.conf").write_text("local all admin trust\nhostssl all all all scram-sha-256\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "listen_addresses": "localhost",
        "port": port,
        "fsync": "off",
        "unix_socket_directories": folder,
        "ssl": "on",
        "ssl_cert_file": certificate,
        "ssl_key_file": key,
    }
    given = " ".join(f"-c {name}={value}" for name, value in options.items())
    run("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={given}")
    try:
        admin = f"host={folder} port={port} user=admin dbname=postgres"
        with psycopg.connect(admin, autocommit=True) as connection:
            for statement in BEGIN.split(";"):
                connection.execute(statement.encode())
        yield {
            "CHHIMEKI_HOME": str(folder / "home"),
            "PGHOST": "localhost",
            "PGPORT": str(port),
            "PGUSER": "warehouse",
            "PGPASSWORD": SECRET,
            "PGDATABASE": "warehouse",
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(certificate),
            **{role.password_variable: f"{SECRET} of {role}" for role in Role},
        }
    finally:
        run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.fixture
def environment(server_with_tls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in server_with_tls.items():
        monkeypatch.setenv(name, value)
    return server_with_tls


def test_every_component_connects_encrypted_and_as_its_role(
    environment: dict[str, str], dbt: DbtInProcess, tmp_path: Path
) -> None:
    up = click.testing.CliRunner().invoke(main, ["up"])
    assert (up.exit_code, up.stderr) == (0, "")
    assert "everything connects" not in up.stdout
    settings = Settings.from_environment(environment)

    landed = load(
        [str(write_ndjson(tmp_path / "events.jsonl", [EVENT]))], settings.as_role(Role.LOADER)
    )
    assert landed.events_landed == 1
    models = ("--select", "+users", "--exclude-resource-type", "test")
    dbt.build(settings.as_role(Role.TRANSFORMER), *models, "--exclude-resource-type", "unit_test")
    (judgement, *_) = judge(raw_suites(load_catalogue()), settings.as_role(Role.VALIDATOR))
    assert not any(outcome.note for outcome in judgement.outcomes)
    storage = WarehouseStorage(settings, None)
    assert storage.run_storage.get_runs(RunsFilter()) == []
    with psycopg.connect(settings.as_role(Role.ANALYST).conninfo()) as analyst:
        assert analyst.execute("select count(id) from marts.users").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute("select email from marts.users")


@pytest.fixture(params=["certificate", "host"])
def deceived(
    request: pytest.FixtureRequest,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Settings:
    """A server whose certificate somebody else signed, or that is for another name."""
    wrong = {
        "certificate": ("PGSSLROOTCERT", str(make_certificate(tmp_path, "another"))),
        "host": ("PGHOST", "127.0.0.1"),
    }[str(request.param)]
    monkeypatch.setenv(*wrong)
    return Settings.from_environment(environment | dict([wrong]))


@pytest.mark.usefixtures("deceived")
def test_a_wrong_certificate_or_host_is_refused_in_one_line() -> None:
    up = click.testing.CliRunner().invoke(main, ["up"])
    assert up.exit_code == 1
    assert up.stderr.count("\n") == 1
    assert "certificate" in up.stderr
    assert "PGSSLROOTCERT" in up.stderr
    assert SECRET not in up.stderr


def test_dbt_refuses_a_wrong_certificate_or_host(deceived: Settings, dbt: DbtInProcess) -> None:
    with pytest.raises(AssertionError, match="certificate"):
        dbt.build(deceived.as_role(Role.TRANSFORMER), "--select", "stg_events")


def test_what_connects_by_sqlalchemy_refuses_a_wrong_certificate_or_host(
    deceived: Settings,
) -> None:
    engine = sqlalchemy.create_engine(deceived.as_role(Role.VALIDATOR).sqlalchemy_url())
    with pytest.raises(sqlalchemy.exc.OperationalError, match="certificate"):
        engine.connect()
