"""Hypothesis strategies: records of every legality, files of them, and bytes gone wrong."""

import json
from typing import Any

from hypothesis import strategies as st

# Characters that some layer between a file and a table treats as its own.
CHARACTERS = st.one_of(
    st.sampled_from(list("\\\"'\t\n\r\x01\x1f\x7f\x00{}[],:eE0N\u2028\ufeff\U0001f642")),
    st.characters(),
)
TEXTS = st.text(CHARACTERS, max_size=20)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=True),
    st.sampled_from([10**400, 1e308, 5e-324, -0.0]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)
IDS = st.one_of(TEXTS, st.text(max_size=3).map(lambda text: text * 100), VALUES)
TIMESTAMPS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.builds(
        "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
        *(st.integers(1990, 2030), st.integers(0, 13), st.integers(0, 32)),
        *(st.sampled_from("TTTt "), st.integers(0, 24), st.integers(0, 60), st.integers(0, 61)),
        st.sampled_from(["", ".5", ".123456789", "."]),
        st.sampled_from(["Z", "z", "+05:45", "-23:59", "+24:00", ""]),
    ),
    IDS,
)
# Numbers no Python value stands for, put in where the text has 12321.
ODD_NUMBERS = st.sampled_from(
    [
        *("1e131071", "1e131072", "1E-16383", "-1e-16384", "1e99999999999", "0e99999"),
        *("1.50", "1e+5", "NaN", "01"),
    ]
)

EVENTS = st.fixed_dictionaries(
    {
        "eventId": st.just("e") | IDS,
        "eventName": st.just("page_view") | IDS,
        "timestamp": st.just("2024-01-31T10:00:00Z") | TIMESTAMPS,
    },
    optional={
        "userId": IDS,
        "sessionId": IDS,
        "clientTimestamp": TIMESTAMPS,
        "receivedAt": TIMESTAMPS,
        "data": OBJECTS | VALUES | st.just({"n": 12321}),
        "metadata": OBJECTS,
        "other": VALUES,
    },
)
ENTITIES = st.fixed_dictionaries(
    {
        "entityType": st.sampled_from(["user", "experiment", "community", "post"]),
        "entityId": st.just("u") | IDS,
        "updatedAt": st.just("2024-01-31T10:00:00+01:00") | TIMESTAMPS,
        "data": OBJECTS | VALUES,
    },
    optional={"extra": VALUES},
)


@st.composite
def record_texts(draw: st.DrawFn) -> bytes:
    """One record on one line: mostly well-formed JSON, sometimes with its bytes tampered with."""
    value: Any = draw(EVENTS | ENTITIES | VALUES)
    if draw(st.integers(0, 9)) == 0:
        value = {"events": draw(st.lists(EVENTS | ENTITIES | VALUES, max_size=3))}
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    text = text.replace("12321", draw(ODD_NUMBERS))
    content = text.encode("utf-8", draw(st.sampled_from(["surrogatepass", "replace"])))
    if draw(st.integers(0, 4)) == 0:
        content = draw(tampered(content))
    return content.replace(b"\n", b" ")


@st.composite
def tampered(draw: st.DrawFn, content: bytes) -> bytes:
    """Some bytes taken out and others put in their place."""
    start = draw(st.integers(0, len(content)))
    gone = draw(st.integers(0, 5))
    put = draw(st.binary(max_size=5) | st.sampled_from([b"\\u0000", b"\\ud800", b"\\", b"[" * 600]))
    return content[:start] + put + content[start + gone :]
