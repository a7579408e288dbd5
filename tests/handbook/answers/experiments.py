"""Answers for "Experiments", by the formulas of textbooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from scipy import stats  # type: ignore[import-untyped]

from tests.oracle.identity import uuid_of
from tests.oracle.records import Entity

from .community import Community, Row, Rows, answers, grouped, rounded, share

NORMAL = NormalDist()


class Sample(NamedTuple):
    """One arm's users, and what a metric is among them."""

    users: int
    mean: float
    variance: float

    @classmethod
    def of(cls, arm: Row) -> Sample:
        users, total, squares = (int(arm[name]) for name in ("users", "sum_y", "sum_y_squared"))
        return cls(users, total / users, (squares - total**2 / users) / (users - 1))


class Effect(NamedTuple):
    """What a variant did, against control; the interval is of 95 %."""

    difference: float
    half_width: float
    p_value: float


@answers("Which variant is better, and how sure is that?")
def better(community: Community) -> Rows:
    metrics = grouped(
        community.marts["int_experiment_statistics"], "experiment_id", "metric_position"
    )
    entities = {uuid_of("experiment", ref): one for ref, one in community.experiments.items()}
    named = sorted(
        (entities[key].data["name"], place, its) for (key, place), its in metrics.items()
    )
    return [row for name, _, arms in named for row in _against_control(name, arms)]


def _against_control(name: str, arms: Rows) -> Rows:
    (control,) = (arm for arm in arms if arm["variant"] == "control")
    others = sorted(
        (arm for arm in arms if arm is not control), key=lambda arm: str(arm["variant"])
    )
    effects = [_effect(arm, control) for arm in others]
    adjusted = _holm([effect.p_value for effect in effects])
    return [
        {
            "name": name,
            "metric_name": arm["metric_name"],
            "variant": arm["variant"],
            "users": arm["users"],
            "difference": _four(effect.difference),
            "ci_low": _four(effect.difference - effect.half_width),
            "ci_high": _four(effect.difference + effect.half_width),
            "p_value_adjusted": _four(p_value),
            "verdict": _verdict(effect.difference, p_value),
        }
        for arm, effect, p_value in zip(others, effects, adjusted, strict=True)
    ]


def _effect(arm: Row, control: Row) -> Effect:
    kind = _of_proportions if arm["metric_type"] == "conversion" else _of_means
    return kind(Sample.of(arm), Sample.of(control))


def _of_proportions(one: Sample, control: Sample) -> Effect:
    """Pooled two-sided z-test, Wald's interval."""
    difference = one.mean - control.mean
    users = one.users + control.users
    pooled = (one.mean * one.users + control.mean * control.users) / users
    z = difference / sqrt(pooled * (1 - pooled) * (1 / one.users + 1 / control.users))
    error = sqrt(sum(arm.mean * (1 - arm.mean) / arm.users for arm in (one, control)))
    return Effect(difference, NORMAL.inv_cdf(0.975) * error, 2 * NORMAL.cdf(-abs(z)))


def _of_means(one: Sample, control: Sample) -> Effect:
    """Welch's t-test."""
    difference = one.mean - control.mean
    error = sqrt(sum(arm.variance / arm.users for arm in (one, control)))
    freedom = error**4 / sum(
        (arm.variance / arm.users) ** 2 / (arm.users - 1) for arm in (one, control)
    )
    p_value = 2 * stats.t.sf(abs(difference) / error, freedom)
    return Effect(difference, stats.t.ppf(0.975, freedom) * error, p_value)


def _holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value times how many are no smaller, in order, and never below the one before."""
    adjusted, least = dict[int, float](), 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, p_values[place] * (len(p_values) - done)))
        adjusted[place] = least
    return [adjusted[place] for place in range(len(p_values))]


def _verdict(difference: float, p_value: float) -> str:
    if p_value >= 0.05:
        return "no difference shown"
    return "more than control" if difference > 0 else "less than control"


def _four(value: float) -> Decimal:
    return rounded(Decimal(value))


@answers("Were people assigned as planned?")
def assigned(community: Community) -> Rows:
    users = Counter(
        (one["experiment_ref"], one["variant"])
        for one in community.marts["experiment_assignments"]
        if not one["is_contaminated"]
    )
    return [
        row
        for ref, entity in sorted(
            community.experiments.items(), key=lambda item: str(item[1].data["name"])
        )
        for row in _assigned(
            entity, {variant: count for (of, variant), count in users.items() if of == ref}
        )
    ]


def _assigned(entity: Entity, users: dict[str, int]) -> Rows:
    planned = {variant: Decimal(part) for variant, part in entity.data["trafficAllocation"].items()}
    everybody = sum(users.values())
    expected = [float(planned[variant]) * everybody for variant in users]
    p_value = stats.chisquare(list(users.values()), expected).pvalue
    return [
        {
            "name": entity.data["name"],
            "variant": variant,
            "users": users[variant],
            "share": share(users[variant], everybody),
            "planned_share": planned[variant],
            "srm_p_value": _four(p_value),
        }
        for variant in sorted(users)
    ]
