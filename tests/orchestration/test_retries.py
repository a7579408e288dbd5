"""Steps that lose the server, in a real run: tried again, and not where data are wrong."""

from collections.abc import Iterator

import psycopg
import pytest
from dagster import DagsterInstance, Definitions, ExecuteInProcessResult

from loaders.settings import Settings
from orchestration import retrying
from orchestration.defs import experiments
from orchestration.experimentation.store import Analysed

Outcomes = Iterator[Exception | Analysed]


@pytest.fixture(autouse=True)
def _at_once(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_WAIT_SECONDS", 0)
    for name, value in database.environment().items():
        monkeypatch.setenv(name, value)


def analysed(
    definitions: Definitions, patch: pytest.MonkeyPatch, outcomes: Outcomes
) -> ExecuteInProcessResult:
    """Run the step `analysis`, whose work ends as told, one outcome a try."""

    def analyse(_: Settings) -> Analysed:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    patch.setattr(experiments, "analyse_touched", analyse)
    job = definitions.resolve_job_def("build")
    with DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            instance=instance, op_selection=["analysis"], raise_on_error=False
        )


def test_a_step_that_loses_the_server_is_tried_again(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    outcomes: Outcomes = iter([lost, lost, Analysed(1, 2)])
    result = analysed(definitions, monkeypatch, outcomes)
    assert result.success
    assert result.retry_attempts_for_node("analysis") == 2
    assert next(outcomes, None) is None


def test_it_is_not_tried_for_ever(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [psycopg.OperationalError("gone") for _ in range(retrying.RETRIES + 2)]
    outcomes: Outcomes = iter(lost)
    assert not analysed(definitions, monkeypatch, outcomes).success
    assert len(list(outcomes)) == 1


def test_a_step_whose_data_are_wrong_is_tried_once(
    definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: Outcomes = iter([psycopg.errors.UniqueViolation("twice"), Analysed(1, 2)])
    assert not analysed(definitions, monkeypatch, outcomes).success
    assert len(list(outcomes)) == 1
