from __future__ import annotations

import gzip
import os
import socket
from pathlib import Path

import pytest

from sidecar.errors import InputError
from sidecar.tail.opening import open_log

TEXT = b"".join(b"line %d\n" % number for number in range(50_000))


def read_all(path: Path, size: int = 4096) -> bytes:
    with open_log(path) as log:
        return b"".join(iter(lambda: log.read(size), b""))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", b""),
        (b"one\n", b"one\n"),
        ("Grüße\n".encode(), "Grüße\n".encode()),
        ("Grüße\n".encode("latin-1"), "Grüße\n".encode("latin-1")),
        (b"\xef\xbb\xbfwith a mark\n", b"\xef\xbb\xbfwith a mark\n"),
        (b"\x1b[31mred\x1b[0m\n", b"\x1b[31mred\x1b[0m\n"),
        (b"\0" * 5000 + b"after a truncation\n", b"\0" * 5000 + b"after a truncation\n"),
        (gzip.compress(b"", mtime=0), b""),
        (gzip.compress(TEXT, mtime=0), TEXT),
        (
            gzip.compress(b"first\n", mtime=0) + gzip.compress(b"second\n", mtime=0) + bytes(512),
            b"first\nsecond\n",
        ),
    ],
)
def test_gives_the_text(tmp_path: Path, content: bytes, text: bytes) -> None:
    (tmp_path / "log").write_bytes(content)
    assert read_all(tmp_path / "log") == text


@pytest.mark.parametrize("size", [1, 7, 65536, 1 << 20])
def test_the_size_of_a_read_changes_nothing(tmp_path: Path, size: int) -> None:
    text = TEXT[:100_000] if size == 1 else TEXT
    (tmp_path / "log.gz").write_bytes(gzip.compress(text))
    assert read_all(tmp_path / "log.gz", size) == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 20, "is binary data"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00\x01\x00\x00\x00", "is binary data"),
        ("no bytes\n".encode("utf-16"), "is UTF-16 text"),
        ("no bytes\n".encode("utf-32"), "is UTF-32 text"),
        (b"\x28\xb5\x2f\xfd\x00\x00", "is packed with zstd"),
        (b"\xfd7zXZ\x00\x00", "is packed with xz"),
        (b"BZh91AY", "is packed with bzip2"),
        (b"PK\x03\x04\x00", "is packed with zip"),
    ],
)
def test_says_in_one_line_why_content_is_no_log(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_log(tmp_path / "log")
    assert str(caught.value).startswith(f"{tmp_path}/log: {said}")
    assert "\n" not in str(caught.value)


def test_a_file_known_before_is_not_judged_again(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(bytes(range(256)))
    with open_log(tmp_path / "log", trust=True) as log:
        assert log.read(999) == bytes(range(256))


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.mkdir, "is a directory; name the files in it, such as {path}/*.log"),
        (make_fifo, "is a pipe"),
        (make_socket, "cannot be read"),
        (lambda path: path.symlink_to("/dev/null"), "is a device"),
        (lambda _: None, "no such file"),
        (lambda path: path.symlink_to(path), "cannot be read"),
        (lambda path: path.symlink_to("nowhere"), "no such file"),
    ],
)
def test_says_what_is_there_instead(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "x"
    assert callable(make)
    make(path)
    with pytest.raises(InputError) as caught:
        open_log(path)
    assert str(caught.value).startswith(f"{path}: {said.format(path=path)}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "log").touch(mode=0)
    with pytest.raises(InputError, match="no permission to read it; run as"):
        open_log(tmp_path / "log")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda packed: packed[:-9], "ends too early"),
        (lambda packed: packed[:-1], "ends too early"),
        (lambda packed: packed[:-8] + b"\0\0\0\0" + packed[-4:], "is damaged"),
        (lambda packed: packed + b"no gzip", "is damaged"),
    ],
)
def test_a_broken_archive_gives_its_good_part_first(tmp_path: Path, damage: object, said: str) -> None:
    assert callable(damage)
    (tmp_path / "log.gz").write_bytes(damage(gzip.compress(TEXT)))
    got: list[bytes] = []
    with open_log(tmp_path / "log.gz") as log, pytest.raises(InputError, match=said) as caught:
        got.extend(iter(lambda: log.read(5000), b""))
    text = b"".join(got)
    assert len(text) > len(TEXT) * 0.9
    assert TEXT.startswith(text)
    assert str(caught.value).startswith(f"{tmp_path}/log.gz: ")


def test_reading_at_an_offset(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(TEXT)
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT))
    for name in ("log", "log.gz"):
        with open_log(tmp_path / name) as log:
            for offset in (300_000, 300_100, 5, 0, len(TEXT), len(TEXT) + 7):
                assert log.read_at(offset, 10) == TEXT[offset : offset + 10]


def test_progress_ends_at_the_size(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(TEXT)
    (tmp_path / "log.gz").write_bytes(gzip.compress(TEXT))
    for name in ("log", "log.gz"):
        with open_log(tmp_path / name) as log:
            assert log.consumed == 0
            while log.read(1 << 16):
                assert 0 < log.consumed <= log.size
            assert log.consumed == log.size


def test_a_name_that_is_not_utf8_can_be_shown(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.log")
    with pytest.raises(InputError, match=r"caf\\xe9\.log: no such file"):
        open_log(path)
