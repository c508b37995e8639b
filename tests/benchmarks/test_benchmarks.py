"""The benchmark measures what it says: its logs hold what they are counted to hold, and a wrong reading is an error.

No figure is asserted: timing never decides a test.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.generate import KINDS, Counts, Log, log_of, write
from tests.benchmarks.measure import GREP, PROGRAMS, SIDECAR, MeasureError, Program, run

_SMALL = 100_000
_HEADS = {
    "php": rb"^\[\d\d-Nov-2026 \d\d:\d\d:\d\d UTC\] ",
    "php-unique": rb"^\[\d\d-Nov-2026 \d\d:\d\d:\d\d UTC\] ",
    "node": rb"^[^ }\n]",
}
#: Found once in each exception, and nowhere else.
_EXCEPTIONS = {"php": b"Uncaught ", "php-unique": b"Uncaught ", "node": b"processTicksAndRejections"}
_FRAMES = {"php": rb"^#\d+ ", "php-unique": rb"^#\d+ ", "node": rb"^    at "}


def written(kind: str, seed: int = 7) -> tuple[bytes, Counts]:
    out = io.BytesIO()
    counts = write(kind, _SMALL, seed, out)
    return out.getvalue(), counts


# The digests are those of the text with which the figures that this project is compared with were measured.
@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("php", "497e210a875fdce32ba9c3754f2583685dc32d574f142c0cdf31bd38fadae70b"),
        ("node", "36c067b88c9fa782fd97847854d249e2f2077b0461110af8f719d7dc0800f490"),
    ],
)
def test_a_kind_and_a_seed_name_one_text(kind: str, digest: str) -> None:
    assert hashlib.sha256(written(kind)[0]).hexdigest() == digest
    assert written(kind, seed=8)[0] != written(kind)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_the_text(kind: str) -> None:
    text, counts = written(kind)
    assert counts.size == len(text) >= _SMALL
    assert counts.lines == text.count(b"\n")
    assert counts.records == len(re.findall(_HEADS[kind], text, re.MULTILINE))
    assert counts.exceptions == text.count(_EXCEPTIONS[kind]) > 0
    # `Next` has two frames of its own, which belong to no first stack.
    frames = len(re.findall(_FRAMES[kind], text, re.MULTILINE))
    assert counts.frames == frames - 2 * text.count(b"\nNext ")


@pytest.mark.parametrize(("kind", "repeats"), [("php", True), ("php-unique", False)])
def test_only_the_unique_log_repeats_no_message(kind: str, repeats: bool) -> None:  # noqa: FBT001 - data
    text, counts = written(kind)
    bodies = re.split(_HEADS[kind], text, flags=re.MULTILINE)[1:]
    assert (len(set(bodies)) < counts.records) is repeats


def test_a_log_is_kept_and_made_again_when_it_is_not_whole_or_of_an_older_generator(tmp_path: Path) -> None:
    log = log_of("php", _SMALL, 7, tmp_path)
    whole, counts = log.path.read_bytes(), log.path.with_suffix(".json")

    log.path.write_bytes(b"kept")
    assert log_of("php", _SMALL, 7, tmp_path) == log
    assert log.path.read_bytes() == b"kept"

    counts.write_text(re.sub(r'"made_by": "\w+"', '"made_by": "another"', counts.read_text()))
    assert log_of("php", _SMALL, 7, tmp_path) == log
    assert log.path.read_bytes() == whole

    counts.unlink()
    log.path.write_bytes(b"stopped")
    log_of("php", _SMALL, 7, tmp_path)
    assert log.path.read_bytes() == whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_each_program_reads_each_log_in_full(program: Program, kind: str, tmp_path: Path) -> None:
    cost = run(program, log_of(kind, 1_000_000, 7, tmp_path))
    assert cost.cpu > 0
    assert cost.peak > 1


@pytest.mark.parametrize("field", ["records", "exceptions"])
def test_a_program_that_reads_wrong_is_an_error(field: str, tmp_path: Path) -> None:
    log = log_of("php", _SMALL, 7, tmp_path)
    wrong = Log(log.kind, log.path, replace(log.counts, **{field: 1_000_000}))
    with pytest.raises(MeasureError, match=r"sidecar read [\d,]+ of 1,000,000"):
        run(SIDECAR, wrong)


def command(*words: str) -> Callable[[Log], list[str]]:
    return lambda _: list(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grep", "-c", "", "/nowhere"], r"failed \(2\): .*No such file"),
        (["no-such-program"], r"failed \(1\): .*No such file"),
        (["echo", "much"], "said b'much"),
    ],
)
def test_a_run_that_fails_is_said_in_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    program = Program("other", command(*words), GREP.check)
    with pytest.raises(MeasureError, match=said):
        run(program, log_of("php", _SMALL, 7, tmp_path))


def test_the_memory_of_the_benchmark_itself_is_not_counted(tmp_path: Path) -> None:
    ballast = bytearray(b"x" * 64_000_000)
    assert run(GREP, log_of("php", _SMALL, 7, tmp_path)).peak < len(ballast) / 1e6 / 2


def test_the_table_fits_80_columns_and_says_its_conditions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--mb", "0.1", "--repeat", "1", "--cache", str(tmp_path), "--kinds", "php-unique"]
    assert main(small) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "vs 40 lines" in shown  # not wrapped
    assert "…" not in shown
    assert main([*small, "--markdown"]) == 0
    markdown = capsys.readouterr().out
    for text in ("php-unique", "sidecar", "40 lines", "grep -c", "MB/CPU-s", "Load "):
        assert text in shown
        assert text in markdown


@pytest.mark.parametrize("wrong", [["--mb", "0"], ["--mb", "x"], ["--repeat", "0"], ["--kinds", "nonsense"]])
def test_a_wrong_option_is_wrong_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(wrong)
    assert "invalid" in capsys.readouterr().err
