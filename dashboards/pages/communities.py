"""Communities: whether they grow, lose people, and live."""

import altair as alt

from dashboards.drawing import POINT, amount, by_band, by_date, colour, day, rows, told
from dashboards.model import Chart, Headline, Page

members = Chart(
    name="members",
    title="How do the largest communities grow?",
    definition="Members at the end of the date: users whose last action up to then is to join. The"
    " eight communities that ever had most members; a date without an event of a community has no"
    " row.",
    drawing=rows()
    .mark_line(interpolate="step-after")
    .encode(
        by_date(),
        amount("members"),
        colour("community"),
        tooltip=[day(), alt.Tooltip("community:N"), told("members", "members")],
    ),
    wide=True,
)

flow = Chart(
    name="flow",
    title="Do more people join than leave?",
    definition="Who became a member and, below the line, who ceased to be one, on each date of the"
    " week, over all communities; somebody who joins two counts twice. Weeks begin on Monday; only"
    " weeks that are over are shown.",
    drawing=rows()
    .transform_fold(["joined", "went"], ["column", "number"])
    .transform_calculate(
        kind="datum.column == 'went' ? 'left' : 'joined'",
        people="datum.column == 'went' ? -datum.number : datum.number",
    )
    .mark_bar()
    .encode(
        by_band("week"),
        amount("people"),
        colour("kind", ["joined", "left"]),
        tooltip=[day("week", "week from"), alt.Tooltip("kind:N"), told("number", "people")],
    ),
    headlines=(
        Headline("Joined in a week", "joined"),
        Headline("Left in a week", "went"),
        Headline("Posts in a week", "posts"),
        Headline("Comments in a week", "comments"),
    ),
)

activity = Chart(
    name="activity",
    title="What happens in communities?",
    definition="Posts and comments that name a community, by week, over all communities. Weeks"
    " begin on Monday; only weeks that are over are shown.",
    query="flow",
    drawing=rows()
    .transform_fold(["posts", "comments"], ["kind", "events"])
    .mark_bar()
    .encode(
        by_band("week"),
        amount("events"),
        colour("kind", ["posts", "comments"]),
        tooltip=[day("week", "week from"), alt.Tooltip("kind:N"), told("events", "events")],
    ),
)

active = Chart(
    name="active",
    title="How many take part?",
    definition="Distinct users with an event in the community on the date, leaving it aside,"
    " members or not, of the eight communities that ever had most members.",
    query="members",
    choice="community",
    drawing=rows()
    .mark_line(point=POINT)
    .encode(
        by_date(),
        amount("active_members"),
        tooltip=[day(), told("active_members", "active"), told("members", "members")],
    ),
    wide=True,
)

standing = Chart(
    name="standing",
    title="How do communities stand?",
    definition="Members now, and what changed in the last 28 whole dates: who joined, who left,"
    " churn (who left, of those who were members when the 28 dates began or joined in them), posts"
    " and comments. The hundred with most members.",
    wide=True,
)

page = Page(
    name="communities",
    title="Communities",
    lede="Whether communities grow, lose people, and live.",
    charts=(members, flow, activity, active, standing),
)
