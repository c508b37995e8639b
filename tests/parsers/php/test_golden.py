"""PHP's own words against what the parser makes of its log: every record of four logs, byte by byte and field by field."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from parsers.model import ExceptionValue, LogEvent
from parsers.php import ERROR_LOG
from tests.parsers.php.corpus import LOGS, UNSOLVABLE, Truth, records, text, truths

#: sentry-php's words for a PHP error, where the log's label allows them.
DESCRIPTIONS = {
    "fatal": ("Error: ",),
    "error": ("Error: ", "Catchable Fatal Error: "),
    "warning": ("Warning: ", "Deprecated: "),
    "info": ("Notice: ",),
}
#: The log says "Fatal error" for both, and the one is far more frequent than the other.
FATAL_IN_LOG = {"E_USER_ERROR": "fatal"}

#: Printed as "Parse error", which also is what a main script gets that no SDK could see.
LEVELS = {"ParseError": "fatal"}

Frames = list[tuple[str | None, str | None, int | None]]
all_logs = pytest.mark.parametrize("log", LOGS)


def of_kind(log: str, kind: str) -> list[Truth]:
    found = [one for one in truths(log) if one.fields["kind"] == kind and one.solvable]
    assert found, f"{log} holds none of kind {kind}"
    return found


def event_of(one: Truth) -> LogEvent:
    """What is made of the bytes that PHP says the record is, so that framing is no matter here."""
    span = text(one.log)[one.fields["start"] : one.fields["end"]]
    (record,) = ERROR_LOG.split(span, True).records  # noqa: FBT003 - the shape of `Format.split`
    return ERROR_LOG.parse(record.body)


def frames_of(value: ExceptionValue) -> Frames:
    return [(frame.function, frame.path, frame.line) for frame in value.frames]


def test_the_cases_left_out_are_there() -> None:
    cases = {one.fields["case"].split("_")[0] for log in LOGS for one in truths(log)}
    assert set(UNSOLVABLE) <= cases


@all_logs
def test_every_record_has_its_exact_bytes(log: str) -> None:
    found = records(log)
    expected = {one.name: one.fields["end"] for one in truths(log) if one.solvable}
    got = {
        one.name: start + found[start].length if (start := one.fields["start"]) in found else None
        for one in truths(log)
        if one.solvable
    }
    assert got == expected


@all_logs
def test_records_cover_the_log_without_gap(log: str) -> None:
    end = 0
    for offset, record in records(log).items():
        assert offset == end
        end += record.length
    assert end == len(text(log))


@all_logs
def test_uncaught_exceptions(log: str) -> None:
    for one in of_kind(log, "uncaught"):
        event = event_of(one)
        chain = [(kind, value) for kind, value, _ in one.fields["chain"]]
        level = LEVELS.get(chain[-1][0], "error")
        assert (event.platform, event.issue, event.level) == ("php", True, level), one.name
        assert [(value.type, value.value) for value in event.exceptions] == chain, one.name
        assert [frames_of(value) for value in event.exceptions] == logged_frames(one), one.name
        assert {value.mechanism.handled for value in event.exceptions} == {False}


def logged_frames(one: Truth) -> list[Frames]:
    """PHP prints a ParseError without its trace: only where it was thrown is left, and no function."""
    if one.fields["chain"][-1][0] == "ParseError":
        return [[(None, *frames[-1][1:])] for frames in one.frames]
    return [list(frames) for frames in one.frames]


@all_logs
def test_php_errors(log: str) -> None:
    for one in of_kind(log, "php_error"):
        event = event_of(one)
        fields = one.fields
        level = FATAL_IN_LOG.get(fields["severity"], fields["level"])
        assert (event.platform, event.issue, event.level) == ("php", True, level), one.name
        (value,) = event.exceptions
        described = {prefix + fields["message"] for prefix in DESCRIPTIONS[level]}
        if fields["severity"] == "E_PARSE":
            described = {fields["message"]}
        assert value.value in described, one.name
        assert frames_of(value) == [(None, fields["at"][0].replace("~/", "/srv/h3/www/"), fields["at"][1])]
        assert value.mechanism.handled is False


@all_logs
def test_free_text_is_never_an_error_of_php(log: str) -> None:
    for one in of_kind(log, "error_log"):
        event = event_of(one)
        # error_log() stops at a NUL; bytes that are not UTF-8 are shown as U+FFFD, in the truth as well.
        said = one.fields["message"]
        if event.issue:
            assert "\nStack trace:\n" in said, one.name
            assert event.exceptions[-1].mechanism.handled
        else:
            assert (event.level, event.message) == ("info", said.partition("\0")[0]), one.name


@all_logs
def test_times(log: str) -> None:
    found = records(log)
    known = [one for one in truths(log) if one.solvable and "time" in one.fields]
    assert known
    off = {round(_unix(found[one.fields["start"]].stamp) - one.fields["time"]) for one in known}
    # The hour that Berlin has twice: the text does not say which of the two it was, the first is taken.
    assert off - {0, -1, 1} == ({-3600} if log == "clocks" else set())


def _unix(stamp: bytes) -> float:
    read = ERROR_LOG.read_stamp(stamp)
    assert read is not None
    assert read.zone is not None
    return read.when.replace(tzinfo=ZoneInfo(read.zone)).timestamp()
