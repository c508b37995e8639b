"""Source lines: which are given, and that a path that a stranger wrote into a log gives nothing else away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sidecar.event.source import Context, SourceCode, SourceRoot

CODE = "<?php\n" + "".join(f"line {number};\n" for number in range(2, 21))
HIDDEN = "<?php\n$key = 's3cret';\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory of code, with secrets in it and beside it."""
    root = tmp_path / "app"
    (root / "src").mkdir(parents=True)
    for name in ("index.php", "src/a.php", "src/b.phtml", "src/c.JS"):
        (root / name).write_text(CODE)
    for name in (".env", ".env.php", "src/.hidden.php"):
        (root / name).write_text(HIDDEN)
    for name in ("id_rsa", "data.json", "backup.sql", "notes.txt"):
        (root / name).write_text("key = s3cret\n" * 3)
    (tmp_path / "outside.php").write_text(HIDDEN)
    (tmp_path / "app2").mkdir()
    (tmp_path / "app2/x.php").write_text(HIDDEN)
    return root


@pytest.fixture
def code(root: Path) -> SourceCode:
    return SourceCode([SourceRoot("/srv/app", str(root))])


def line_of(code: SourceCode, path: str, line: int = 2) -> str | None:
    context = code.around(path, line, end_is_line=True)
    return context.line if context else None


# -- which lines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "pre", "post"),
    [
        (1, [], [2, 3, 4, 5, 6]),
        (3, [1, 2], [4, 5, 6, 7, 8]),
        (10, [5, 6, 7, 8, 9], [11, 12, 13, 14, 15]),
        (20, [15, 16, 17, 18, 19], [21]),
        (21, [16, 17, 18, 19, 20], []),
    ],
)
def test_five_lines_before_and_after(code: SourceCode, line: int, pre: list[int], post: list[int]) -> None:
    lines = CODE.split(
        "\n"
    )  # the 21st is the empty one behind the last line end, as PHP's SplFileObject has it
    assert code.around("/srv/app/index.php", line, end_is_line=True) == Context(
        tuple(lines[number - 1] for number in pre),
        lines[line - 1],
        tuple(lines[number - 1] for number in post),
    )


def test_the_end_of_a_file_is_a_line_to_php_only(code: SourceCode) -> None:
    assert line_of(code, "/srv/app/index.php", 21) == ""
    assert code.around("/srv/app/index.php", 21, end_is_line=False) is None
    last = code.around("/srv/app/index.php", 20, end_is_line=False)
    assert last is not None
    assert (last.line, last.post) == ("line 20;", ())


@pytest.mark.parametrize("line", [-1, 0, 22, 10**9])
def test_no_such_line(code: SourceCode, line: int) -> None:
    assert line_of(code, "/srv/app/index.php", line) is None


def test_line_ends_and_other_bytes(root: Path, code: SourceCode) -> None:
    (root / "odd.php").write_bytes(b"<?php\r\n\xff \xc3\xa9\0 \r\nlast")
    assert code.around("/srv/app/odd.php", 2, end_is_line=True) == Context(
        ("<?php",), "\ufffd \u00e9\0 ", ("last",)
    )


def test_empty_file(root: Path, code: SourceCode) -> None:
    (root / "empty.php").write_text("")
    assert code.around("/srv/app/empty.php", 1, end_is_line=False) is None


# -- which files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/srv/app/index.php",
        "/srv/app/src/a.php",
        "/srv/app/src/../src/./a.php",
        "/srv/app//src/b.phtml",
        "/srv/app/src/c.JS",
    ],
)
def test_code_is_given(code: SourceCode, path: str) -> None:
    assert line_of(code, path) == "line 2;"


@pytest.mark.parametrize(
    "path",
    [
        "/srv/app/.env",
        "/srv/app/.env.php",
        "/srv/app/src/.hidden.php",
        "/srv/app/id_rsa",
        "/srv/app/data.json",
        "/srv/app/backup.sql",
        "/srv/app/notes.txt",
        "/srv/app/../outside.php",
        "/srv/app/src/../../outside.php",
        "/srv/app/..",
        "/srv/app/../app2/x.php",
        "/srv/app2/x.php",
        "/srv/app",
        "/srv/app/",
        "/srv/app/src",
        "/srv/app/src/",
        "/srv/app/nothing.php",
        "/srv/app/index.php/x.php",
        "/srv/app/index.php\0.php",
        "/srv/app/" + "x" * 5000 + ".php",
        "/srv/app/" + "x/" * 5000 + "a.php",
        "/srv/app/\udcff.php",
        "/etc/passwd",
        "/proc/self/environ",
        "index.php",
        "../outside.php",
        "phar:///srv/app/index.php",
        "file:///srv/app/index.php",
        "[internal]",
        "",
    ],
)
def test_a_forged_path_gives_nothing(code: SourceCode, path: str) -> None:
    assert all(line_of(code, path, line) is None for line in (1, 2))


def test_a_relative_root_is_not_left(root: Path) -> None:
    code = SourceCode([SourceRoot("/", str(root))])
    assert line_of(code, "/index.php") == "line 2;"
    assert line_of(code, "/../outside.php") is None


def test_links_that_leave_the_root_are_not_followed(root: Path, code: SourceCode) -> None:
    (root / "link.php").symlink_to("../outside.php")
    (root / "linked").symlink_to(root.parent / "app2")
    (root / "env.php").symlink_to(".env")
    (root / "inside.php").symlink_to("src/a.php")
    (root / "loop.php").symlink_to("loop.php")
    assert line_of(code, "/srv/app/link.php") is None
    assert line_of(code, "/srv/app/linked/x.php") is None
    assert line_of(code, "/srv/app/env.php") is None
    assert line_of(code, "/srv/app/loop.php") is None
    assert line_of(code, "/srv/app/inside.php") == "line 2;"


def test_the_root_may_be_a_link(root: Path, tmp_path: Path) -> None:
    """`current` of a deploy is one."""
    (tmp_path / "current").symlink_to(root)
    assert (
        line_of(SourceCode([SourceRoot("/srv/app", str(tmp_path / "current"))]), "/srv/app/index.php")
        == "line 2;"
    )


def test_a_fifo_does_not_block(root: Path, code: SourceCode) -> None:
    os.mkfifo(root / "pipe.php")
    assert line_of(code, "/srv/app/pipe.php") is None


def test_a_huge_file_is_not_read(root: Path, code: SourceCode) -> None:
    with (root / "huge.php").open("wb") as file:
        file.write(CODE.encode())
        file.truncate((4 << 20) + 1)
    assert line_of(code, "/srv/app/huge.php") is None


@pytest.mark.parametrize("start", ["#!/usr/bin/php\n", "<?php\n", "<?= 1 ?>\n"])
def test_a_script_needs_no_suffix(root: Path, code: SourceCode, start: str) -> None:
    (root / "artisan").write_text(start + "line 2;\n")
    assert line_of(code, "/srv/app/artisan") == "line 2;"


# -- roots ----------------------------------------------------------------------------------------------------------


def test_without_roots_nothing_is_read(root: Path) -> None:
    assert line_of(SourceCode(), str(root / "index.php")) is None


def test_the_longest_root_wins(root: Path, tmp_path: Path) -> None:
    module = tmp_path / "module"
    module.mkdir()
    (module / "a.php").write_text("<?php\nmodule;\n")
    code = SourceCode(
        [
            SourceRoot("/srv", "/nowhere"),
            SourceRoot("/srv/app/src/", str(module)),
            SourceRoot("/srv/app", str(root)),
        ]
    )
    assert line_of(code, "/srv/app/src/a.php") == "module;"
    assert line_of(code, "/srv/app/index.php") == "line 2;"


@pytest.mark.parametrize("logged", ["C:\\www\\app", "C:\\www\\app\\", "C:/www/app"])
def test_roots_of_windows(root: Path, logged: str) -> None:
    code = SourceCode([SourceRoot(logged, str(root))])
    assert line_of(code, "C:\\www\\app\\src\\a.php") == "line 2;"
    assert line_of(code, "C:/www/app/index.php") == "line 2;"
    assert line_of(code, "C:\\www\\app\\..\\outside.php") is None


# -- memory ---------------------------------------------------------------------------------------------------------


def test_a_file_is_read_once_until_it_is_forgotten(root: Path, code: SourceCode) -> None:
    assert line_of(code, "/srv/app/index.php") == "line 2;"
    (root / "index.php").write_text("<?php\nnew;\n")
    assert line_of(code, "/srv/app/index.php") == "line 2;"
    code.forget()
    assert line_of(code, "/srv/app/index.php") == "new;"


def test_files_make_room_for_others(root: Path, code: SourceCode) -> None:
    for number in range(12):
        (root / f"big{number}.php").write_text("<?php\n" + ("x" * 999 + "\n") * 3000)
        assert line_of(code, f"/srv/app/big{number}.php") == "x" * 999
    (root / "big0.php").write_text("<?php\nnew;\n")
    (root / "big11.php").write_text("<?php\nnew;\n")
    assert line_of(code, "/srv/app/big11.php") == "x" * 999
    assert line_of(code, "/srv/app/big0.php") == "new;"


def test_paths_that_are_no_files_make_room_too(root: Path, code: SourceCode) -> None:
    assert line_of(code, "/srv/app/index.php") == "line 2;"
    (root / "index.php").write_text("<?php\nnew;\n")
    for number in range(40):
        assert line_of(code, f"/srv/app/{number}{'x' * 1_000_000}.php") is None
    assert line_of(code, "/srv/app/index.php") == "new;"
