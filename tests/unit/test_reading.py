"""Files to record texts: every way a file may be cut, compressed, broken or named."""

import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from loaders import splitting
from loaders.errors import LoadError
from loaders.reading import LandingFile, RefusedError, expand, open_landing_file
from loaders.splitting import LONGEST_RECORD_BYTES, Block, split

HOSTILE_ELEMENTS: list[object] = [
    {"a": '}{][,"\\ \\" ]'},
    {"deep": [[[[[{"b": {"c": {"d": {"e": [1, "x]"]}}}}]]]]]},
    "text, with ] and {",
    3,
    [],
    {},
    None,
    {"नेपाल": "ॐ 🙂"},
]


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


def read(path: Path, tmp_path: Path) -> list[bytes]:
    with open_landing_file(str(path), tmp_path) as file:
        return [text for block in file.blocks() for text in block.texts if text.strip()]


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
        (b'[[[[\n{"a":1}\n{"b":2}', [b"[[[", b'{"a":1}', b'{"b":2}']),
        (b'["\n{"a":1}\n{"b":2}', [b'"', b'{"a":1}', b'{"b":2}']),
        (b'[\n{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        # What is wrong with an element stays with it.
        (b'[{"a":1},\n{"b":"},\n{"c":3}]', [b'{"a":1}', b'{"b":"},', b'{"c":3}']),
        (
            b'[{"a":1},\n{"b":{,\n{"c":3},\n{"d":4}]',
            [b'{"a":1}', b'{"b":{,', b'{"c":3}', b'{"d":4}'],
        ),
        (b'[{"a":1}},{"b":2}]', [b'{"a":1}}', b'{"b":2}']),
        (b'[{"a":1} x,{"b":2}]', [b'{"a":1} x', b'{"b":2}']),
        (b'[{"a":1}] x', [b'{"a":1}', b"x"]),
        (b'[{"a":1},{"b"', [b'{"a":1}', b'{"b"']),
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


def test_an_element_too_long_is_given_up_and_the_lines_after_it_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splitting, "LONGEST_RECORD_BYTES", 1000)
    content = b'[{"a":1},\n{"b":[' + b"1,\n" * 1000 + b'1]},\n{"c":3}\n]'
    found = texts(content, 100)
    assert (found[0], found[-1]) == (b'{"a":1}', b'{"c":3}')


@pytest.mark.parametrize("junk", [b"[", b'"', b'{"a', b'[{"\\', b'{"a":"",'])
def test_hostile_arrays_take_linear_time(junk: bytes) -> None:
    # Would take minutes if the cutting went over it more than a few times.
    content = b"[" + junk * (600_000 // len(junk))
    assert sum(len(block.texts) for block in split(chunks(content, 1 << 16))) == 1


def test_the_longest_record_is_the_same_for_lines_and_verdicts() -> None:
    line = b"x" * (LONGEST_RECORD_BYTES + 1)
    (block,) = split(chunks(line, 1 << 20))
    assert block.record_bytes == len(line)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
CONTENT = b"".join(b'{"line": %d}\n' % number for number in range(50_000))


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_compressed_files_are_read(suffix: str, named: bool, tmp_path: Path) -> None:
    path = tmp_path / ("a.jsonl" + (suffix if named else ""))
    path.write_bytes(COMPRESSORS[suffix](CONTENT))
    assert read(path, tmp_path) == CONTENT.splitlines()


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_members_may_follow_one_another(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(COMPRESSORS[suffix](b"a\nb") + COMPRESSORS[suffix](b"c\nd"))
    assert read(path, tmp_path) == [b"a", b"bc", b"d"]


def test_zeros_after_a_gzip_member_are_padding(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"a\n") + bytes(100) + gzip.compress(b"b\n") + bytes(5000))
    assert read(path, tmp_path) == [b"a", b"b"]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("kept", [0, 1, 5, 1000, -9, -1])
def test_a_truncated_file_is_refused(suffix: str, kept: int, tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    compressed = zstandard.ZstdCompressor(write_checksum=True).compress(CONTENT)
    path.write_bytes((gzip.compress(CONTENT) if suffix == ".gz" else compressed)[:kept])
    with pytest.raises(RefusedError, match=r"a\.jsonl"):
        read(path, tmp_path)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_corrupt_file_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    compressed = bytearray(COMPRESSORS[suffix](os.urandom(100_000)))
    compressed[len(compressed) // 2] ^= 0xFF
    compressed[:4] = compressed[:4]
    path.write_bytes(bytes(compressed) + b"garbage")
    with pytest.raises(RefusedError):
        read(path, tmp_path)


def test_a_file_that_unfolds_enormously_is_read_in_small_chunks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    compressor = zlib.compressobj(9, wbits=31)
    parts = [compressor.compress(b"\n" * 1_000_000) for _ in range(100)]
    path.write_bytes(b"".join(parts) + compressor.flush())
    with open_landing_file(str(path), tmp_path) as file:
        assert max(len(block.data) for block in file.blocks()) < 4_000_000


def test_a_file_that_changes_between_the_readings_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"a\n")
    with open_landing_file(str(path), tmp_path) as file:
        path.write_bytes(b"a\nb\n")
        with pytest.raises(RefusedError, match="changed"):
            list(file.blocks())


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="gone"), open_landing_file("gone", tmp_path):
        pass


def test_standard_input_is_read_twice_from_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.write_bytes(gzip.compress(b"a\nb\n"))
    with source.open("rb") as stream:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        with open_landing_file("-", tmp_path) as file:
            assert (file.name, file.size) == ("-", source.stat().st_size)
            assert [block.texts for block in file.blocks()] == [[b"a", b"b"]]
    assert list(tmp_path.iterdir()) == [source]


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    receiving, sending = os.pipe()
    os.write(sending, b"a\nb\n")
    os.close(sending)
    with open_landing_file(f"/dev/fd/{receiving}", tmp_path) as file:
        assert [block.texts for block in file.blocks()] == [[b"a", b"b"]]
    os.close(receiving)


def test_a_name_that_is_no_text_is_spelt_in_backslashes() -> None:
    assert LandingFile("caf\udce9", io.BytesIO()).name == r"caf\udce9"


def test_arguments_become_files(tmp_path: Path) -> None:
    names = [
        "b.jsonl",
        "a.ndjson.gz",
        'c d\'s "e".json.zst',
        "sub/a.json",
        "sub/[x].jsonl",
        "no.txt",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    def found(*arguments: str) -> list[str]:
        whole = [one if one == "-" else str(tmp_path / one) for one in arguments]
        return [one.removeprefix(f"{tmp_path}/") for one in expand(whole)]

    everything = ["a.ndjson.gz", "b.jsonl", 'c d\'s "e".json.zst', "sub/[x].jsonl", "sub/a.json"]
    assert found("") == everything
    assert found("no.txt") == ["no.txt"]
    assert found("sub/[x].jsonl") == ["sub/[x].jsonl"]
    assert found("*.jsonl", "sub") == ["b.jsonl", "sub/[x].jsonl", "sub/a.json"]
    assert found("**/*.json") == ["sub/a.json"]
    assert found("-", "b.jsonl", "sub/../b.jsonl", "-") == ["-", "b.jsonl"]


@pytest.mark.parametrize("argument", ["nothing.jsonl", "nothing/*.jsonl", "nothing/"])
def test_an_argument_that_names_nothing_is_an_error(argument: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="nothing"):
        expand([str(tmp_path / argument)])
