"""Hypothesis strategies: records of every legality, files of them, and bytes gone wrong."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]


def mostly(usual: Strategy, odd: Strategy) -> Strategy:
    """The one, and now and then the other: a record of nothing but oddities is rejected at once."""
    return st.integers(0, 29).flatmap(lambda number: usual if number else odd)


# Characters that some layer between a file and a table treats as its own.
SPECIAL = list("\\\"'\t\n\r\x01\x1f\x7f{}[],:eE0N\u2028\ufeff\U0001f642")
STORABLE_TEXTS = st.text(
    st.sampled_from(SPECIAL) | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=20,
)
TEXTS = mostly(STORABLE_TEXTS, st.text(st.sampled_from("a\0\ud83d\ude42") | st.characters()))
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([10**400, 1e308, 5e-324, -0.0]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | mostly(NUMBERS, st.floats()) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = mostly(st.dictionaries(TEXTS, VALUES, max_size=4), VALUES)
IDS = mostly(STORABLE_TEXTS, st.text(max_size=3).map(lambda text: text * 100) | VALUES)
NAMES = mostly(st.text(st.sampled_from(SPECIAL), min_size=1, max_size=9), IDS)
TIMESTAMPS = mostly(
    st.builds(
        "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
        *(st.integers(2001, 2024), st.integers(1, 12), st.integers(1, 28)),
        *(st.sampled_from("TTTt"), st.integers(0, 23), st.integers(0, 59), st.integers(0, 60)),
        st.sampled_from(["", ".5", ".123456789"]),
        st.sampled_from(["Z", "z", "+05:45", "-23:59"]),
    ),
    st.builds(
        "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
        *(st.integers(1990, 2030), st.integers(0, 13), st.integers(0, 32)),
        *(st.sampled_from("T "), st.integers(0, 24), st.integers(0, 60), st.integers(0, 61)),
        st.sampled_from(["", "."]),
        st.sampled_from(["Z", "+24:00", ""]),
    )
    | IDS,
)
# Numbers no Python value stands for, put in where the text has 12321.
ODD_NUMBERS = st.sampled_from(
    [
        *("1e131071", "1e131072", "1E-16383", "-1e-16384", "1e99999999999", "0e99999"),
        *("1.50", "1e+5", "NaN", "01"),
    ]
)

EVENTS = st.fixed_dictionaries(
    {"eventId": NAMES, "eventName": NAMES, "timestamp": TIMESTAMPS},
    optional={
        "userId": IDS,
        "sessionId": IDS,
        "clientTimestamp": TIMESTAMPS,
        "receivedAt": TIMESTAMPS,
        "data": OBJECTS | st.just({"n": 12321}),
        "metadata": OBJECTS,
        "other": VALUES,
        "of its own": VALUES,
    },
)
ENTITIES = st.fixed_dictionaries(
    {
        "entityType": mostly(st.sampled_from(["user", "experiment", "community"]), NAMES),
        "entityId": NAMES,
        "updatedAt": TIMESTAMPS,
        "data": OBJECTS,
    },
    optional={"extra": VALUES},
)
RECORDS = mostly(EVENTS | ENTITIES, VALUES)


@st.composite
def record_texts(draw: st.DrawFn) -> bytes:
    """One record on one line: mostly well-formed JSON, sometimes with its bytes tampered with."""
    value: Any = draw(RECORDS)
    if draw(st.integers(0, 9)) == 0:
        value = {"events": draw(st.lists(RECORDS, max_size=3))}
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    text = text.replace("12321", draw(ODD_NUMBERS))
    content = text.encode("utf-8", draw(st.sampled_from(["surrogatepass", "replace"])))
    if draw(st.integers(0, 9)) == 0:
        content = draw(tampered(content))
    return content.replace(b"\n", b" ")


@st.composite
def tampered(draw: st.DrawFn, content: bytes) -> bytes:
    """Some bytes taken out and others put in their place."""
    start = draw(st.integers(0, len(content)))
    gone = draw(st.integers(0, 5))
    put = draw(st.binary(max_size=5) | st.sampled_from([b"\\u0000", b"\\ud800", b"\\", b"[" * 600]))
    return content[:start] + put + content[start + gone :]


@dataclass(frozen=True)
class Wound:
    """A place of a file where some bytes were taken out and others put in."""

    start: int
    gone: int
    put: bytes

    def to(self, content: bytes) -> bytes:
        return content[: self.start] + self.put + content[self.start + self.gone :]


@dataclass(frozen=True)
class RecordFile:
    """A file of legal records, and where each stands, with what parts it from its neighbours."""

    content: bytes
    records: list[dict[str, Any]]
    regions: list[tuple[int, int]]

    def untouched(self, wound: Wound) -> list[dict[str, Any]]:
        return [
            record
            for record, (start, end) in zip(self.records, self.regions, strict=True)
            if wound.start + wound.gone <= start or wound.start >= end
        ]


LEGAL_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | NUMBERS
    | STORABLE_TEXTS
    | st.sampled_from(["},{", "]}\n[{", '":"']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STORABLE_TEXTS, inner, max_size=4),
    max_leaves=8,
)
LEGAL_OBJECTS = st.dictionaries(STORABLE_TEXTS, LEGAL_VALUES, max_size=3)
LEGAL_EVENTS = st.fixed_dictionaries(
    {"eventName": st.just("page_view"), "timestamp": st.just("2024-02-29T23:59:59.5Z")},
    optional={"data": LEGAL_OBJECTS, "metadata": LEGAL_OBJECTS, "of its own": LEGAL_VALUES},
)
LEGAL_ENTITIES = st.fixed_dictionaries(
    {
        "entityType": st.sampled_from(["user", "experiment", "community"]),
        "updatedAt": st.just("2024-02-29T23:59:59.5Z"),
        "data": LEGAL_OBJECTS,
    },
    optional={"of its own": LEGAL_VALUES},
)


@st.composite
def record_files(draw: st.DrawFn, kind: str) -> RecordFile:
    """A file of `kind` lines, array or batches."""
    made = draw(st.lists(LEGAL_EVENTS | LEGAL_ENTITIES, min_size=1, max_size=6))
    records = [
        {"entityId" if "entityType" in one else "eventId": f"id{number}"} | one
        for number, one in enumerate(made)
    ]
    indent = draw(st.sampled_from([None, 1])) if kind == "array" else None
    texts = [
        json.dumps(one, ensure_ascii=draw(st.booleans()), indent=indent).encode() for one in records
    ]
    begin, between, end = b"", b"\n", b"\n"
    if kind == "array":
        begin, between, end = draw(
            st.sampled_from([(b"[", b",", b"]"), (b"[\n", b",\n", b"\n]\n"), (b"[", b" , ", b"] ")])
        )
    if kind == "batches":
        cuts = [0, *sorted(draw(st.sets(st.integers(1, len(texts))))), len(texts)]
        groups = [texts[start:stop] for start, stop in pairwise(cuts)]
        pieces = [b'{"events": [' + b",".join(group) + b"]}" for group in groups]
        sizes = [len(group) for group in groups]
    else:
        pieces, sizes = texts, [1] * len(texts)
    content, regions = begin, []
    for number, piece in enumerate(pieces):
        after = end if number == len(pieces) - 1 else between
        before = len(begin) if number == 0 else len(between)
        # The beginning of a file is what parts its first line from nothing.
        start = len(content) - before if content else -1
        content += piece + after
        regions += [(start, len(content))] * sizes[number]
    return RecordFile(content, records, regions)


JUNK = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\n",
    b"\0",
    b"\xff",
    b'},{"',
    b"]}",
    b'[{"',
]


@st.composite
def wounds(draw: st.DrawFn, content: bytes, first: int = 0) -> Wound:
    """A bit flipped, bytes cut out or put in, a slice doubled; from the byte `first` on."""
    start = draw(st.integers(first, len(content) - 1))
    match draw(st.sampled_from(["flip", "cut", "insert", "double"])):
        case "flip":
            return Wound(start, 1, bytes([content[start] ^ 1 << draw(st.integers(0, 7))]))
        case "cut":
            return Wound(start, draw(st.integers(1, len(content))), b"")
        case "insert":
            return Wound(start, 0, draw(st.sampled_from(JUNK) | st.binary(max_size=5)))
        case _:
            end = draw(st.integers(start, len(content)))
            return Wound(end, 0, content[start:end])
