"""Who lives in the bulk community, and what is there to be looked at.

What flows through: numbers in, the ids and habits that follow from them out.
Belongs here: what is the same whenever it is asked for. Does not belong here: chance (`sessions`).
"""

from __future__ import annotations

from dataclasses import dataclass

MEAN_EVENTS_OF_SESSION = 7.8
COMMUNITIES = 200
EXPERIMENTS = ("experiment_feed", "experiment_share")
# One session in so many has a post written in it.
SESSIONS_PER_POST = 4
POSTS_PER_COMMUNITY_POST = 10
# How crooked `ranked` is: the first in rank comes some 22 times as often as the average.
STEEPNESS = 100


@dataclass(frozen=True)
class Community:
    """How large it is.

    Attributes:
        seed: Another one gives other events.
        users: Everybody, numbered from 0, the most active first.
        sessions_per_day: How many visits begin on a date.
    """

    seed: int
    users: int
    sessions_per_day: int

    @property
    def posts_per_day(self) -> int:
        """How many posts are written on a date, numbered from 0, the most looked-at first."""
        return max(1, self.sessions_per_day // SESSIONS_PER_POST)

    def author(self, day: int, number: int) -> int:
        """Give the user who wrote a post.

        Args:
            day: The post's date, as an ordinal.
            number: Its number within the date.

        Returns:
            The user's number; active users write more.
        """
        scattered = (day * 40_503 + number) * 2_654_435_761 & 0xFFFFFFFF
        return ranked(scattered / 2**32, self.users)

    def post(self, day: int, number: int) -> str:
        """Give the members of `data` that name a post, as JSON text.

        Args:
            day: The post's date, as an ordinal.
            number: Its number within the date.
        """
        text = f'"postId":"post_{day}_{number}","postAuthor":"user_{self.author(day, number)}"'
        return text + home_of_post(day, number)


def home_of_post(day: int, number: int) -> str:
    """Give the member that names the community a post is in; most posts are in none."""
    if number % POSTS_PER_COMMUNITY_POST:
        return ""
    return f',"communityId":"community_{(day + number) % COMMUNITIES}"'


def ranked(share: float, count: int) -> int:
    """Pick one of many as Zipf's law has it, but flattened at its head, as no person is everywhere.

    Args:
        share: From 0 up to but not 1, evenly spread.
        count: How many there are.

    Returns:
        A number from 0 up to but not `count`; lower ones come more often.
    """
    return int(count / STEEPNESS * ((STEEPNESS + 1.0) ** share - 1))
