"""What the events of the hostile community carry: for each type its data, mostly awkward.

Few ids and few values, so that they meet: one id is a post, a story, an article and a comment;
durations lie around the three seconds that make a bounce; places come in equal numbers.
Belongs here: `data` and `metadata`. Whose event it is, and when, is `hostile_community`'s.
"""

import random
from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
DataOf = Callable[[random.Random], Data]

USERS = [
    *(f"user_{number}" for number in range(6)),
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "üser 'quoted' \"é\"",
]
USERNAMES = ["asha", "bikram", "user_1", "only_followed"]
ANY_CONTENT = ["post_0", "7d444840-9dc0-11d1-b245-5ffdce74fad2"]
POSTS = [*ANY_CONTENT, *(f"post_{number}" for number in range(1, 11))]
COMMUNITIES = ["community_0", "community_1"]
EXPERIMENTS = ["experiment_0", "experiment_1"]
VARIANTS = ["control", "b", "é"]
ERRORS = [f"error_{number}" for number in range(4)]
CITIES = [
    "",
    "Z",
    "a",
    "é",
    "e\u0301",
    "Ölten",
    "काठमाडौं",
    "京都",
    "Patan",
    "patan",
    "b",
    "c",
    "d",
    "e",
]
REFERRERS = [
    "https://www.Search.example:443/?q=http://x",
    "https://asha@news.example#top",
    "http://[2001:DB8::1]/",
    "https://गाउँ.example/",
    "https://www./",
    f"https://{'a' * 254}/",
    "/home",
    "https://",
    "",
    7,
]
SOURCES = ["ads", "organic", "x" * 5000, "", 7]
DURATIONS = [0, 1500, 2999, 2999.999, 3000, 3000.001, 30_000, 90_000.5, 10**12, -1]
VALUES = [0, 1, -2.5, 0.1234567, 1e-9, 1e300, 10**399, -(10**17), 123456789.123456]


def event_of(chance: random.Random) -> tuple[str, Data]:
    """Name and data of one event; now and then some of the data are spoilt."""
    name, _, data_of = chance.choices(_TYPES, [weight for _, weight, _ in _TYPES])[0]
    data = data_of(chance)
    if chance.random() < 0.05:
        data = {**data, "postId": 7, "articleId": None, "targetUserId": "", "communityId": []}
    return name, data


def storming_event_of(chance: random.Random) -> tuple[str, Data]:
    """Name and data of an event that does or undoes what few others did: one target a state."""
    name, data_of = chance.choice(_STORMING)
    return name, data_of(chance)


def metadata_of(chance: random.Random) -> Data:
    """Context of an event, each of it there or not."""
    return _some(
        chance,
        platform=chance.choice(["web", "ios", "toaster", None]),
        country=chance.choice(["NP", "IN", "in", "", 7, None]),
        city=chance.choice(CITIES),
        ipAddress=chance.choice(["203.0.113.77", "2001:db8:1:2::9", "nonsense"]),
        serverProcessingTimeMs=chance.choice([12, 3.5, -1, 1e300, "x"]),
        url=chance.choice(["https://app.example/é?q=1", ["no", "text"]]),
        browser=chance.choice(["Firefox", {"no": "text"}]),
        userAgent=chance.choice(["Mozilla/5.0", 5]),
        referrer=chance.choice(REFERRERS),
    )


def _some(chance: random.Random, **every: Any) -> Data:
    return {key: value for key, value in every.items() if chance.random() < 0.5}


def _any(**values: list[Any]) -> DataOf:
    """Each key with one of its values."""
    return lambda chance: {key: chance.choice(of) for key, of in values.items()}


def _perhaps(**values: list[Any]) -> DataOf:
    """Some of the keys, each with one of its values."""
    return lambda chance: _some(chance, **_any(**values)(chance))


def _all(*parts: DataOf) -> DataOf:
    return lambda chance: {key: value for part in parts for key, value in part(chance).items()}


def _post(chance: random.Random) -> Data:
    """A post, the first ones often; other keys now and then, also where they mean nothing."""
    data: Data = {"postId": POSTS[int(len(POSTS) * chance.random() ** 2)]}
    if chance.random() < 0.4:
        data["postAuthor"] = chance.choice([*USERS, *USERNAMES, "author_never_seen", ""])
    if chance.random() < 0.4:
        data["communityId"] = chance.choice([*COMMUNITIES, "community_of_posts", ""])
    return data


def _acting(*actions: str) -> DataOf:
    return lambda chance: chance.choice([{}, *({"action": action} for action in actions * 2)])


_VIEWED = _perhaps(viewDuration=DURATIONS)
_COMMUNITY = _any(communityId=COMMUNITIES)
_ITEM = _any(itemId=["#a", "#b"], platform=["x", "toaster"], itemType=["trend", "hashtag", "x"])

# Name, how often, data. What makes sessions, states, authors and members hard comes often.
_TYPES: list[tuple[str, int, DataOf]] = [
    (
        "session_start",
        3,
        _perhaps(
            platform=["android", "fridge"],
            deviceInfo=[{"model": "a"}, {"model": "b", "n": 1.0}],
            city=["Kathmandu", "Patan"],
            ipAddress=["198.51.100.9", "no address"],
            screenResolution=["1080x1920"],
        ),
    ),
    ("session_end", 1, _perhaps(reason=["logout", ""])),
    ("page_view", 6, _perhaps(scrollDepth=[0, 0.25, 1, 1.01])),
    ("tab_switch", 1, _any(fromTab=["a"], toTab=["b"])),
    ("post_created", 3, _post),
    ("community_post", 3, _all(_post, _COMMUNITY)),
    ("post_view", 7, _all(_post, _VIEWED)),
    ("post_like", 6, _all(_post, _acting("like", "unlike"))),
    ("post_share", 3, _post),
    ("post_comment", 4, _all(_post, _perhaps(commentId=["comment_0", *ANY_CONTENT, ""]))),
    ("post_save", 4, _all(_post, _acting("save", "unsave"))),
    (
        "user_follow",
        4,
        _all(_any(targetUserId=[*USERS, "only_followed"]), _acting("follow", "unfollow")),
    ),
    ("profile_view", 1, _any(profileUserId=USERS)),
    ("message_sent", 2, _any(recipientId=USERS)),
    ("community_join", 5, _COMMUNITY),
    ("community_leave", 4, _COMMUNITY),
    (
        "news_article_view",
        3,
        _all(_any(articleId=[*ANY_CONTENT, "article_0"]), _perhaps(timeSpent=DURATIONS)),
    ),
    ("news_article_share", 2, _any(articleId=[*ANY_CONTENT, "only_shared"])),
    (
        "story_view",
        4,
        _all(
            _any(storyId=[*ANY_CONTENT, "story_0"]),
            _perhaps(storyAuthor=[*USERS, *USERNAMES, "story_author", ""]),
            _VIEWED,
        ),
    ),
    ("trending_item_view", 1, _ITEM),
    ("trending_item_click", 1, _ITEM),
    ("search_performed", 1, _any(query=["a", "%_'"], resultsCount=[0, 3, -1])),
    ("search_result_click", 1, _any(resultId=["r"], position=[-1, 2.5])),
    ("media_upload", 1, _any(mediaId=["m"], mediaType=["audio", "smell"])),
    ("media_view", 1, _all(_any(mediaId=["m"]), _VIEWED)),
    (
        "error_occurred",
        5,
        _all(
            _any(errorType=["TypeError", "é"], errorMessage=["m", "line\nbreak", ""]),
            _perhaps(errorStack=["at x", ""], severity=["low", "critical", ""], category=["ui"]),
        ),
    ),
    ("error_resolved", 5, _any(errorId=[*ERRORS, "error_unknown", "event_1"])),
    (
        "performance_metric",
        4,
        _all(
            _any(metricName=["lcp", "é"], metricValue=[*VALUES, "1"]),
            _perhaps(
                metricUnit=["ms", "bytes", "furlong"],
                ipAddress=["203.0.113.77", "nonsense", 7],
                route=[{"é": [1, 1.0, 1e300, None]}, None],
            ),
        ),
    ),
    (
        "experiment_assigned",
        6,
        _any(experimentId=[*EXPERIMENTS, "experiment_unknown"], variant=[*VARIANTS, "undeclared"]),
    ),
    ("consent_updated", 5, _any(analytics=[True, True, False, False, "yes"])),
    ("post_bookmark", 2, _post),
]

_STORMING: list[tuple[str, DataOf]] = [
    ("community_join", _any(communityId=COMMUNITIES[:1])),
    ("community_leave", _any(communityId=COMMUNITIES[:1])),
    ("post_like", _all(_any(postId=POSTS[:1]), _acting("like", "unlike"))),
    ("post_save", _all(_any(postId=POSTS[:1]), _acting("save", "unsave"))),
    ("user_follow", _all(_any(targetUserId=USERS[:1]), _acting("follow", "unfollow"))),
]
