"""The line that a key stands on: right where it can be found, absent or of the table around it elsewhere."""

from __future__ import annotations

from pathlib import Path

from sidecar.settings.key_paths import KeyPath
from sidecar.settings.toml_file import TomlFile, read

TEXT = '''\
top = 1 # comment = 2
"quo ted" = 1
text = """
[[sources]]
trap = 1
"""
hash = "# \\" \'\'\'"
dotted.key = 1
inline = { a = 1 }

[ sentry ] # "dsn" = 1
dsn = "x"
[[sources]]
  name = "a"
[[sources.source_roots]]
logged = 1
[[sources.source_roots]]
logged = 2
[sources.tags]
a.b = 1
[[sources]]
include = [
  "name = 1",
]
[[sources.source_roots]]
logged = 3
'''

LINES: dict[KeyPath, int | None] = {
    ("top",): 1,
    ("quo ted",): 2,
    ("text",): 3,
    ("hash",): 7,
    ("dotted", "key"): 8,
    ("inline", "a"): 9,
    ("sentry",): 11,
    ("sentry", "dsn"): 12,
    ("sentry", "absent"): 11,
    ("sources",): 13,
    ("sources", 0): 13,
    ("sources", 0, "name"): 14,
    ("sources", 0, "source_roots", 0, "logged"): 16,
    ("sources", 0, "source_roots", 1): 17,
    ("sources", 0, "source_roots", 1, "logged"): 18,
    ("sources", 0, "tags", "a", "b"): 20,
    ("sources", 1): 21,
    ("sources", 1, "include", 0): 22,
    ("sources", 1, "name"): 21,
    ("sources", 1, "source_roots", 0, "logged"): 26,
    ("absent",): None,
    ("trap",): None,
}


def _file(tmp_path: Path, text: str) -> TomlFile:
    path = tmp_path / "x.toml"
    path.write_text(text)
    return read(path)


def test_lines(tmp_path: Path) -> None:
    file = _file(tmp_path, TEXT)
    assert {path: file.line_of(path) for path in LINES} == LINES


def test_list_of_inline_tables_falls_back_on_its_key(tmp_path: Path) -> None:
    file = _file(tmp_path, '# head\nsources = [ { name = "a" },\n { name = "b" } ]\n')
    assert file.line_of(("sources", 1, "name")) == 2
