"""Experiments: what was tried, what it did, and whether to believe it."""

import altair as alt

from dashboards.drawing import (
    EXACT_SHARE,
    SHARE,
    amount,
    by_date,
    colour,
    day,
    rows,
    told,
)
from dashboards.model import Chart, Page

SMALL = ",.4f"

verdicts = Chart(
    name="verdicts",
    title="What came of it?",
    definition="The verdict follows the first target metric: a variant wins where its p-value,"
    " adjusted over the variants (Holm), is below 0.05 and its lift is the largest. Nothing wins"
    " where users were not split as planned: a sample ratio p-value below 0.001. Users who were"
    " given several variants are left out.",
    wide=True,
)

labels = alt.Y(
    "label:N", title=None, sort=None, axis=alt.Axis(labelLimit=190, grid=True, ticks=False)
)
# A lift that cannot be told stands at 0 and unseen, as a scale wants some number.
effect = (
    rows(alt.Step(44))
    .transform_calculate(
        label="datum.metric + ' · ' + datum.variant",
        there="isValid(datum.lift_ci_low)",
        low="isValid(datum.lift_ci_low) ? datum.lift_ci_low : 0",
        point="isValid(datum.lift_ci_low) ? datum.lift : 0",
        high="isValid(datum.lift_ci_low) ? datum.lift_ci_high : 0",
    )
    .encode(
        labels,
        opacity=alt.when("datum.there").then(alt.value(1)).otherwise(alt.value(0)),
        tooltip=[
            alt.Tooltip("metric:N"),
            alt.Tooltip("variant:N"),
            told("lift", "lift", EXACT_SHARE),
            told("lift_ci_low", "from", EXACT_SHARE),
            told("lift_ci_high", "to", EXACT_SHARE),
            told("p_value_adjusted", "p-value", SMALL),
            told("users", "users"),
        ],
    )
)
lift = alt.X(
    "low:Q", title="lift over control", axis=alt.Axis(format=SHARE, grid=False, tickCount=6)
)
nothing = rows().transform_aggregate(count="count()").transform_calculate(zero="0")

effects = Chart(
    name="effects",
    title="What did each variant do?",
    definition="Lift: how much higher or lower the metric's mean is than control's, as a share of"
    " control's, with its 95 % interval (delta method). An interval that holds 0 % fits with no"
    " effect at all. Nothing is drawn where control's mean is 0; the table says why.",
    choice="experiment",
    drawing=alt.layer(
        nothing.properties(height=alt.Step(44))
        .mark_rule(strokeDash=[4, 4])
        .encode(alt.X("zero:Q")),
        effect.mark_rule(strokeWidth=2).encode(lift, alt.X2("high:Q")),
        effect.mark_point(filled=True, size=90).encode(alt.X("point:Q")),
    ),
)

shares = rows(alt.Step(44)).encode(
    alt.Y("variant:N", title=None, axis=alt.Axis(labelLimit=170)),
    tooltip=[
        alt.Tooltip("variant:N"),
        told("users", "users"),
        told("share", "share", EXACT_SHARE),
        told("planned_share", "planned", EXACT_SHARE),
        told("sample_ratio_p_value", "p-value", SMALL),
    ],
)

split = Chart(
    name="split",
    title="Were users split as planned?",
    definition="Users of each variant as a share of all, those of several variants left out; the"
    " tick is the planned share. The sample ratio p-value (chi-squared) says how likely a split as"
    " odd as this is by chance: below 0.001 something is wrong with the assignment.",
    choice="experiment",
    drawing=alt.layer(
        shares.mark_bar(opacity=0.75).encode(
            alt.X("share:Q", title=None, axis=alt.Axis(format=SHARE, tickCount=5))
        ),
        shares.mark_tick(thickness=3, size=40).encode(alt.X("planned_share:Q")),
    ),
)

course = rows().encode(
    by_date(),
    colour("variant"),
    tooltip=[
        day(),
        alt.Tooltip("variant:N"),
        told("difference", "difference", SMALL),
        told("ci_low", "from", SMALL),
        told("ci_high", "to", SMALL),
        told("users", "users"),
    ],
)

over_time = Chart(
    name="over_time",
    title="How did the effect settle?",
    definition="Difference from control in the first target metric, of all users assigned and all"
    " they had done up to the end of the date, with a 95 % normal interval. It shows whether an"
    " estimate has settled; it is no licence to stop when the interval first leaves 0. The verdict"
    " has its own interval, which for counts is a little wider (Welch).",
    choice="experiment",
    drawing=alt.layer(
        nothing.mark_rule(strokeDash=[4, 4]).encode(alt.Y("zero:Q")),
        course.mark_area(opacity=0.18).encode(alt.Y("ci_low:Q").stack(None), alt.Y2("ci_high:Q")),
        course.mark_line().encode(amount("difference", form=",.2f")),
    ),
    wide=True,
)

page = Page(
    name="experiments",
    title="Experiments",
    lede="What was tried, what it did, and whether to believe it.",
    charts=(verdicts, effects, split, over_time),
)
