"""The oracle's content and community marts against examples computed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.oracle.identity import uuid_of
from tests.short_records import event


def contents(marts: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["content_type"], row["content_ref"]): row for row in marts["content_analytics"]}


def view(ref: str, viewer: str | None, at: str, /, **more: Any) -> dict[str, Any]:
    return event(ref, "post_view", viewer, at, postId="p", **more)


def test_a_post_is_measured(marts: Any) -> None:
    result = marts(
        event("e1", "community_post", "author", "09:00:00", postId="p", communityId="c"),
        view("v1", "u1", "10:00:00", viewDuration=2999.999, _metadata={"country": "NP"})
        | {"sessionId": "s"},
        view("v2", "u1", "10:01:00", viewDuration=3000, _metadata={"country": "IN"}),
        view("v3", None, "10:02:00", viewDuration=9000.001, _sessionId="s"),
        view("v4", None, "10:03:00", _sessionId="s", _metadata={"country": "IN", "city": "Pune"}),
        view("v5", None, "10:04:00", _metadata={"country": "AU", "city": 7}),
        event("l1", "post_like", "u1", "11:00:00", postId="p"),
        event("l2", "post_like", "u1", "11:01:00", postId="p", action="like"),
        event("l3", "post_like", None, "11:01:00", postId="p"),
        event("b1", "post_save", "u2", "11:02:00", postId="p"),
        event("b2", "post_save", "u1", "11:03:00", postId="p", action="unsave"),
        event("s1", "post_share", "u1", "11:04:00", postId="p", postAuthor="someone else"),
        event("s2", "post_share", None, "11:05:00", postId="p"),
        event("c1", "post_comment", "u1", "11:06:00", postId="p"),
    )
    row = contents(result)["post", "p"]
    assert row["content_id"] == uuid_of("post", "p")
    assert row["author_id"] == uuid_of("user", "author")
    assert (row["views_count"], row["unique_views_count"]) == (5, 2)
    assert (row["likes_count"], row["saves_count"]) == (1, 1)
    assert (row["shares_count"], row["comments_count"]) == (2, 1)
    assert row["total_view_duration"] == timedelta(seconds=15)
    assert row["avg_view_duration"] == timedelta(seconds=5)
    assert row["bounce_rate"] == Decimal("0.3333")
    assert row["shares_to_views_ratio"] == row["viral_coefficient"] == Decimal("0.4")
    assert row["comments_to_views_ratio"] == Decimal("0.2")
    assert row["engagement_rate"] == Decimal("0.8")
    assert row["top_countries"] == [
        {"country": "IN", "views": 2},
        {"country": "AU", "views": 1},
        {"country": "NP", "views": 1},
    ]
    assert row["top_cities"] == [{"city": "Pune", "views": 1}]
    assert row["engagement_score"] == Decimal("14.5")  # 1 + 3 + 8 + 2 + 0.5
    # 100·(0.5·2/3 + 0.3·5/30 + 0.2·1), with the share unrounded
    assert row["quality_score"] == Decimal("58.3333")
    assert row["virality_score"] == Decimal("99.3262")  # 100·(1 - e^-5)


def test_half_a_microsecond_on_average_counts_as_a_whole_one(marts: Any) -> None:
    durations = [0, 4500.001]
    result = marts(
        *(
            view(f"v{number}", "u", "10:00:00", viewDuration=duration)
            for number, duration in enumerate(durations)
        )
    )
    assert contents(result)["post", "p"]["avg_view_duration"] == timedelta(microseconds=2250001)


def test_contents_of_one_id_are_one_a_type(marts: Any) -> None:
    result = marts(
        event("e1", "news_article_view", "u1", "10:00:00", articleId="x", timeSpent=60000),
        event("e2", "news_article_share", "u1", "10:01:00", articleId="x"),
        event("e3", "story_view", None, "10:02:00", storyId="x", storyAuthor="teller"),
        event("e4", "post_comment", "u2", "10:03:00", postId="x", commentId="x"),
        event("e5", "post_comment", "u1", "10:04:00", postId="x", commentId="x"),
        event("e6", "post_comment", None, "10:05:00", postId="x", commentId=""),
        event("e7", "page_view", "u1", "10:05:00", postId="extra", articleId="extra"),
    )
    rows = contents(result)
    assert set(rows) == {(kind, "x") for kind in ("news_article", "story", "comment", "post")}
    article, story, comment = rows["news_article", "x"], rows["story", "x"], rows["comment", "x"]
    assert (article["author_id"], article["shares_count"]) == (None, 1)
    assert article["quality_score"] == 80  # 50 stayed, 30 for a whole minute, none for comments
    assert story["author_id"] == uuid_of("user", "teller")
    assert (story["views_count"], story["unique_views_count"], story["virality_score"]) == (1, 0, 0)
    assert (story["bounce_rate"], story["total_view_duration"]) == (None, None)
    assert comment["author_id"] == uuid_of("user", "u2")
    assert (comment["comments_count"], comment["engagement_rate"]) == (0, None)
    assert rows["post", "x"]["comments_count"] == 3
    assert rows["post", "x"]["author_id"] is None
    assert (rows["post", "x"]["quality_score"], rows["post", "x"]["top_countries"]) == (0, None)


def test_only_ten_places_are_shown_and_equals_go_by_their_bytes(marts: Any) -> None:
    cities = ["Ölten", "b", "a", "Z", "काठमाडौं", "c", "d", "e", "f", "g", "h"]
    result = marts(
        *(
            view(f"v{number}", "u", "10:00:00", _metadata={"city": city})
            for number, city in enumerate([*cities, "h", ""])
        )
    )
    shown = contents(result)["post", "p"]["top_cities"]
    assert [place["city"] for place in shown] == ["h", "Z", *"abcdefg", "Ölten"]


def test_members_of_a_community_are_followed_from_row_to_row(marts: Any) -> None:
    def happened(ref: str, name: str, who: str | None, day: int, /, **more: Any) -> dict[str, Any]:
        return event(ref, name, who, f"2024-01-0{day}T10:00:00Z", communityId="c", **more)

    result = marts(
        happened("a1", "community_join", "u1", 1),
        happened("a2", "community_join", "u2", 1),
        happened("a3", "community_join", "u1", 1),
        happened("a4", "community_leave", "u2", 1),
        happened("a5", "community_join", None, 1),
        happened("a6", "community_leave", "u3", 1),
        happened("b1", "community_post", "u4", 3, postId="p"),
        happened("b2", "post_created", "u4", 3, postId="q"),
        happened("b3", "post_comment", None, 3, postId="q"),
        happened("b4", "post_save", "u5", 3, postId="q"),
        happened("b5", "community_join", "u1", 3),
        happened("c1", "community_leave", "u1", 5),
        event("c2", "post_view", "u5", "2024-01-05T10:00:00Z", postId="p", communityId=""),
    )
    first, second, third = sorted(result["community_analytics"], key=lambda row: row["date"])
    assert [row["date"] for row in (first, second, third)] == [
        date(2024, 1, day) for day in (1, 3, 5)
    ]
    assert (first["members_before"], first["members_count"]) == (0, 1)
    assert (first["new_members"], first["members_left"], first["active_members"]) == (2, 1, 2)
    assert first["total_interactions"] == 6
    assert (first["growth_rate"], first["churn_rate"], first["retention_rate"]) == (None,) * 3
    assert (first["avg_posts_per_member"], first["engagement_rate"]) == (0, 2)
    assert (second["posts_count"], second["comments_count"]) == (2, 1)
    assert (second["total_interactions"], second["active_members"]) == (4, 2)
    assert (second["members_before"], second["members_count"], second["new_members"]) == (1, 1, 0)
    assert (second["growth_rate"], second["retention_rate"]) == (0, 1)
    assert (third["members_count"], third["active_members"]) == (0, 0)
    assert (third["growth_rate"], third["churn_rate"], third["retention_rate"]) == (-1, 1, 0)
    assert (third["avg_posts_per_member"], third["engagement_rate"]) == (None, None)
