"""Platform health: what breaks, and what is slow."""

import altair as alt

from dashboards.drawing import (
    COUNT,
    NUMBER,
    POINT,
    amount,
    by_band,
    by_date,
    colour,
    day,
    rows,
    told,
)
from dashboards.model import Chart, Headline, Page, Unit

SEVERITIES = ["low", "medium", "high", "critical"]

severity = Chart(
    name="severity",
    title="What breaks, and how badly?",
    definition="Errors that clients reported on the date, by how bad they are for the user; medium"
    " where the event does not tell.",
    query="errors",
    drawing=rows()
    .transform_calculate(rank=f"indexof({SEVERITIES}, datum.severity)")
    .mark_bar()
    .encode(
        by_band("date"),
        amount("sum(errors)"),
        alt.Color("severity:O", title=None, scale=alt.Scale(domain=SEVERITIES), sort=SEVERITIES),
        alt.Order("rank:Q"),
        tooltip=[day(), alt.Tooltip("severity:N"), told("sum(errors)", "errors")],
    ),
    headlines=(Headline("Errors a day", "errors"),),
    wide=True,
)

category = Chart(
    name="category",
    title="Where does it break?",
    definition="Errors in the range of dates, by the part of the application that failed, and by"
    " how many are resolved: named by any later or earlier error_resolved event.",
    query="errors",
    drawing=rows(alt.Step(36))
    .transform_calculate(open="datum.errors - datum.resolved")
    .transform_fold(["open", "resolved"], ["state", "number"])
    .mark_bar()
    .encode(
        alt.Y("category:N", title=None, sort="-x", axis=alt.Axis(labelLimit=170)),
        alt.X("sum(number):Q", title=None, axis=alt.Axis(format=COUNT, tickCount=5)),
        colour("state", ["resolved", "open"]),
        tooltip=[
            alt.Tooltip("category:N"),
            alt.Tooltip("state:N"),
            told("sum(number)", "errors"),
        ],
    ),
)

error_rate = Chart(
    name="error_rate",
    title="Does it break more often, or is there just more to break?",
    definition="Errors of the date for every 1,000 processed events of the date, of whatever type.",
    drawing=rows()
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("errors_per_1k_events", form=",.1f"),
        tooltip=[
            day(),
            told("errors_per_1k_events", "errors per 1,000 events", NUMBER),
            told("errors", "errors"),
        ],
    ),
    headlines=(Headline("Errors per 1,000 events", "errors_per_1k_events", unit=Unit.NUMBER),),
)

measured = rows().encode(by_date())
lines = measured.mark_line(point=POINT).encode(
    amount("p75"),
    colour("platform"),
    tooltip=[
        day(),
        alt.Tooltip("platform:N"),
        told("p50", "median", NUMBER),
        told("p75", "75th percentile", NUMBER),
        told("p95", "95th percentile", NUMBER),
        told("p99", "99th percentile", NUMBER),
        told("samples", "measurements"),
    ],
)
# A measurement without thresholds has them at 0 and unseen, as a scale wants some number.
limits = (
    rows()
    .transform_aggregate(good="max(good)", poor="max(poor)")
    .transform_fold(["good", "poor"], ["limit", "value"])
    .transform_calculate(
        there="isValid(datum.value)",
        value="isValid(datum.value) ? datum.value : 0",
        said="datum.limit == 'good' ? 'good up to here' : 'poor above'",
    )
    .encode(
        alt.Y("value:Q"), opacity=alt.when("datum.there").then(alt.value(1)).otherwise(alt.value(0))
    )
)
thresholds = limits.mark_rule(strokeDash=[4, 4])
names = limits.mark_text(align="right", dy=-6, x="width").encode(text="said:N")

speed = Chart(
    name="speed",
    title="Is it fast enough for most?",
    definition="The 75th percentile of a measurement on the date, in the unit it is sent in, by"
    " platform; the others are in the table. Dashed: what web vitals calls good and poor at the"
    " 75th percentile, where the measurement is one of them (LCP 2.5 and 4 s, INP 200 and 500 ms,"
    " CLS 0.1 and 0.25, FCP 1.8 and 3 s, TTFB 0.8 and 1.8 s). first_paint is held against FCP,"
    " which never comes before it.",
    choice="metric_name",
    drawing=alt.layer(lines, thresholds, names),
    wide=True,
)

percentiles = Chart(
    name="percentiles",
    title="How slow is the slow end?",
    definition="Median, 75th, 95th and 99th percentile of a measurement over all platforms in"
    " view: the mean of the platforms' percentiles, weighted by their measurements, which comes"
    " near to the percentile of all and is not the same. Choose a platform for exact ones.",
    query="speed",
    choice="metric_name",
    drawing=rows()
    .transform_fold(["p50", "p75", "p95", "p99"], ["percentile", "value"])
    .transform_calculate(weighted="datum.value * datum.samples")
    .transform_aggregate(
        weighted="sum(weighted)", samples="sum(samples)", groupby=["date", "percentile"]
    )
    .transform_calculate(value="datum.weighted / datum.samples")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("value"),
        colour("percentile", ["p50", "p75", "p95", "p99"]),
        tooltip=[
            day(),
            alt.Tooltip("percentile:N"),
            told("value", "value", NUMBER),
            told("samples", "measurements"),
        ],
    ),
    wide=True,
)

page = Page(
    name="platform_health",
    title="Platform health",
    lede="What breaks, for whom it is slow, and how slow.",
    charts=(severity, category, error_rate, speed, percentiles),
)
