"""Files to record texts: every way a file may be compressed, broken or named."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from loaders.errors import LoadError
from loaders.reading.inputs import RefusedError, expand, open_landing_file


def read(path: Path, tmp_path: Path) -> list[bytes]:
    with open_landing_file(str(path), tmp_path) as file:
        return [text for block in file.blocks() for text in block.texts if text.strip()]


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
        assert max((len(block.data) for block in file.blocks()), default=0) < 4_000_000


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


@pytest.mark.parametrize("name", [b"caf\xe9.jsonl", b"a 'b' \"c\"\n\\d\t.jsonl"])
def test_a_file_may_have_any_name(name: bytes, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    Path(path).write_bytes(b"a\nb\n")
    assert expand([str(tmp_path)]) == expand([path]) == [path]
    assert read(Path(path), tmp_path) == [b"a", b"b"]
    with open_landing_file(path, tmp_path) as file:
        # What of it is no text is spelt in backslashes.
        assert file.name.encode().decode() == path.replace("\udce9", r"\udce9")


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
