"""Data quality: how fresh the numbers are, what was turned away, what does not hold.

All but anomalies lies where analysts may not look; whoever makes the site brings it.
"""

import altair as alt

from dashboards.drawing import BARS, COUNT, NUMBER, amount, by_band, colour, day, rows, told
from dashboards.model import Chart, Headline, Page, Unit

freshness = Chart(
    name="freshness",
    title="How fresh are the numbers?",
    definition="When each of these happened last, in UTC, and how many hours before this page was"
    " made. A build that began before the last file landed has not seen it.",
)

failing = Chart(
    name="failing",
    title="What does not hold?",
    definition="Checks whose last evaluation failed: rules of Great Expectations and tests of dbt,"
    " with what was measured and what a failure means. No rows: everything holds. As chhimeki"
    " status lists them.",
    wide=True,
)

loads = Chart(
    name="loads",
    title="How much arrives, and how much is turned away?",
    definition="Records of the files that landed on the date: what landed as events and entities,"
    " and what was rejected as illegal. Duplicates land, and are sorted out later. Replays are"
    " left out.",
    drawing=rows()
    .transform_fold(["events", "entities", "rejected"], ["kind", "number"])
    .mark_bar()
    .encode(
        by_band("date"),
        amount("number"),
        colour("kind", ["events", "entities", "rejected"]),
        tooltip=[day(), alt.Tooltip("kind:N"), told("number", "records")],
    ),
    headlines=(
        Headline("Records of a day", "records"),
        Headline("Of them rejected", "rejected", "records", Unit.SHARE),
    ),
)

rejects = Chart(
    name="rejects",
    title="What stands rejected, and why?",
    definition="Records that were rejected and have not landed since, by reason. chhimeki rejects"
    " tells what mends each; chhimeki replay tries them again.",
    drawing=rows(BARS)
    .mark_bar()
    .encode(
        alt.Y("reason:N", title=None, sort="-x", axis=alt.Axis(labelLimit=170)),
        alt.X("records:Q", title=None, axis=alt.Axis(format=COUNT, tickCount=5)),
        tooltip=[alt.Tooltip("reason:N"), told("records", "records")],
    ),
)

checks = Chart(
    name="checks",
    title="How much is checked?",
    definition="Checks by the layer they look at, by the outcome of their last evaluation within"
    " the week that ended with the newest.",
    drawing=rows(BARS)
    .transform_fold(["hold", "fail"], ["outcome", "checks"])
    .mark_bar()
    .encode(
        alt.Y("layer:N", title=None),
        alt.X("checks:Q", title=None, axis=alt.Axis(format=COUNT, tickCount=5)),
        colour("outcome", ["hold", "fail"]),
        tooltip=[alt.Tooltip("layer:N"), alt.Tooltip("outcome:N"), told("checks", "checks")],
    ),
)

anomalies = Chart(
    name="anomalies",
    title="Is any number unlike the weeks before?",
    definition="Daily metrics on the date before the latest: how far each is from the median of"
    " the 28 dates before, as a robust z-score. Beyond 3.5 either way (dbt variable"
    " anomaly_threshold) it is an anomaly. Metrics that cannot be judged are in the table, with"
    " the reason.",
    drawing=rows(BARS)
    .transform_filter("isValid(datum.robust_z)")
    .transform_calculate(verdict="datum.is_anomaly ? 'anomaly' : 'usual'")
    .mark_bar()
    .encode(
        alt.Y("metric:N", title=None, sort=None, axis=alt.Axis(labelLimit=170)),
        alt.X("robust_z:Q", title="robust z-score", axis=alt.Axis(tickCount=7)),
        colour("verdict", ["usual", "anomaly"]),
        tooltip=[
            alt.Tooltip("metric:N"),
            day("judged_date", "date"),
            told("value", "value", NUMBER),
            told("median", "median", NUMBER),
            told("robust_z", "robust z-score", NUMBER),
        ],
    ),
    wide=True,
)

page = Page(
    name="data_quality",
    title="Data quality",
    lede="How fresh the numbers are, what was turned away, and what does not hold.",
    charts=(freshness, loads, failing, rejects, checks, anomalies),
    supplied=frozenset({"freshness", "failing", "loads", "rejects", "checks"}),
)
