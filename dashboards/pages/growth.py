"""Growth: how many people come, come back, and stay."""

import altair as alt

from dashboards.drawing import (
    EXACT_SHARE,
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

STATES = ["new", "returning", "resurrected", "dormant"]

active_users = Chart(
    name="active_users",
    title="How many people are active?",
    definition="DAU, WAU and MAU: distinct users with a processed event on the date, on the 7 and"
    " on the 30 dates that end with it. The latest date is left out, as it may not be over.",
    drawing=rows()
    .transform_fold(["dau", "wau", "mau"], ["window", "users"])
    .transform_calculate(window="upper(datum.window)")
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("users"),
        colour("window", ["DAU", "WAU", "MAU"]),
        tooltip=[day(), alt.Tooltip("window:N"), told("users", "users")],
    ),
    headlines=(
        Headline("Daily active users", "dau"),
        Headline("Weekly active users", "wau"),
        Headline("Monthly active users", "mau"),
        Headline("Stickiness", "stickiness", unit=Unit.SHARE),
    ),
    wide=True,
)

stickiness = Chart(
    name="stickiness",
    title="How often do people come back within a month?",
    definition="Stickiness: DAU / MAU. At 20 % somebody who is active in a month comes on 6 of its"
    " 30 days. In the first 30 dates of a community it starts at 100 % and falls, as MAU fills.",
    query="active_users",
    drawing=rows()
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("stickiness", form=SHARE),
        tooltip=[
            day(),
            told("stickiness", "stickiness", EXACT_SHARE),
            told("dau", "DAU"),
            told("mau", "MAU"),
        ],
    ),
)

lifecycle = Chart(
    name="lifecycle",
    title="Do more people come than go?",
    definition="New: first active week. Returning: active in the week before, too. Resurrected:"
    " active earlier, but not in the week before. Dormant, below the line: active in the week"
    " before and not in this one. Weeks begin on Monday; only weeks that are over are shown.",
    drawing=rows()
    .transform_fold([f"{state}_users" for state in STATES], ["column", "number"])
    .transform_calculate(
        state="split(datum.column, '_')[0]",
        users="datum.column == 'dormant_users' ? -datum.number : datum.number",
        rank=f"indexof({STATES}, split(datum.column, '_')[0])",
    )
    .mark_bar()
    .encode(
        by_band("week"),
        amount("users"),
        colour("state", STATES),
        alt.Order("rank:Q"),
        tooltip=[day("week", "week from"), alt.Tooltip("state:N"), told("number", "users")],
    ),
    headlines=(Headline("New users a week", "new_users"),),
)

cells = rows(320).encode(
    alt.X("weeks_since:O", title="weeks since the first", axis=alt.Axis(labelAngle=0)),
    alt.Y(
        "yearmonthdate(cohort_week):O",
        title=None,
        axis=alt.Axis(format="%-d %b", ticks=False, domain=False),
    ),
    tooltip=[
        day("cohort_week", "first active in the week from"),
        told("weeks_since", "weeks since"),
        told("cohort_users", "users of the cohort"),
        told("retained_users", "of them active"),
        told("retention_rate", "retention", EXACT_SHARE),
    ],
)
shades = cells.mark_rect().encode(
    alt.Color(
        "retention_rate:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        legend=alt.Legend(format=SHARE),
    )
)
# Written into the cells where they are wide enough for it.
shares = (
    cells.transform_joinaggregate(most="max(weeks_since)")
    .transform_calculate(
        share="width / (datum.most + 1) > 36 ? format(datum.retention_rate, '.0%') : ''"
    )
    .mark_text(fontSize=11, aria=False)
    .encode(
        text="share:N",
        color=alt.condition(
            "datum.retention_rate > 0.55", alt.value("white"), alt.value("#17202b")
        ),
    )
)

retention = Chart(
    name="retention",
    title="Who is still there some weeks later?",
    definition="Each row is a cohort: users who were first active in the week from that Monday. A"
    " cell is the share of them with a processed event so many weeks later; week 0 is 100 % by"
    " definition. Only weeks that are over are shown, of the last 26 cohorts.",
    drawing=alt.layer(shades, shares),
    wide=True,
)

platforms = Chart(
    name="platforms",
    title="On which platforms do people come?",
    definition="Distinct users with a session that started on the date, by the session's platform."
    " Whoever came on two platforms counts on both, so the lines do not add up to DAU; anonymous"
    " sessions have no user.",
    drawing=rows()
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("users"),
        colour("platform"),
        tooltip=[day(), alt.Tooltip("platform:N"), told("users", "users")],
    ),
)

new_users = Chart(
    name="new_users",
    title="Where do new people come from?",
    definition="Accounts by the week in which they were made and the channel they came through as"
    " the user entity says; who has no entity counts from the first event. A country of fewer"
    " people than privacy allows to name is 'other'.",
    drawing=rows()
    .mark_bar()
    .encode(
        by_band("week"),
        amount("sum(users)"),
        colour("registration_source"),
        tooltip=[
            day("week", "week from"),
            alt.Tooltip("registration_source:N", title="channel"),
            told("sum(users)", "users"),
        ],
    ),
)

page = Page(
    name="growth",
    title="Growth",
    lede="How many people come, come back, and stay.",
    charts=(active_users, lifecycle, stickiness, retention, platforms, new_users),
)
