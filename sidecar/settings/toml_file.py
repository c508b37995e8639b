"""The settings file: which one, its text as a table, and the line that a key stands on.

Promises one line for each way a file can be unusable, never a traceback, and no value of the file in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sidecar.errors import UsageError
from sidecar.settings.key_paths import KeyPath

#: Looked at in this order when no file is named.
DEFAULT_PATHS: Final = (Path("sidecar.toml"), Path("/etc/sentry-sidecar/sidecar.toml"))

#: No settings file is this long; a log or a device given by mistake is.
_MAX_BYTES: Final = 1 << 20

_TOKEN: Final = re.compile(
    r"""
      \"{3}[\s\S]*?\"{3} | '{3}[\s\S]*?'{3}       # text of several lines: may hold what looks like keys
    | "(?:\\.|[^"\\\n])*" | '[^'\n]*'             # text of one line: may hold a '#'
    | \#[^\n]*                                    # comment
    """,
    re.VERBOSE,
)
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*")  # [sentry], [[sources]]
_KEY: Final = re.compile(rf"\s*({_DOTTED})\s*=")  # name = …, tags.component = …
_TUPLE: Final = re.compile(r"\('([^()]*)',?\)")  # tomllib shows a dotted key as ('a', 'b')
_PLACE: Final = re.compile(r" \(at (line \d+, column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file that was read.

    Attributes:
        path: as the user gave it.
        data: its content.
        lines: first line of each key and table, where the search below finds it.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]

    def line_of(self, path: KeyPath) -> int | None:
        """Line of the key, or of the nearest table around it; None when only the whole file is left."""
        ends = range(len(path), 0, -1)
        return next((self.lines[path[:end]] for end in ends if path[:end] in self.lines), None)


def find(path: Path | None, *, candidates: Sequence[Path] = DEFAULT_PATHS) -> Path | None:
    """The settings file to load: the one named, else the first default that is there, else None."""
    if path is not None:
        return path
    return next((candidate for candidate in candidates if _is_there(candidate)), None)


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # hidden by permissions: reading it will say so, passing it over would not
    return True


def read(path: Path) -> TomlFile:
    """Read a settings file.

    Raises:
        UsageError: it cannot be read or is no TOML.
    """
    text = _decode(path, _read_bytes(path))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {_spoken(str(error))}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: not valid TOML: a number too long or a value nested too deep") from None
    return TomlFile(path, data, dict(_key_lines(text)))


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(
            f"{path}: no such file; give another with -c, or start from the one in the README"
        ) from None
    except IsADirectoryError:
        raise UsageError(f"{path}: is a directory; give the settings file itself") from None
    except PermissionError:
        raise UsageError(f"{path}: no permission to read it; run as its owner or change its mode") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than 1 MiB; this is no settings file")
    return content


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}: not UTF-8 text; save it as UTF-8 (line {line})") from None


def _spoken(error: str) -> str:
    place = _PLACE.search(error)
    text = _TUPLE.sub(lambda key: f'"{key[1]}"'.replace("', '", "."), _PLACE.sub("", error))
    return text[:1].lower() + text[1:] + (f" ({place[1]})" if place else "")


def _key_lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Each key and table head with its line, last one first, so that a `dict` keeps the first.

    A search by lines, not a parser: what stands inside an inline table is not found, and its key's line is used.
    """
    return reversed(list(_scan(_TOKEN.sub(_blank, text).split("\n"))))


def _blank(token: re.Match[str]) -> str:
    if token[0].startswith(("'''", '"""')):
        return '""' + "\n" * token[0].count("\n")
    return "" if token[0].startswith("#") else token[0]


def _scan(lines: Sequence[str]) -> Iterator[tuple[KeyPath, int]]:
    table: KeyPath = ()
    last: dict[KeyPath, int] = {}  # index of each [[table]] seen last
    for number, line in enumerate(lines, 1):
        if head := _HEADER.fullmatch(line):
            table = _resolve(_parts(head[2]), last, repeats=head[1] == "[[")
            if table[-1:] == (last.get(table[:-1]),):
                yield table[:-1], number
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_parts(key[1])), number


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, dotted)]


def _resolve(parts: Sequence[str], last: dict[KeyPath, int], *, repeats: bool) -> KeyPath:
    """A head's path with list positions; a `[[head]]` opens the next one."""
    path: KeyPath = ()
    for depth, part in enumerate(parts, 1):
        path = (*path, part)
        if repeats and depth == len(parts):
            last[path] = last.get(path, -1) + 1
        if path in last:
            path = (*path, last[path])
    return path
