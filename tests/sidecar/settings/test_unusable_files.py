"""Files that cannot be read at all, and which file is looked for."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from sidecar.errors import UsageError
from sidecar.settings import find
from sidecar.settings.toml_file import DEFAULT_PATHS, read


class ClosedPath(type(pathlib.Path())):  # type: ignore[misc] # the platform's path class is known at run time only
    """A file that this user may not read; root, who often runs tests, may read any real one."""

    def open(self, *_: Any, **__: Any) -> NoReturn:
        raise PermissionError

    def lstat(self) -> NoReturn:
        raise PermissionError


def _nothing(_: Path) -> None:
    pass


def _loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_nothing, "no such file; give another with -c, or start from the one in the README"),
        (Path.mkdir, "is a directory; give the settings file itself"),
        (_loop, "cannot be read: Too many levels of symbolic links"),
    ],
)
def test_unusable_file(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "sidecar.toml"
    make(path)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: {said}"


def test_unreadable_file() -> None:
    with pytest.raises(UsageError) as caught:
        read(ClosedPath("/etc/x.toml"))
    assert str(caught.value) == "/etc/x.toml: no permission to read it; run as its owner or change its mode"


def test_byte_order_mark_and_windows_line_ends_are_fine(load_text: Callable[..., Any]) -> None:
    assert str(load_text(b"\xef\xbb\xbfstate_dir = '/x'\r\n[limits]\r\n").state_dir) == "/x"


def test_default_files() -> None:
    assert [str(path) for path in DEFAULT_PATHS] == ["sidecar.toml", "/etc/sentry-sidecar/sidecar.toml"]


def test_named_file_wins_even_when_missing(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    assert find(tmp_path / "named", candidates=[tmp_path / "here"]) == tmp_path / "named"


def test_first_default_that_is_there(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("1", "2", "3"))
    assert find(None, candidates=[first, second, third]) is None
    assert find(None, candidates=[tmp_path / "3" / "under a file"]) is None
    third.touch()
    assert find(None, candidates=[first, second, third]) == third
    second.symlink_to("nowhere")  # there, and wrong: to be reported, not passed over
    assert find(None, candidates=[first, second, third]) == second


def test_default_hidden_by_permissions_is_not_passed_over() -> None:
    closed = ClosedPath("/etc/sentry-sidecar/sidecar.toml")
    assert find(None, candidates=[closed]) == closed
