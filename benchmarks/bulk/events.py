"""What an event of each type carries in the bulk community.

What flows through: the scene of an event in, the members of its `data` as JSON text out. Text is
put together, not encoded: that is what makes a hundred thousand events a second.
Belongs here: the fields of every event type and how often each occurs.
Does not belong here: the envelope and the order of events (`sessions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from benchmarks.bulk.community import COMMUNITIES, EXPERIMENTS, Community, ranked

PAGES = ("Home", "Trending", "Communities", "Profile", "Notifications", "Messages")
TARGETS = ("facebook", "viber", "copy_link")
CATEGORIES = ("tech", "politics", "sports", "culture")
SOURCES = ("Kantipur", "Setopati", "Onlinekhabar", "TechCrunch")
NETWORKS = ("twitter", "facebook", "tiktok", "instagram")
ITEM_TYPES = ("hashtag", "topic", "trend", "content")
QUERIES = ("momo near me", "trek permits", "load shedding", "rent lalitpur", "dashain tickets")
MEDIA_TYPES = ("image", "image", "video", "audio")
POST_TYPES = ("text", "text", "image", "video")
MESSAGE_TYPES = ("text", "text", "media", "emoji")
ERRORS = ("TypeError", "NetworkError", "TimeoutError")
SEVERITIES = ("low", "medium", "high", "critical")
MEAN_AGE_OF_POST_DAYS = 1.4
ARTICLES_PER_DAY = 40
STORIES_PER_DAY = 60
TRENDS_PER_DAY = 30
TAKEN_BACK_SHARE = 0.1
WITHDRAWN_SHARE = 0.3


@dataclass(slots=True)
class Scene:
    """Where and when an event happens.

    Attributes:
        random: Gives chance, from 0 up to but not 1.
        day: The date, as an ordinal.
        user: Number of the user.
        moment: The event's timestamp, as text.
        last_error: Id of the error that occurred last, or of one never heard of.
    """

    random: Callable[[], float]
    community: Community
    day: int
    user: int = 0
    moment: str = ""
    last_error: str = "evt_unheard_of"

    def below(self, count: int) -> int:
        """A number from 0 up to but not `count`, each as likely."""
        return int(self.random() * count)

    def one_of(self, choices: tuple[str, ...]) -> str:
        """One of several, each as likely."""
        return choices[int(self.random() * len(choices))]

    def about(self, mean: float) -> int:
        """A length or duration of this mean: most are shorter, some far longer."""
        return int(-mean * log(1 - self.random()))

    def somebody(self) -> str:
        """A user's id, active users' more often."""
        return f"user_{ranked(self.random(), self.community.users)}"

    def post(self) -> str:
        """The members that name a post, recent and popular ones' more often."""
        day = self.day - self.about(MEAN_AGE_OF_POST_DAYS)
        return self.community.post(day, ranked(self.random(), self.community.posts_per_day))

    def today(self, kind: str, per_day: int) -> str:
        """The id of something of which there are so many a day."""
        return f"{kind}_{self.day}_{ranked(self.random(), per_day)}"


Data = Callable[[Scene], str]


def page_view(scene: Scene) -> str:
    """A page, how far down it was read, how long it took to load."""
    return (
        f'"title":"{scene.one_of(PAGES)}","scrollDepth":{scene.random():.3f},'
        f'"loadTime":{scene.about(900)}'
    )


def tab_switch(scene: Scene) -> str:
    """From one tab to another."""
    return f'"fromTab":"{scene.one_of(PAGES)}","toTab":"{scene.one_of(PAGES)}"'


def post_view(scene: Scene) -> str:
    """A post and how long it was looked at."""
    return (
        f'{scene.post()},"postType":"{scene.one_of(POST_TYPES)}","viewDuration":{scene.about(7000)}'
    )


def post_like(scene: Scene) -> str:
    """A like, sometimes taken back."""
    action = "unlike" if scene.random() < TAKEN_BACK_SHARE else "like"
    return f'{scene.post()},"action":"{action}"'


def post_save(scene: Scene) -> str:
    """A post saved, sometimes dropped."""
    action = "unsave" if scene.random() < TAKEN_BACK_SHARE else "save"
    return f'{scene.post()},"action":"{action}"'


def post_share(scene: Scene) -> str:
    """A post and where it was shared to."""
    return f'{scene.post()},"shareTarget":"{scene.one_of(TARGETS)}"'


def post_comment(scene: Scene) -> str:
    """A comment on a post."""
    comment = f"comment_{scene.day}_{scene.below(2**40):x}"
    return f'{scene.post()},"commentId":"{comment}","commentLength":{scene.about(80)}'


def user_follow(scene: Scene) -> str:
    """Somebody followed, sometimes no longer."""
    action = "unfollow" if scene.random() < TAKEN_BACK_SHARE else "follow"
    return f'"targetUserId":"{scene.somebody()}","action":"{action}"'


def message_sent(scene: Scene) -> str:
    """A message to somebody."""
    return (
        f'"recipientId":"{scene.somebody()}","messageType":"{scene.one_of(MESSAGE_TYPES)}",'
        f'"messageLength":{scene.about(40)}'
    )


def community_post(scene: Scene) -> str:
    """A post written to a community."""
    post = f"post_{scene.day}_c{scene.below(2**40):x}"
    return f'{_community(scene)},"postId":"{post}","postType":"text","contentLength":120'


def news_article_view(scene: Scene) -> str:
    """An article of the day and how long it was read."""
    number = ranked(scene.random(), ARTICLES_PER_DAY)
    return (
        f'"articleId":"article_{scene.day}_{number}","category":"{CATEGORIES[number % 4]}",'
        f'"source":"{SOURCES[number % 4]}","timeSpent":{scene.about(30_000)}'
    )


def news_article_share(scene: Scene) -> str:
    """An article shared."""
    article = scene.today("article", ARTICLES_PER_DAY)
    return f'"articleId":"{article}","shareTarget":"{scene.one_of(TARGETS)}"'


def trending_item(scene: Scene) -> str:
    """A trending item, seen or clicked on."""
    number = ranked(scene.random(), TRENDS_PER_DAY)
    return (
        f'"itemId":"#trend{scene.day}x{number}","platform":"{NETWORKS[number % 4]}",'
        f'"itemType":"{ITEM_TYPES[number % 4]}","position":{number + 1}'
    )


def search_performed(scene: Scene) -> str:
    """A search and how much it found."""
    query = scene.one_of(QUERIES)
    return f'"query":"{query}","resultsCount":{scene.below(40)},"searchType":"posts"'


def search_result_click(scene: Scene) -> str:
    """A result of a search."""
    day, number = scene.day, ranked(scene.random(), scene.community.posts_per_day)
    query = scene.one_of(QUERIES)
    return f'"resultId":"post_{day}_{number}","query":"{query}","position":{scene.below(20) + 1}'


def media_upload(scene: Scene) -> str:
    """A file uploaded."""
    media = f"media_{scene.day}_{scene.below(2**40):x}"
    kind = scene.one_of(MEDIA_TYPES)
    return f'"mediaId":"{media}","mediaType":"{kind}","fileSize":{scene.about(2_000_000)}'


def media_view(scene: Scene) -> str:
    """A medium of the day, looked at."""
    media = scene.today("media", STORIES_PER_DAY)
    return f'"mediaId":"{media}","viewDuration":{scene.about(9000)}'


def story_view(scene: Scene) -> str:
    """A story of the day and its author."""
    number = ranked(scene.random(), STORIES_PER_DAY)
    author = scene.community.author(scene.day, number)
    return (
        f'"storyId":"story_{scene.day}_{number}","storyAuthor":"user_{author}",'
        f'"viewDuration":{scene.about(5000)}'
    )


def error_occurred(scene: Scene) -> str:
    """An error."""
    kind = scene.one_of(ERRORS)
    return (
        f'"errorType":"{kind}","errorMessage":"{kind} while loading the feed",'
        f'"errorStack":"at feed.js:214","severity":"{scene.one_of(SEVERITIES)}","category":"ui"'
    )


def performance_metric(scene: Scene) -> str:
    """A measurement in the browser."""
    return f'"metricName":"first_paint","metricValue":{scene.about(1400)}.5,"metricUnit":"ms"'


def experiment_assigned(scene: Scene) -> str:
    """A variant: each user's is always the same."""
    name = scene.one_of(EXPERIMENTS)
    return f'"experimentId":"{name}","variant":"{"treatment" if scene.user % 2 else "control"}"'


def consent_updated(scene: Scene) -> str:
    """Consent, mostly given."""
    return f'"analytics":{"false" if scene.random() < WITHDRAWN_SHARE else "true"}'


def _community(scene: Scene) -> str:
    return f'"communityId":"community_{ranked(scene.random(), COMMUNITIES)}"'


# Event type, path of its page, occurrences among a thousand acts, data. A visit's start and end,
# and posts written, come besides.
ACTS: tuple[tuple[str, str, int, Data], ...] = (
    ("page_view", "/home", 270, page_view),
    ("tab_switch", "/home", 40, tab_switch),
    ("post_view", "/home", 260, post_view),
    ("post_like", "/home", 80, post_like),
    ("post_comment", "/post", 35, post_comment),
    ("post_share", "/post", 15, post_share),
    ("post_save", "/post", 15, post_save),
    ("user_follow", "/people", 20, user_follow),
    ("profile_view", "/people", 40, lambda scene: f'"profileUserId":"{scene.somebody()}"'),
    ("message_sent", "/messages", 40, message_sent),
    ("community_join", "/communities", 8, _community),
    ("community_leave", "/communities", 3, lambda scene: f'{_community(scene)},"reason":"other"'),
    ("community_post", "/communities", 9, community_post),
    ("news_article_view", "/news", 45, news_article_view),
    ("news_article_share", "/news", 5, news_article_share),
    ("trending_item_view", "/trending", 30, trending_item),
    ("trending_item_click", "/trending", 8, trending_item),
    ("search_performed", "/search", 20, search_performed),
    ("search_result_click", "/search", 10, search_result_click),
    ("media_upload", "/media", 6, media_upload),
    ("media_view", "/media", 10, media_view),
    ("story_view", "/stories", 14, story_view),
    ("error_occurred", "/home", 5, error_occurred),
    ("error_resolved", "/admin", 1, lambda scene: f'"errorId":"{scene.last_error}"'),
    ("performance_metric", "/home", 8, performance_metric),
    ("experiment_assigned", "/home", 2, experiment_assigned),
    ("consent_updated", "/settings", 1, consent_updated),
)
