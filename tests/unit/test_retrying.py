"""What is tried again: what time heals, later each time, and nothing else."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from dagster import RetryRequested

from loaders.errors import LoadError
from orchestration.retrying import FIRST_WAIT_SECONDS, RETRIES, is_operational, retried


def raised_from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("any words"),
        raised_from(LoadError("lost the server"), psycopg.OperationalError("gone")),
        RuntimeError("Database Error in model users: server closed the connection unexpectedly"),
        RuntimeError('connection to server at "127.0.0.1", port 1 failed: Connection refused'),
        RuntimeError("FATAL: terminating connection due to administrator command"),
        RuntimeError("deadlock detected"),
    ],
)
def test_what_time_heals_is_operational(error: Exception) -> None:
    assert is_operational(error)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UniqueViolation("duplicate key"),
        raised_from(LoadError("no such file"), FileNotFoundError("a")),
        RuntimeError('Database Error in model users: relation "a" does not exist'),
        RuntimeError("Failure in test unique_users_id: Got 3 results, configured to fail if != 0"),
    ],
)
def test_what_is_wrong_with_data_or_code_is_not(error: Exception) -> None:
    assert not is_operational(error)


def step(retry_number: int) -> Any:
    return SimpleNamespace(retry_number=retry_number, log=SimpleNamespace(warning=lambda *_: None))


@pytest.mark.parametrize(("number", "wait"), [(0, 10), (1, 20), (2, 40)])
def test_each_try_waits_twice_as_long(number: int, wait: int) -> None:
    assert FIRST_WAIT_SECONDS == 10
    with pytest.raises(RetryRequested) as asked, retried(step(number)):
        raise psycopg.OperationalError("gone")
    assert (asked.value.max_retries, asked.value.seconds_to_wait) == (RETRIES, wait)


def test_an_error_of_data_comes_out_as_it_was() -> None:
    with pytest.raises(ValueError, match="bad"), retried(step(0)):
        raise ValueError("bad")
