"""Engagement: what people do while they are here."""

import altair as alt

from dashboards.drawing import (
    BARS,
    COUNT,
    EXACT_SHARE,
    NUMBER,
    POINT,
    SHARE,
    amount,
    by_band,
    by_date,
    colour,
    day,
    rows,
    told,
)
from dashboards.model import Chart, Headline, Page, Unit

sessions = Chart(
    name="sessions",
    title="How many visits are there?",
    definition="Sessions that started on the date, anonymous ones included: those that the client"
    " names, and those inferred from a user's events without one (30 minutes of silence end it). A"
    " country of fewer people than privacy allows to name is 'other'.",
    drawing=rows()
    .mark_bar()
    .encode(
        by_band("date"),
        amount("sum(sessions)"),
        colour("platform"),
        tooltip=[day(), alt.Tooltip("platform:N"), told("sum(sessions)", "sessions")],
    ),
    headlines=(
        Headline("Visits a day", "sessions"),
        Headline("Minutes a visit", "minutes", "sessions", Unit.MINUTES),
        Headline("Pages a visit", "page_views", "sessions", Unit.NUMBER),
        Headline("Bounce rate", "bounced", "sessions", Unit.SHARE),
    ),
    wide=True,
)

duration = Chart(
    name="duration",
    title="How long does a visit last?",
    definition="Time from the first to the last event of a session, in minutes, summed over the"
    " sessions that started on the date and divided by their number. A session of one event lasted"
    " 0.",
    query="sessions",
    drawing=rows()
    .transform_aggregate(minutes="sum(minutes)", sessions="sum(sessions)", groupby=["date"])
    .transform_calculate(average="datum.minutes / datum.sessions")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("average", "minutes", COUNT),
        tooltip=[day(), told("average", "minutes a visit", NUMBER), told("sessions", "visits")],
    ),
)

bounces = Chart(
    name="bounces",
    title="How many leave at once?",
    definition="Bounce rate: sessions with at most one page viewed and nothing interacted with, of"
    " all sessions that started on the date.",
    query="sessions",
    drawing=rows()
    .transform_aggregate(bounced="sum(bounced)", sessions="sum(sessions)", groupby=["date"])
    .transform_calculate(rate="datum.bounced / datum.sessions")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("rate", form=SHARE),
        tooltip=[day(), told("rate", "bounce rate", EXACT_SHARE), told("sessions", "visits")],
    ),
)

steps = rows(alt.Step(44)).encode(
    alt.Y("passed:N", title=None, sort=None, axis=alt.Axis(labelLimit=170)),
    alt.X("users:Q", title=None, axis=alt.Axis(format=COUNT, tickCount=5)),
    tooltip=[
        alt.Tooltip("passed:N", title="step"),
        told("users", "users"),
        told("conversion_from_previous", "of the step before", EXACT_SHARE),
        told("conversion_from_first", "of the first step", EXACT_SHARE),
    ],
)
shares = (
    steps.transform_calculate(
        share="format(datum.users, ',') + '  ·  ' + format(datum.conversion_from_first, '.0%')"
    )
    .mark_text(align="left", dx=6)
    .encode(text="share:N")
)

# What is written beside the longest bar needs room, too.
room = (
    steps.transform_joinaggregate(most="max(users)")
    .transform_calculate(room="datum.most * 1.4")
    .mark_point(opacity=0, tooltip=None, aria=False)
    .encode(alt.X("room:Q"))
)

funnels = Chart(
    name="funnels",
    title="Where do people leave on their way?",
    definition="Users whose best attempt passed the step and all before it: each step's event"
    " after the one before, and within a week of the first (dbt variable funnel_window_days). The"
    " percentage is of the first step. Of the whole history.",
    choice="funnel",
    drawing=alt.layer(steps.mark_bar(), shares, room),
)

features = Chart(
    name="features",
    title="Which features are used?",
    definition="Users with a processed event of the type on a date, of the users active on that"
    " date, over the dates in the range. Every event type counts as a feature.",
    drawing=rows(BARS)
    .transform_aggregate(users="sum(users)", active="sum(dau)", groupby=["event_name"])
    .transform_calculate(adoption="datum.users / datum.active")
    .mark_bar()
    .encode(
        alt.Y("event_name:N", title=None, sort="-x", axis=alt.Axis(labelLimit=170)),
        alt.X("adoption:Q", title=None, axis=alt.Axis(format=SHARE, tickCount=5)),
        tooltip=[
            alt.Tooltip("event_name:N", title="feature"),
            told("adoption", "of active users a day", EXACT_SHARE),
        ],
    ),
    wide=True,
)

social = Chart(
    name="social",
    title="Do people turn to each other?",
    definition="Follows, unfollows, messages and views of profiles on the date; events, not"
    " people, anonymous ones included.",
    drawing=rows()
    .transform_fold(["follows", "unfollows", "messages", "profile_views"], ["column", "events"])
    .transform_calculate(kind="replace(datum.column, '_', ' ')")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("events"),
        colour("kind"),
        tooltip=[day(), alt.Tooltip("kind:N"), told("events", "events")],
    ),
)

page = Page(
    name="engagement",
    title="Engagement",
    lede="What people do while they are here.",
    charts=(sessions, duration, bounces, funnels, social, features),
)
