"""Who lives in the simulated community: names, places, devices and habits.

Belongs here: what stays the same about a person for the whole simulation. Does not belong here:
what they do (`acting`), when they come (`sessions`), what the application database says about
them (`entities`).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple, TypeVar
from uuid import UUID

from loaders.simulation.plan import SimulationPlan, chance

T = TypeVar("T")

GIVEN_NAMES = (
    *("sita", "ram", "gita", "hari", "maya", "bishnu", "laxmi", "krishna", "sunita", "prakash"),
    *("anita", "rajesh", "sarita", "dipak", "kamala", "suresh", "nirmala", "binod", "puja"),
    *("asha", "nabin", "rekha", "kiran", "roshan", "bikash", "pemba", "dawa", "nima", "tashi"),
)
FAMILY_NAMES = (
    *("shrestha", "gurung", "tamang", "rai", "thapa", "magar", "sherpa", "maharjan", "karki"),
    *("adhikari", "poudel", "limbu", "tuladhar", "joshi", "khadka", "lama", "acharya", "dahal"),
)
# Every so many-th application id is a UUID already, which the warehouse must take as it is.
UUID_EVERY = 9
SOURCES = (("organic", 50), ("referral", 25), ("social", 15), ("ads", 10))


class Place(NamedTuple):
    """Where somebody is; `offset` is the local time's minutes ahead of UTC."""

    city: str
    region: str
    country: str
    timezone: str
    offset: int


class Device(NamedTuple):
    """What somebody holds in their hand."""

    platform: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    screen: str
    viewport: str

    @property
    def user_agent(self) -> str:
        """A user agent line of the usual make."""
        return f"Mozilla/5.0 ({self.os} {self.os_version}) {self.browser}/{self.browser_version}"


PLACES: tuple[tuple[Place, int], ...] = (
    (Place("Kathmandu", "Bagmati", "NP", "Asia/Kathmandu", 345), 40),
    (Place("Lalitpur", "Bagmati", "NP", "Asia/Kathmandu", 345), 16),
    (Place("Bhaktapur", "Bagmati", "NP", "Asia/Kathmandu", 345), 8),
    (Place("Pokhara", "Gandaki", "NP", "Asia/Kathmandu", 345), 10),
    (Place("Biratnagar", "Koshi", "NP", "Asia/Kathmandu", 345), 6),
    (Place("Butwal", "Lumbini", "NP", "Asia/Kathmandu", 345), 5),
    (Place("Doha", "Ad Dawhah", "QA", "Asia/Qatar", 180), 5),
    (Place("Sydney", "New South Wales", "AU", "Australia/Sydney", 660), 4),
    (Place("London", "England", "GB", "Europe/London", 0), 3),
    (Place("New York", "New York", "US", "America/New_York", -300), 3),
)
DEVICES: tuple[tuple[Device, int], ...] = (
    (Device("android", "Chrome", "120.0", "Android", "13", "412x915", "412x784"), 45),
    (Device("ios", "Safari", "17.2", "iOS", "17.2", "390x844", "390x664"), 15),
    (Device("web", "Chrome", "120.0", "Windows", "10", "1920x1080", "1903x937"), 22),
    (Device("web", "Firefox", "121.0", "Linux", "6.5", "1366x768", "1349x625"), 8),
    (Device("desktop", "Electron", "28.1", "macOS", "14.2", "1440x900", "1200x800"), 7),
    # A platform that the warehouse does not know and shows as `other`.
    (Device("smart-tv", "Tizen", "7.0", "Tizen", "7.0", "3840x2160", "1920x1080"), 3),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A registered user and their habits.

    Attributes:
        visits_per_day: how often they come, on average; heavy-tailed over people.
        joined: day of the plan on which they registered, negative for before it began.
        sessionless: their old client sends no `sessionId`.
        local_clock: their client writes timestamps in local time with its offset.
        withdraws: day on which they withdraw consent, None for never.
        consents_again: day on which they give it again, None for never.
    """

    ref: str
    username: str
    place: Place
    device: Device
    ip_address: str
    language: str
    source: str
    is_staff: bool
    visits_per_day: float
    joined: int
    sessionless: bool
    local_clock: bool
    withdraws: int | None
    consents_again: int | None


def populate(plan: SimulationPlan) -> list[Person]:
    """The people of the plan, in the order of their numbers."""
    rng = plan.random("people")
    return [_person(plan, number, rng) for number in range(plan.users)]


def pick(rng: Random, weighted: tuple[tuple[T, int], ...]) -> T:
    """One of the options, each as likely as its weight says."""
    return rng.choices([option for option, _ in weighted], [weight for _, weight in weighted])[0]


def _person(plan: SimulationPlan, number: int, rng: Random) -> Person:
    is_uuid = number % UUID_EVERY == UUID_EVERY // 2
    name = f"{rng.choice(GIVEN_NAMES)}_{rng.choice(FAMILY_NAMES)}_{number}"
    withdraws = rng.randrange(plan.days) if chance(rng, 0.06) else None
    again = None if withdraws is None or chance(rng, 0.4) else withdraws + rng.randint(1, 6)
    return Person(
        ref=str(UUID(int=rng.getrandbits(128), version=4)) if is_uuid else f"user_{number:05d}",
        username=name,
        place=pick(rng, PLACES),
        device=pick(rng, DEVICES),
        ip_address=_ip_address(rng),
        language=rng.choice(("ne", "ne", "ne", "en")),
        source=pick(rng, SOURCES),
        is_staff=number % 40 == 0,
        visits_per_day=min(0.12 * rng.paretovariate(1.15), 9.0),
        joined=rng.randint(-400, -1) if chance(rng, 0.75) else rng.randrange(plan.days),
        sessionless=chance(rng, 0.07),
        local_clock=chance(rng, 0.1),
        withdraws=withdraws,
        consents_again=again,
    )


def _ip_address(rng: Random) -> str:
    """An address from the ranges set aside for carriers' networks and for documentation."""
    if chance(rng, 0.02):
        return "unknown"
    if chance(rng, 0.18):
        return f"2001:db8:{rng.getrandbits(16):x}:{rng.getrandbits(16):x}::{rng.getrandbits(8):x}"
    return f"100.{rng.randint(64, 127)}.{rng.randrange(256)}.{rng.randint(1, 254)}"
