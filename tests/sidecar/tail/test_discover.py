from __future__ import annotations

import os
from pathlib import Path

import pytest

from sidecar.tail.discover import WatchSpec, directories, discover, matches, relatives


def touch(root: Path, *names: str) -> None:
    for age, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x\n")
        os.utime(path, (age, age))


@pytest.mark.parametrize(
    ("include", "exclude", "names"),
    [
        (["*.log"], [], ["b.log", "a.log"]),
        (["**/*.log"], [], ["b.log", "a.log", "in/c.log", "in/deep/d.log"]),
        (["*/*.log"], [], ["in/c.log"]),
        (["*"], [], ["b.log", "a.log", "a.log.1", "z.gz"]),
        (["**"], ["*.gz", "a.*"], ["b.log", "in/c.log", "in/deep/d.log"]),
        (["**/*.log"], ["{root}/in/*"], ["b.log", "a.log", "in/deep/d.log"]),
        (["**/*.log"], ["{root}/in/**"], ["b.log", "a.log"]),
        (["a.log", "a.log", "?.log"], [], ["b.log", "a.log"]),
        (["missing.log"], [], []),
        (["[ab].log"], [], ["b.log", "a.log"]),
    ],
)
def test_globs_oldest_first(tmp_path: Path, include: list[str], exclude: list[str], names: list[str]) -> None:
    touch(tmp_path, "b.log", "a.log", "in/c.log", "in/deep/d.log", "a.log.1", "z.gz")
    spec = WatchSpec(
        "web",
        tuple(f"{tmp_path}/{one}" for one in include),
        tuple(one.format(root=tmp_path) for one in exclude),
    )
    assert [os.path.relpath(one.path, tmp_path) for one in discover(spec)] == names


def test_a_relative_glob_is_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.log", "a.log.1")
    monkeypatch.chdir(tmp_path)
    spec = WatchSpec("web", ("*.log",))
    assert [one.path for one in discover(spec)] == [f"{tmp_path}/a.log"]
    beside = relatives(spec, (), {f"{tmp_path}/a.log"}, [f"{tmp_path}/a.log"])
    assert [one.path for one in beside] == [f"{tmp_path}/a.log.1"]
    assert directories(spec) == {str(tmp_path)}


def test_only_files_unless_named_outright(tmp_path: Path) -> None:
    (tmp_path / "d.log").mkdir()
    os.mkfifo(tmp_path / "f.log")
    (tmp_path / "dead.log").symlink_to("nowhere")
    assert discover(WatchSpec("web", (f"{tmp_path}/*.log",))) == []
    assert [one.path for one in discover(WatchSpec("web", (f"{tmp_path}/d.log",)))] == [f"{tmp_path}/d.log"]


def test_relatives_are_rotated_names_or_known_inodes(tmp_path: Path) -> None:
    touch(tmp_path, "a.log", "a.log.1", "a.log.2.gz", "b.log.1", "moved", "stranger")
    known = {(0, (tmp_path / "moved").stat().st_ino)}
    spec = WatchSpec("web", (f"{tmp_path}/a.log",), ("*.gz",))
    found = relatives(spec, known, {f"{tmp_path}/a.log"}, [f"{tmp_path}/a.log"])
    assert [(Path(one.path).name, one.wanted) for one in found] == [
        ("a.log.1", True),
        ("a.log.2.gz", False),
        ("moved", False),
    ]


def test_directories_that_can_get_a_file(tmp_path: Path) -> None:
    touch(tmp_path, "a/x.log", "b/c/x.log", "b/d/e/x.log")

    def of(pattern: str) -> set[str]:
        return {
            os.path.relpath(one, tmp_path)
            for one in directories(WatchSpec("web", (f"{tmp_path}/{pattern}",)))
        }

    assert of("a/*.log") == {"a"}
    assert of("*/*.log") == {".", "a", "b"}
    assert of("b/**/*.log") == {"b", "b/c", "b/d", "b/d/e"}
    assert of("b/*/e/*.log") == {"b", "b/c", "b/d", "b/d/e"}
    assert of("missing/deep/*.log") == {"."}


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("/a/b.gz", "*.gz", True),
        ("/a/b.gz", "/a/*.gz", True),
        ("/a/b/c.gz", "/a/*.gz", False),
        ("/a/b/c.gz", "/a/**", True),
        ("/a/b/c.gz", "/a/**/c.gz", True),
        ("/a/c.gz", "/a/**/c.gz", True),
        ("/a/b.log", "*.gz", False),
    ],
)
def test_matches(path: str, pattern: str, *, expected: bool) -> None:
    assert matches(path, (pattern,)) is expected
