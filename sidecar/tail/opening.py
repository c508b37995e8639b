"""Opening a log read-only: plain or gzip, or one clear `InputError` that says what, where and what to do.

Promises: no file is ever locked or written, opening never blocks (a FIFO without a writer would, hence
O_NONBLOCK), and a broken gzip file gives all of its good part before it raises.  Symbolic links are followed:
log directories are full of them (`/var/log/containers` of Kubernetes).
"""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from sidecar.errors import InputError

GZIP_MAGIC: Final = b"\x1f\x8b"
#: Enough for every magic number and for a fair sample of a text.
HEAD_BYTES: Final = 4096

_RAW_BYTES: Final = 1 << 16
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_BYTE_ORDER_MARKS: Final = (
    # UTF-32 first: its little-endian mark begins with the one of UTF-16.
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_PACKED: Final = (
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd -d"),
    (b"\xfd7zXZ\x00", "xz", "xz -d"),
    (b"BZh", "bzip2", "bzip2 -d"),
    (b"PK\x03\x04", "zip", "unzip"),
)
_KINDS: Final = (
    (stat.S_ISDIR, "is a directory; name the files in it, such as {path}/*.log"),
    (stat.S_ISFIFO, "is a pipe (FIFO), which cannot be read twice; write the log to a file"),
    (stat.S_ISSOCK, "is a socket, not a file; name a log file"),
)
# Control characters that no text log holds; tab, line ends, form feed and the escape of terminal colours may be there.
_CONTROL: Final = bytes(set(range(32)) - {0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x1B})
# Compressed or random data has one in ten; a log with a stray one stays a log.
_CONTROL_SHARE: Final = 20


class _Opened:
    """What plain and packed logs share: a descriptor and its life."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @property
    def size(self) -> int:
        """Bytes on disk, now."""
        return self.stat().st_size

    def stat(self) -> os.stat_result:
        """State of the open file, whatever its name is by now."""
        return os.fstat(self._descriptor)

    def close(self) -> None:
        """Let the descriptor go; twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def consumed(self) -> int:
        """Bytes on disk that `read` used up; for a progress bar against `size`."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class PlainLog(_Opened):
    """A log as it is on disk."""

    compressed = False
    _position = 0

    def read(self, n: int) -> bytes:
        """Read at most `n` bytes further; b"" at the end."""
        data = self.read_at(self._position, n)
        self._position += len(data)
        return data

    def read_at(self, offset: int, n: int) -> bytes:
        """At most `n` bytes from `offset`, without moving `read`."""
        return os.pread(self._descriptor, n, offset)

    @property
    def consumed(self) -> int:
        """See `_Opened.consumed`."""
        return self._position

    def first_data(self) -> int:
        """Offset behind the hole at the start of a sparse file, 0 when there is none."""
        try:
            return os.lseek(self._descriptor, 0, os.SEEK_DATA)
        except OSError:  # ENXIO: nothing but a hole; EINVAL: the file system knows no holes
            return 0


class GzipLog(_Opened):
    """A gzip file as the text in it; several members in a row are one text, as gunzip has it."""

    compressed = True

    def __init__(self, path: str, descriptor: int) -> None:
        super().__init__(path, descriptor)
        self._rewind()

    @property
    def consumed(self) -> int:
        """See `_Opened.consumed`."""
        return self._raw_position - len(self._raw)

    @property
    def broken(self) -> bool:
        """Damage was met; reading on past the good part raises."""
        return self._broken is not None

    def _rewind(self) -> None:
        self._raw_position = self._position = 0
        self._raw = self._text = b""
        self._unpacker = zlib.decompressobj(wbits=31)
        self._broken: InputError | None = None

    def read(self, n: int) -> bytes:
        """Read at most `n` bytes of text further; b"" at the end.

        Raises:
            InputError: the file is broken here; all before was given.
        """
        while len(self._text) < n and self._broken is None and self._unpack(n):
            pass
        data, self._text = self._text[:n], self._text[n:]
        self._position += len(data)
        if not data and n and self._broken is not None:
            raise self._broken
        return data

    def read_at(self, offset: int, n: int) -> bytes:
        """At most `n` bytes of text from `offset`; going back means unpacking anew, so read forward."""
        if offset < self._position:
            self._rewind()
        while self._position < offset:
            if not self.read(min(offset - self._position, 1 << 18)):
                return b""
        return self.read(n)

    def _unpack(self, n: int) -> bool:
        """Unpack a piece; False at the end of the file."""
        self._raw = self._raw or self._read_raw()
        if self._unpacker.eof:
            # gzip -c a >> b makes members in a row; tape blocks pad with zeros, which gunzip ignores as well
            self._raw = self._raw.lstrip(b"\0") or self._read_raw().lstrip(b"\0")
            if not self._raw:
                return False
            self._unpacker = zlib.decompressobj(wbits=31)
        if not self._raw:
            self._broken = InputError(
                f"{shown(self.path)}: the gzip data ends too early (a copy cut off, or still being written); "
                "what could be read was; give the complete file"
            )
            return False
        try:
            self._text += self._unpacker.decompress(self._raw, max(n, 1 << 16))
        except zlib.error as error:
            self._broken = InputError(
                f"{shown(self.path)}: the gzip data is damaged ({error}); what could be read was; restore the file"
            )
            return False
        self._raw = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        return True

    def _read_raw(self) -> bytes:
        raw = os.pread(self._descriptor, _RAW_BYTES, self._raw_position)
        self._raw_position += len(raw)
        return raw


Log: TypeAlias = PlainLog | GzipLog


def shown(path: str) -> str:
    """A path fit for a terminal, whatever bytes its name holds."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def open_log(path: str | Path, *, trust: bool = False) -> Log:
    """Open a log for reading.

    Args:
        path: of the file.
        trust: a file that was read before: its content is not judged again, since a log may hold strange bytes.

    Raises:
        InputError: it cannot be read as a log; the message is one line for the user.
    """
    name = os.fspath(path)
    try:
        descriptor = os.open(name, _FLAGS)
    except OSError as error:
        raise InputError(f"{shown(name)}: {_reason(error)}") from error
    try:
        return _as_log(name, descriptor, trust=trust)
    except OSError as error:
        os.close(descriptor)
        raise InputError(f"{shown(name)}: {_reason(error)}") from error
    except InputError:
        os.close(descriptor)
        raise


def _as_log(path: str, descriptor: int, *, trust: bool) -> Log:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        raise InputError(f"{shown(path)}: {_kind(mode).format(path=shown(path).rstrip('/'))}")
    head = os.pread(descriptor, HEAD_BYTES, 0)
    if head.startswith(GZIP_MAGIC):
        return GzipLog(path, descriptor)
    if not trust:
        fault = unfit(head)
        if fault:
            raise InputError(f"{shown(path)}: {fault}")
    return PlainLog(path, descriptor)


def unfit(head: bytes) -> str:
    """Why a file with this beginning cannot be read as text; "" when it can."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return f"is {encoding} text; write the log as UTF-8, or convert it with: iconv -f {encoding} -t UTF-8"
    for magic, name, command in _PACKED:
        if head.startswith(magic):
            return f"is packed with {name}; unpack it first: {command}"
    # A writer that goes on at its old offset after a truncation leaves zeros at the start; that is still a log.
    text = head.lstrip(b"\0")
    if (len(text) - len(text.translate(None, _CONTROL))) * _CONTROL_SHARE > len(text):
        return "is binary data, not a text log; name a log file, or leave it out with `exclude`"
    return ""


def _kind(mode: int) -> str:
    for is_kind, advice in _KINDS:
        if is_kind(mode):
            return advice
    return "is a device, not a file; name a log file"


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file; check the path, or whether the log was rotated away"
    if isinstance(error, PermissionError):
        return "no permission to read it; run as a user or group that may, such as adm or www-data"
    return f"cannot be read: {error.strerror or error}"
