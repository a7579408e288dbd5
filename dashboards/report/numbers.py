"""The numbers of the report, in reading order.

What flows through: nothing; declarations.
Belongs here: what is told of a week, and what that means. Does not belong here: how it is asked
(`sql`), what counts as a movement (`movements`).
"""

from __future__ import annotations

from dashboards.report.model import Form, Number

EVENTS = "events"
RETENTION = Number(
    "retention",
    "New users who came back",
    "Of users whose first week was the week before, those active in this one.",
    Form.SHARE,
    adds_up=False,
)
SPEED = Number(
    "speed",
    "Time to show a page (p75)",
    "75th percentile of the largest contentful paint; of the first contentful or the first paint"
    " where that is what is measured.",
    Form.MILLISECONDS,
    adds_up=False,
)

NUMBERS = (
    Number("active_users", "Active users", "Users with an event in the week."),
    Number("new_users", "New users", "Active users who never were before."),
    RETENTION,
    Number("sessions", "Sessions", "Sessions that started in the week."),
    Number(
        "views",
        "Content views",
        "Views of posts, stories and articles, by anybody.",
        content="kind of content",
    ),
    Number("posts", "Posts", "Posts that users created."),
    Number("likes", "Likes", "Likes that users gave; one taken back stays counted."),
    Number("comments", "Comments", "Comments that users wrote."),
    Number("shares", "Shares", "Posts and articles shared.", content="kind of content"),
    Number("follows", "Follows", "Follows that users began."),
    Number("messages", "Messages", "Messages that users sent."),
    Number(
        "errors",
        "Errors per 1,000 events",
        "Errors of clients and servers, in every thousand events.",
        Form.RATE,
        per_thousand=EVENTS,
        content="category",
    ),
    SPEED,
)
