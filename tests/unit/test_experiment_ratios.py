"""The sample ratio: what is tested, and every plan that is none."""

import pytest

from tests.unit.experiment_cases import summary


@pytest.mark.parametrize(
    ("users", "allocation", "note"),
    [
        ({"a": 50, "b": 50}, None, "no traffic allocation"),
        ({"a": 50, "b": 50}, {}, "no traffic allocation"),
        ({"a": 50, "b": 50}, {"a": 0.5, "b": 0.4}, "the traffic allocation does not sum to 1"),
        ({"a": 50, "b": 50}, {"a": 50, "b": 50}, "the traffic allocation does not sum to 1"),
        ({"a": 50}, {"a": 10**400, "b": 0.5}, "the traffic allocation does not sum to 1"),
        ({"a": 50}, {"a": float("inf")}, "the traffic allocation does not sum to 1"),
        ({"a": 50, "b": 50}, {"a": "0.5", "b": 0.5}, "is not a number, or negative"),
        ({"a": 50, "b": 50}, {"a": None, "b": 1}, "is not a number, or negative"),
        ({"a": 50, "b": 50}, {"a": True, "b": 0}, "is not a number, or negative"),
        ({"a": 50, "b": 50}, {"a": 1.5, "b": -0.5}, "is not a number, or negative"),
        ({"a": 50, "b": 50}, {"a": 0.5, "c": 0.5}, "users in a variant without a share: b"),
        ({"a": 9, "b": 9, "c": 1}, {"a": 0.5, "b": 0.5, "c": 0}, "without a share: c"),
        ({"a": 50}, {"a": 1}, "the traffic allocation is one variant's alone"),
        ({}, {"a": 0.5, "b": 0.5}, "no users"),
        ({"a": 0, "b": 0}, {"a": 0.5, "b": 0.5}, "no users"),
    ],
)
def test_a_sample_ratio_that_cannot_be_tested(
    users: dict[str, int], allocation: object, note: str
) -> None:
    found = summary(users, allocation)
    assert found["srm_p_value"] is None
    assert note in found["note"]
    assert found["users"] == sum(users.values())


def test_a_sample_ratio_counts_variants_that_nobody_was_given() -> None:
    found = summary({"a": 50, "b": 0}, {"a": 0.5, "b": 0.5, "c": 0})
    assert found["srm_p_value"] == pytest.approx(1.537459794428e-12)
    assert found["note"] is None


def test_shares_may_be_rounded() -> None:
    thirds = dict.fromkeys("abc", 0.3333333)
    assert summary(dict.fromkeys("abc", 100), thirds)["srm_p_value"] == 1


def test_contaminated_users_are_told_and_not_tested() -> None:
    found = summary({"a": 50, "b": 50}, {"a": 0.5, "b": 0.5}, contaminated={"a": 30})
    assert (found["srm_p_value"], found["users"], found["contaminated_users"]) == (1, 100, 30)
