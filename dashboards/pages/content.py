"""Content: what is looked at, and what moves people."""

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

views = Chart(
    name="views",
    title="How much is looked at?",
    definition="Views of posts, news articles and stories on the date, anonymous ones included.",
    query="activity",
    drawing=rows()
    .mark_bar()
    .encode(
        by_band("date"),
        amount("views"),
        colour("content_type"),
        tooltip=[day(), alt.Tooltip("content_type:N", title="type"), told("views", "views")],
    ),
    headlines=(
        Headline("Views a day", "views"),
        Headline("Reactions a day", "reactions"),
        Headline("Reactions a view", "reactions", "views", Unit.SHARE),
    ),
    wide=True,
)

reactions = Chart(
    name="reactions",
    title="How much of it moves people?",
    definition="Likes, comments and shares of the date for each view of the date. Above 100 %"
    " where content is reacted to more often than it is viewed. Only posts are liked and commented"
    " on, and nobody can share a story.",
    query="activity",
    drawing=rows()
    .transform_filter("datum.views > 0")
    .transform_calculate(rate="datum.reactions / datum.views")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("rate", form=SHARE),
        colour("content_type"),
        tooltip=[
            day(),
            alt.Tooltip("content_type:N", title="type"),
            told("rate", "reactions a view", EXACT_SHARE),
            told("reactions", "reactions"),
            told("views", "views"),
        ],
    ),
)

kinds = Chart(
    name="kinds",
    title="How do people react?",
    definition="Likes given, comments and shares on the date. An unlike takes no like back here.",
    query="activity",
    drawing=rows()
    .transform_fold(["likes", "comments", "shares"], ["kind", "events"])
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("sum(events)"),
        colour("kind", ["likes", "comments", "shares"]),
        tooltip=[day(), alt.Tooltip("kind:N"), told("sum(events)", "events")],
    ),
)

top = Chart(
    name="top",
    title="What engages most?",
    definition="The twenty of each type with the highest engagement score: likes + 3 comments + 4"
    " shares + 2 saves + 0.1 views (dbt variable content_points). Likes and saves are those that"
    " stand now. Of the whole history.",
    choice="content_type",
    drawing=rows(BARS)
    .mark_bar()
    .encode(
        alt.Y("content:N", title=None, sort=None, axis=alt.Axis(labelLimit=170)),
        alt.X("engagement_score:Q", title="engagement score", axis=alt.Axis(tickCount=5)),
        tooltip=[
            alt.Tooltip("content:N"),
            told("engagement_score", "engagement score", NUMBER),
            told("views", "views"),
            told("likes", "likes"),
            told("comments", "comments"),
            told("shares", "shares"),
            told("saves", "saves"),
        ],
    ),
)

rising = Chart(
    name="rising",
    title="What is rising?",
    definition="The twenty of each type that gained most: processed events on the content (views,"
    " likes, comments, shares, saves, its creation) in the last 7 whole dates, and in the 7 dates"
    " before those. Of the weeks before the latest date, whatever the filters say.",
    choice="content_type",
    drawing=rows(BARS)
    .transform_fold(["events", "events_before"], ["column", "number"])
    .transform_calculate(week="datum.column == 'events' ? 'last 7 dates' : '7 dates before'")
    .mark_bar()
    .encode(
        alt.Y("content:N", title=None, sort=None, axis=alt.Axis(labelLimit=170)),
        alt.X("number:Q", title="events", stack=None, axis=alt.Axis(format=COUNT, tickCount=5)),
        colour("week", ["last 7 dates", "7 dates before"]),
        alt.YOffset("week:N", sort=["last 7 dates", "7 dates before"]),
        tooltip=[
            alt.Tooltip("content:N"),
            told("rise", "more events than before"),
            told("events", "events"),
            told("events_before", "events before"),
            told("views", "views"),
            told("views_before", "views before"),
        ],
    ),
)

virality = Chart(
    name="virality",
    title="What spreads?",
    definition="Each dot is a content; the virality score is 100 (1 - exp(-5 shares / unique"
    " viewers)), so one share among seven viewers scores 51. What is high and to the right spread"
    " among many. The 200 with the highest score of each type, of the whole history.",
    choice="content_type",
    drawing=rows(320)
    .mark_circle(opacity=0.6)
    .encode(
        alt.X(
            "viewers:Q",
            title="unique viewers",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(format=",.0f", grid=False, tickCount=5),
        ),
        amount("virality_score", "virality score"),
        alt.Size("shares:Q", legend=alt.Legend(title="shares"), scale=alt.Scale(range=[20, 400])),
        tooltip=[
            alt.Tooltip("content:N"),
            told("virality_score", "virality score", NUMBER),
            told("shares", "shares"),
            told("viewers", "unique viewers"),
        ],
    ),
    wide=True,
)

page = Page(
    name="content",
    title="Content",
    lede="What is looked at, what moves people, and what they pass on.",
    charts=(views, reactions, kinds, top, rising, virality),
)
