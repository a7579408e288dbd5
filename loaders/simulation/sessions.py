"""When people come, and the events of their visits with the envelope around them.

What flows through: the plan and the world in, (instant, event record) pairs out, day by day.
Belongs here: rhythm of the day and the week, sessions and their gaps, envelope and metadata.
Does not belong here: what is done in a visit (`acting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from random import Random

from loaders.simulation.acting import ANYBODYS, MEMBERS, STAFFS, Happening, Visit, repair
from loaders.simulation.entities import EXPERIMENTS, Timed
from loaders.simulation.people import Person, pick
from loaders.simulation.plan import Record, SimulationPlan, chance, iso
from loaders.simulation.world import World

# How likely a visit begins in each local hour: breakfast, lunch, and the long evening.
HOURS = (2, 1, 1, 1, 1, 3, 7, 10, 9, 7, 6, 7, 9, 8, 6, 6, 7, 8, 10, 13, 15, 14, 9, 5)
# Monday to Sunday; Saturday is the day off.
WEEKDAYS = (1.0, 0.95, 0.95, 1.0, 1.1, 1.5, 0.9)
MEAN_ACTS = 3.5
MEAN_PAUSE = timedelta(seconds=40)
SYSTEM_HOUR = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Client:
    """Whose device sends the events of a visit, in which session, and who is logged in."""

    device_of: Person
    user: str | None
    session: str | None

    def record(self, rng: Random, at: datetime, happening: Happening) -> Record:
        """An event record as this client sends it."""
        name, data = happening
        person = self.device_of
        zone = timezone(timedelta(minutes=person.place.offset))
        record: Record = {
            "eventId": event_ref(rng, at),
            "eventName": name,
            "userId": self.user,
            "sessionId": self.session,
            "timestamp": iso(at.astimezone(zone) if person.local_clock else at),
            "data": data,
            "metadata": _metadata(person, name, rng),
        }
        if chance(rng, 0.5):
            record["clientTimestamp"] = iso(at - timedelta(milliseconds=rng.randrange(3000)))
            record["receivedAt"] = iso(at + timedelta(milliseconds=rng.randrange(900)))
        if chance(rng, 0.05):
            # Not part of the envelope: kept by the warehouse, not lost.
            record["appVersion"] = "4.2.0"
        return record


def event_ref(rng: Random, at: datetime) -> str:
    """An event id of the usual make."""
    return f"evt_{int(at.timestamp() * 1000)}_{rng.getrandbits(48):012x}"


def events_of_day(plan: SimulationPlan, day: int, world: World) -> Iterator[Timed]:
    """Every event of the visits that begin on one date; the last may end on the next."""
    rng = plan.random(f"day {day}")
    for begins, person in sorted(_arrivals(plan, day, world, rng), key=lambda visit: visit[0]):
        if chance(rng, plan.anonymous_share):
            yield from _anonymous_visit(world, person, begins, rng)
        yield from _visit(plan, day, world, person, begins, rng)
    yield from _system_events(plan, day, world, rng)


def _arrivals(
    plan: SimulationPlan, day: int, world: World, rng: Random
) -> Iterator[tuple[datetime, Person]]:
    midnight = plan.midnight(day)
    for person in world.people:
        if person.joined > day:
            continue
        expected = person.visits_per_day * WEEKDAYS[midnight.weekday()]
        waited = rng.expovariate(1)
        while waited < expected:
            hour = rng.choices(range(24), HOURS)[0] - person.place.offset / 60
            yield (
                midnight + timedelta(hours=hour % 24, milliseconds=rng.randrange(3_600_000)),
                person,
            )
            waited += rng.expovariate(1)


def _visit(
    plan: SimulationPlan, day: int, world: World, person: Person, begins: datetime, rng: Random
) -> Iterator[Timed]:
    session = None if person.sessionless else f"session_{rng.getrandbits(56):014x}"
    client = Client(person, person.ref, session)
    ranked = world.assignments.get((EXPERIMENTS[0].ref, person.ref)) == "ranked"
    visit = Visit(rng, world, person, eager=ranked)
    # Some log in only after the session has begun: its first events have no user.
    still_out = 2 if session and chance(rng, 0.05) else 0
    happenings = _happenings(plan, day, visit, person)
    for number, (at, happening) in enumerate(_paced(happenings, begins, rng)):
        sender = replace(client, user=None) if number < still_out else client
        yield at, _noted(sender.record(rng, at, happening), world)


def _anonymous_visit(
    world: World, somebody: Person, begins: datetime, rng: Random
) -> Iterator[Timed]:
    """A visitor nobody knows, on a device like somebody's; now and then without a session."""
    session = None if chance(rng, 0.1) else f"session_anon_{rng.getrandbits(48):012x}"
    client = Client(somebody, None, session)
    visit = Visit(rng, world, None)
    happenings = (
        happening for _ in range(rng.randint(1, 3)) for happening in pick(rng, ANYBODYS)(visit)
    )
    for at, happening in _paced(happenings, begins, rng):
        yield at, _noted(client.record(rng, at, happening), world)


def _happenings(
    plan: SimulationPlan, day: int, visit: Visit, person: Person
) -> Iterator[Happening]:
    rng, acts = visit.rng, STAFFS if person.is_staff else MEMBERS
    if chance(rng, 0.9):
        yield "session_start", _session_start(person, rng)
    yield from _consent(day, person, visit.world)
    yield from _assignments(plan, day, person, visit.world, rng)
    for _ in range(int(rng.expovariate(1 / MEAN_ACTS)) + 1):
        yield from pick(rng, acts)(visit)
    if chance(rng, 0.75):
        yield "session_end", {"reason": rng.choice(("logout", "closed", "timeout"))}


def _session_start(person: Person, rng: Random) -> Record:
    device, place = person.device, person.place
    told = {
        "platform": device.platform,
        "deviceInfo": {"os": device.os, "osVersion": device.os_version, "memoryGb": 4},
        "ipAddress": person.ip_address,
        "userAgent": device.user_agent,
        "screenResolution": device.screen,
        "viewportSize": device.viewport,
        "city": place.city,
        "region": place.region,
        "country": place.country,
    }
    return {key: value for key, value in told.items() if chance(rng, 0.9)}


def _consent(day: int, person: Person, world: World) -> Iterator[Happening]:
    """Withdraw or give consent, at the first visit on or after the day of it."""
    wants = True
    if person.withdraws is not None and day >= person.withdraws:
        wants = person.consents_again is not None and day >= person.consents_again
    if wants != world.consents.get(person.ref, True):
        world.consents[person.ref] = wants
        yield "consent_updated", {"analytics": wants}


def _assignments(
    plan: SimulationPlan, day: int, person: Person, world: World, rng: Random
) -> Iterator[Happening]:
    """Put the person into the experiments that run, a few of them into two variants."""
    for experiment in EXPERIMENTS:
        last = plan.days if experiment.last is None else int(plan.days * experiment.last)
        if not int(plan.days * experiment.first) <= day < last:
            continue
        key = experiment.ref, person.ref
        if key in world.assignments and not chance(rng, 0.01):
            continue
        variant = rng.choices(experiment.variants, experiment.shares)[0]
        world.assignments[key] = variant
        yield "experiment_assigned", {"experimentId": experiment.ref, "variant": variant}


def _paced(
    happenings: Iterator[Happening], begins: datetime, rng: Random
) -> Iterator[tuple[datetime, Happening]]:
    """Give each happening its instant; a few sessions lie idle for more than half an hour."""
    at = begins
    for name, data in happenings:
        created = {"creationTime": iso(at)} if name == "post_created" else {}
        yield at, (name, data | created)
        pause = timedelta(minutes=rng.randint(31, 90)) if chance(rng, 0.012) else MEAN_PAUSE
        at += pause * rng.expovariate(1)
        # Milliseconds are what clients write; equal instants happen and are kept.
        at -= timedelta(microseconds=at.microsecond % 1000)


def _noted(record: Record, world: World) -> Record:
    if record["eventName"] == "error_occurred":
        world.open_errors.append(record["eventId"])
    return record


def _metadata(person: Person, name: str, rng: Random) -> Record:
    device, place = person.device, person.place
    pathname = f"/{name.partition('_')[0]}"
    told: Record = {
        "url": f"https://chhimeki.example{pathname}",
        "pathname": pathname,
        "referrer": None,
        "platform": device.platform,
        "browser": device.browser,
        "browserVersion": device.browser_version,
        "os": device.os,
        "osVersion": device.os_version,
        "serverProcessingTimeMs": rng.randrange(120),
    }
    if chance(rng, 0.7):
        told |= {"country": place.country, "region": place.region, "city": place.city}
    if chance(rng, 0.5):
        told |= {"userAgent": device.user_agent, "ipAddress": person.ip_address}
    return told


def _system_events(plan: SimulationPlan, day: int, world: World, rng: Random) -> Iterator[Timed]:
    """What the servers themselves report each night, with no user and no session."""
    at = plan.midnight(day) + SYSTEM_HOUR
    happenings: list[Happening] = [
        (
            "performance_metric",
            {"metricName": "api_latency", "metricValue": value, "metricUnit": "ms"},
        )
        for value in (rng.randrange(20, 400) for _ in range(6))
    ]
    for _ in range(len(world.open_errors) // 2):
        happenings.extend(repair(Visit(rng, world, None)))
    for number, (name, data) in enumerate(happenings):
        happened = at + timedelta(microseconds=1_000_001 * number)
        yield (
            happened,
            {
                "eventId": event_ref(rng, happened),
                "eventName": name,
                "timestamp": happened.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "data": data,
            },
        )
