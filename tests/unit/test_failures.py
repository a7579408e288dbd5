"""What is told of failures that lie around the project, and what is left to dbt's own words."""

import pytest

from orchestration.failures import cause_in


@pytest.mark.parametrize(
    "message",
    [
        'could not extend file "base/5/1": No space left on device',
        "could not write to file\n  pg_wal/xlogtemp.9: No\nspace left on device",
        "Disk quota exceeded",
    ],
)
def test_a_full_disk_is_named_whatever_it_was_that_did_not_fit(message: str) -> None:
    assert "make room" in str(cause_in(message))


@pytest.mark.parametrize(
    "message",
    [
        "server closed the connection unexpectedly\n\tThis probably means the server terminated",
        "consuming input failed: server closed the connection unexpectedly",
        'connection to server at "127.0.0.1", port 1 failed: Connection refused',
        "terminating connection due to administrator command",
        "FATAL:  the database system is in recovery mode",
    ],
)
def test_a_lost_connection_is_named_however_it_was_lost(message: str) -> None:
    assert "connection to PostgreSQL was lost" in str(cause_in(message))


@pytest.mark.parametrize(
    "message",
    [
        'new row for relation "users" violates check constraint "broken"',
        'column "server" does not exist',
        'connection to server at "db" failed: FATAL: password authentication failed for user "x"',
    ],
)
def test_what_is_said_best_by_itself_is_left_alone(message: str) -> None:
    assert cause_in(message) is None
