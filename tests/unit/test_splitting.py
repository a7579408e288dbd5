"""Bytes to the texts of records: lines and arrays, whole, broken, too long, cut anywhere."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.reading import splitting
from loaders.reading.splitting import LONGEST_RECORD_BYTES, Block, split
from tests.hostile_records import record_files, wounds

HOSTILE_ELEMENTS: list[object] = [
    {"a": '}{][,"\\ \\" ]'},
    {"deep": [[[[[{"b": {"c": {"d": {"e": [1, "x]"]}}}}]]]]]},
    "text, with ] and {",
    {"n": [-12.5e-7, {"deeper": {"than": [[{"usual": 1234}]]}}]},
    -1234.5,
    3,
    [],
    {},
    None,
    {"नेपाल": "ॐ 🙂"},
]


@pytest.fixture(scope="module", autouse=True)
def _short_first_look() -> Iterator[None]:
    """Else a short file is in the first buffer as a whole, whatever the size of its chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "FIRST_LINE_BYTES", 8)
        yield


def chunks(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def texts(content: bytes, size: int = 1 << 20) -> list[bytes]:
    blocks = split(chunks(content, size))
    return [text.strip() for block in blocks for text in block.texts if text.strip()]


def places(blocks: Iterator[Block]) -> list[tuple[int, int, bytes]]:
    return [
        (*block.place(index), text)
        for block in blocks
        for index, text in enumerate(block.texts)
        if text.strip()
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n\n \n", []),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\n\r\nb\r\n", [b"a", b"b"]),
        (b"\xef\xbb\xbfa\nb", [b"a", b"b"]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbf [1]", [b"1"]),
        (b"\n\n [1,2]\n", [b"1", b"2"]),
        (b"[]", []),
        (b"[ ]\n", []),
        (b"[1,]", [b"1"]),
    ],
)
def test_lines_and_arrays_are_cut(content: bytes, expected: list[bytes]) -> None:
    assert texts(content) == expected


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_cut_alike_whatever_the_size_of_the_chunks(indent: int | None) -> None:
    content = json.dumps(HOSTILE_ELEMENTS, indent=indent, ensure_ascii=False).encode()
    whole = places(split(chunks(content, len(content))))
    assert [json.loads(text) for _, _, text in whole] == HOSTILE_ELEMENTS
    for size in range(1, len(content)):
        assert places(split(chunks(content, size))) == whole


def test_lines_are_cut_alike_whatever_the_size_of_the_chunks() -> None:
    content = b'{"a": 1}\r\n\n  \n{"b": "\xe0\xa4\xa8"}\nlast'
    whole = places(split(chunks(content, len(content))))
    assert whole == [(1, 0, b'{"a": 1}\r'), (4, 14, b'{"b": "\xe0\xa4\xa8"}'), (5, 27, b"last")]
    for size in range(1, len(content)):
        assert places(split(chunks(content, size))) == whole


def test_elements_know_their_place() -> None:
    content = b'[\n  {"a": 1},\n\n {"b":\n 2}, 3]\n4\n'
    found = [(line, byte, text.strip()) for line, byte, text in places(split([content]))]
    assert found == [(2, 4, b'{"a": 1}'), (4, 16, b'{"b":\n 2}'), (5, 27, b"3"), (6, 30, b"4")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Lines of which the first is an array are lines.
        (b"[1,2]\n{}\n", [b"[1,2]", b"{}"]),
        (b"[1,\n2]\n{}\n", [b"1", b"2", b"{}"]),
        # A line that only begins like an array does not swallow the rest.
        (b'[[[[\n{"a":1}\n{"b":2}', [b"[[[", b'{"a":1}', b'{"b":2}', b"["]),
        (b'["\n{"a":1}\n{"b":2}', [b'"', b'{"a":1}', b'{"b":2}', b"["]),
        (b'[\n{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}', b"["]),
        # What is wrong with an element stays with it, on one line or on many.
        (b'[{"a":1},\n{"b":"},\n{"c":3}]', [b'{"a":1}', b'{"b":"}', b'{"c":3}']),
        (b'[{"a":1},{"b":"},{"c":"3"}]', [b'{"a":1}', b'{"b":"}', b'{"c":"3"}']),
        (b'[{"b":2",{"c":"3"},{"d":4}]', [b'{"b":2"', b'{"c":"3"}', b'{"d":4}']),
        (b'[{"b":{,{"c":3},{"d":4}]', [b'{"b":{', b'{"c":3}', b'{"d":4}']),
        (b'[{"b":[1},{"c":3},{"d":4}]', [b'{"b":[1}', b'{"c":3}', b'{"d":4}']),
        (b'[{"b":[1,{"c":3},{"d":4}]', [b'{"b":[1', b'{"c":3}', b'{"d":4}']),
        (b'[{"a":1}},{"b":2}]', [b'{"a":1}}', b'{"b":2}']),
        (b'[{"a":1}],{"b":2}]', [b'{"a":1}', b'{"b":2}']),
        (b'[{"a":1}]},{"b":2}]', [b'{"a":1}', b"}", b'{"b":2}']),
        (b'[{"a":1} x,{"b":2}]', [b'{"a":1} x', b'{"b":2}']),
        (b'[{"a":[{}]} {"b":2}]', [b'{"a":[{}]}', b'{"b":2}']),
        (b'[{"a":1}] x', [b'{"a":1}', b"x"]),
        # Of an array never closed the bracket is a text: cut off, even between two elements.
        (b"[", [b"["]),
        (b'[[{"a":1},{"b":2}]', [b'[{"a":1}', b'{"b":2}']),
        (b'[{"a":1},{"b"', [b'{"a":1}', b'{"b"', b"["]),
        (b'[{"a":1},', [b'{"a":1}', b"["]),
        (b'[{"a":1}', [b'{"a":1}', b"["]),
    ],
)
def test_a_broken_record_leaves_the_others_whole(content: bytes, expected: list[bytes]) -> None:
    for size in (1, 3, 1 << 20):
        assert texts(content, size) == expected


@given(
    st.lists(
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    ),
    st.integers(1, 50),
    st.booleans(),
)
def test_any_array_is_cut_into_its_elements(values: list[object], size: int, pretty: bool) -> None:
    content = json.dumps(values, indent=1 if pretty else None).encode()
    assert [json.loads(text) for text in texts(content, size)] == values


@given(st.binary(), st.integers(1, 20))
def test_whatever_follows_a_bracket_nothing_is_lost_but_punctuation(junk: bytes, size: int) -> None:
    kept = b"".join(texts(b"[" + junk, size))
    gone = b"[], \t\r\n\x0b\x0c"
    assert kept.translate(None, gone) == junk.translate(None, gone)


@pytest.mark.parametrize("size", [100_000, 1 << 20])
def test_of_a_line_too_long_only_the_beginning_is_kept(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "LONGEST_RECORD_BYTES", 300_000)
    long = b"x" * 2_500_000
    blocks = list(split(chunks(b"a\n" + long + b"\nb\nc\n", size)))
    cut_off = [block for block in blocks if block.record_bytes is not None]
    assert [(block.record_bytes, block.place(0)) for block in cut_off] == [(2_500_000, (2, 2))]
    assert len(cut_off[0].texts[0]) == splitting.KEPT_BYTES
    others = [one for one in places(iter(blocks)) if len(one[2]) == 1]
    assert others == [(1, 0, b"a"), (3, 2_500_003, b"b"), (4, 2_500_005, b"c")]


@pytest.mark.parametrize("size", [1, 100, 999, 1 << 20])
@pytest.mark.parametrize(
    "long",
    [
        b'{"b":[' + b"1," * 2000 + b"1]}",
        b'{"b":[{"c":{"d":[{"e":[' + b'{"x":"},{"},' * 300 + b"1]}]}}]}",
        b'{"id":"' + b"x" * 3000 + rb"\"},{" + b'"}',
        b"[" * 2000 + b"{}" + b"]" * 2000,
        b"7" * 3000,
        # No JSON: before it is too long, and after.
        b'{"b" "' + b"x" * 3000 + b'"}',
        b'{"b":"' + b"x" * 3000 + b'","c" 1}',
    ],
    ids=["list", "objects", "text", "depth", "number", "broken", "broken late"],
)
def test_of_an_element_too_long_only_the_beginning_is_kept(
    long: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "LONGEST_RECORD_BYTES", 1000)
    monkeypatch.setattr(splitting, "KEPT_BYTES", 100)
    content = b'[{"a":1},\n\n' + long + b',{"c":"x"},\n{"d":4}]'
    blocks = list(split(chunks(content, size)))
    found = places(iter(blocks))
    assert [(line, byte) for line, byte, _ in found] == [
        *((1, 1), (3, 11), (3, 12 + len(long)), (4, 23 + len(long)))
    ]
    assert [text for *_, text in found[2:]] == [b'{"c":"x"}', b'{"d":4}']
    # It may have come whole, within one chunk; then the verdict says that it is too long.
    lengths = [block.record_bytes or len(long) for block in blocks if long[:9] in block.texts[0]]
    assert lengths in ([len(long)], [])
    assert {len(text) for *_, text in found[1:2]} <= {100, len(long)}
    assert size > 1000 or len(found[1][2]) == 100


JUNK = (
    *(
        b"[",
        b'"',
        b'{"a',
        b'[{"\\',
        b'{"a":"",',
        b"{",
        b"}",
        b"]",
        b",",
        b'{"a":1 ',
        b'{"a":[1,{},',
    ),
    # Each element holds the next, up to any depth.
    *(b'{"a":[1,', b'{"a":["' + b"x" * 3000 + b'",', b'{"a":[[[[[1]]]]],'),
)


@pytest.mark.parametrize("junk", JUNK)
def test_hostile_arrays_take_linear_time(junk: bytes) -> None:
    def seconds(length: int) -> float:
        content = b"[" + junk * (length // len(junk))
        began = time.process_time()
        assert sum(len(block.data) for block in split(chunks(content, 1 << 16))) >= 0
        return time.process_time() - began

    # Eight times the length: were it quadratic, it would take 64 times the time.
    assert seconds(240_000) < 24 * seconds(30_000) + 0.1


@given(st.data())
def test_an_array_with_a_wound_is_cut_alike_whatever_the_size_of_the_chunks(
    data: st.DataObject,
) -> None:
    whole_file = data.draw(record_files("array")).content
    content = data.draw(wounds(whole_file, first=1)).to(whole_file)
    whole = places(split(chunks(content, 1 << 20)))
    for size in (1, 7, data.draw(st.integers(2, 100))):
        assert places(split(chunks(content, size))) == whole
    assert all(content[byte:].startswith(text) for _, byte, text in whole)
    assert all(content[:byte].count(b"\n") == line - 1 for line, byte, _ in whole)


def test_the_longest_record_is_the_same_for_lines_and_verdicts() -> None:
    line = b"x" * (LONGEST_RECORD_BYTES + 1)
    (block,) = split(chunks(line, 1 << 20))
    assert block.record_bytes == len(line)
