"""What a record becomes, and the name, time and place that it gets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from parsers.model import Format, LogEvent
from parsers.php import ERROR_LOG
from parsers.plain import PLAIN
from sidecar.event.payload import Composer, Origin, TimeSource
from sidecar.event.source import SourceCode, SourceRoot
from sidecar.identity import event_id_of
from sidecar.pipeline.interpret import FileReader, Interpreted, Interpreter, LogFile
from tests.sidecar.pipeline.conftest import new_interpreter

STAMP = b"[23-Nov-2026 12:20:04 UTC] "
UNIX = 1795436404.0
WARNING = b"PHP Warning:  m in /a.php on line 7"


def log_file(
    path: str = "/var/log/php.log",
    *,
    generation: int = 0,
    name: bytes = b"f" * 16,
    source: TimeSource = "file modified",
) -> LogFile:
    return LogFile(path, name, generation, 1000.0, source)


def interpreted(
    data: bytes, log_format: Format = ERROR_LOG, file: LogFile | None = None, base: int = 0
) -> list[Interpreted]:
    records = log_format.split(data, True).records  # noqa: FBT003 - the shape of `Format.split`
    reader = FileReader(file or log_file())
    return list(reader.interpret(new_interpreter(log_format), records, base, data))


# -- outcomes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "logs", "outcome", "rule"),
    [
        (WARNING, True, "event", None),
        (WARNING, False, "event", None),
        (b"text", True, "log", None),
        (b"text", False, "drop", "logs = false"),
        (b"", True, "drop", "blank"),
        (b" \t\n\n ", True, "drop", "blank"),
        (b"", False, "drop", "blank"),
    ],
)
def test_outcomes(body: bytes, logs: bool, outcome: str, rule: str | None) -> None:  # noqa: FBT001 - a case of the table
    template = new_interpreter(logs=logs).templates[body]
    assert (template.outcome, template.rule) == (outcome, rule)


def test_a_body_is_parsed_once() -> None:
    parsed: list[bytes] = []

    def parse(body: bytes) -> LogEvent:
        parsed.append(body)
        return ERROR_LOG.parse(body)

    interpreter = new_interpreter(replace(ERROR_LOG, parse=parse))
    assert interpreter.templates[b"a"] is interpreter.templates[b"a"]
    assert parsed == [b"a"]


def test_source_files_are_read_anew_when_told(tmp_path: Path) -> None:
    code = tmp_path / "a.php"
    code.write_text("\n" * 6 + "old;\n")
    composer = Composer(Origin("e", "h"), SourceCode([SourceRoot("/", str(tmp_path))]))
    interpreter = Interpreter(ERROR_LOG, composer)
    reader = FileReader(log_file())
    data = STAMP + WARNING + b"\n"
    records = ERROR_LOG.split(data, True).records  # noqa: FBT003

    def shown() -> str:
        (one,) = reader.interpret(interpreter, records, 0, data)
        return str(
            json.loads(one.payload())["exception"]["values"][0]["stacktrace"]["frames"][0]["context_line"]
        )

    assert shown() == "old;"
    code.write_text("\n" * 6 + "new;\n")
    assert shown() == "old;"
    interpreter.forget()
    assert shown() == "new;"


# -- times ----------------------------------------------------------------------------------------------------------


def test_times_and_whose_they_are() -> None:
    data = b"raw\n" + STAMP + WARNING + b"\nraw\n[99-Foo-2026] no stamp\n"
    places = [(one.place.timestamp, one.place.time_source) for one in interpreted(data)]
    assert places == [(1000.0, "file modified"), (UNIX, "record"), (UNIX, "previous record")]


def test_a_log_without_times_has_that_of_reading() -> None:
    reader = FileReader(log_file(source="read"))
    interpreter = new_interpreter(PLAIN)
    seen = []
    for now in (1000.0, 2000.0):
        reader.read_at(now)
        records = PLAIN.split(b"a\n", True).records  # noqa: FBT003
        seen += [one.place[1:3] for one in reader.interpret(interpreter, records, 0, b"a\n")]
    assert seen == [(1000.0, "read"), (2000.0, "read")]


def test_the_time_of_reading_does_not_replace_one_that_was_said() -> None:
    reader = FileReader(log_file(source="read"))
    data = STAMP + WARNING + b"\nraw\n"
    records = ERROR_LOG.split(data, True).records  # noqa: FBT003
    reader.read_at(2000.0)
    first, _ = reader.interpret(new_interpreter(), records, 0, data)
    reader.read_at(3000.0)
    _, second = reader.interpret(new_interpreter(), records, 0, data)
    assert (first.place.time_source, first.place.timestamp) == ("record", UNIX)
    assert (second.place.time_source, second.place.timestamp) == ("previous record", UNIX)


def test_the_hour_that_comes_twice() -> None:
    """Summer time ends at 03:00: the log goes on at 02:00, and times do not go back."""
    data = b"".join(
        b"[25-Oct-2026 %b Europe/Berlin] text\n" % clock
        for clock in (b"02:59:58", b"02:00:10", b"02:20:00", b"02:45:00", b"03:00:00")
    )
    times = [one.place.timestamp for one in interpreted(data)]
    assert [time - times[0] for time in times] == [0, 12, 1202, 2702, 3602]


# -- names and places -----------------------------------------------------------------------------------------------


def test_an_event_id_is_that_of_its_bytes() -> None:
    data = STAMP + b"a\n" + STAMP + b"b\n"
    first, second = interpreted(data, base=100)
    assert first.place.event_id == event_id_of(b"f" * 16, 0, 100, STAMP + b"a\n")
    assert (second.place.event_id, second.place.offset) == (
        event_id_of(b"f" * 16, 0, 129, STAMP + b"b\n"),
        129,
    )


def test_event_ids_stay_and_differ() -> None:
    data = (STAMP + b"same\n") * 2
    ids = [one.place.event_id for one in interpreted(data)]
    assert ids == [one.place.event_id for one in interpreted(data, file=log_file("/elsewhere/php.log.1"))]
    others = [
        interpreted(data, base=1),
        interpreted(data, file=log_file(generation=1)),
        interpreted(data, file=log_file(name=b"g" * 16)),
        interpreted(data.replace(b"same", b"diff")),
    ]
    every = [*ids, *(one.place.event_id for records in others for one in records)]
    assert len(set(every)) == len(every) == 10
    assert all(len(one) == 32 and int(one, 16) for one in every)


def test_event_ids_do_not_depend_on_chunks() -> None:
    data = STAMP + b"a\n" + STAMP + b"b\n"
    reader, interpreter = FileReader(log_file()), new_interpreter()
    records, consumed = ERROR_LOG.split(data[:-5], False)  # noqa: FBT003
    found = list(reader.interpret(interpreter, records, 0, data[:-5]))
    records, _ = ERROR_LOG.split(data[consumed:], True)  # noqa: FBT003
    found += reader.interpret(interpreter, records, consumed, data[consumed:])
    assert [one.place.event_id for one in found] == [one.place.event_id for one in interpreted(data)]


def test_records_of_a_file_share_a_trace() -> None:
    data = STAMP + b"a\n" + STAMP + b"b\n"
    traces = {one.place.trace_id for one in interpreted(data)}
    assert len(traces) == 1
    assert traces.isdisjoint(one.place.trace_id for one in interpreted(data, file=log_file(generation=1)))
    assert traces.isdisjoint(one.place.event_id for one in interpreted(data))


def test_a_payload_says_where_it_was_logged() -> None:
    (one,) = interpreted(STAMP + WARNING + b"\n", base=7)
    made = json.loads(one.payload())
    assert made["event_id"] == one.place.event_id
    assert made["contexts"]["log"] == {"file": "/var/log/php.log", "offset": 7, "time": "record"}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ('/var/log/"odd"\n.log', '/var/log/"odd"\n.log'),
        ("/var/log/größe.log", "/var/log/größe.log"),
        ("/var/log/caf\udce9.log", "/var/log/caf\ufffd.log"),  # as Linux gives a name that is no UTF-8
    ],
)
def test_a_log_may_have_any_name(path: str, shown: str) -> None:
    (one,) = interpreted(STAMP + WARNING + b"\n", file=log_file(path))
    assert json.loads(one.payload())["contexts"]["log"]["file"] == shown
