"""`sidecar backfill` of the example logs into a real Bugsink: its issues and events are what the logs say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.binary import sidecar
from tests.e2e.bugsink import Project
from tests.e2e.examples import (
    NODE,
    PHP,
    Example,
    issue_name,
    names,
    said_by_node,
    said_by_php,
    settings,
    thrown,
)

pytestmark = pytest.mark.e2e

Json = dict[str, Any]

_LOGS = (PHP.log, NODE.log)


@dataclass(frozen=True)
class Delivered:
    """A backfill of both examples, and where it went."""

    config: Path
    project: Project
    said: Json
    events: list[Json]

    def of(self, example: Example) -> list[Json]:
        return [event for event in self.events if event["contexts"]["log"]["file"] == str(example.log)]


@pytest.fixture(scope="module")
def delivered(projects: Iterator[Project], tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    project = next(projects)
    config = settings(tmp_path_factory.mktemp("backfill"), dsn=project.dsn)
    done = sidecar("backfill", "--json", "-c", config, *_LOGS, cwd=config.parent)
    assert (done.returncode, done.stderr) == (0, b"")
    return Delivered(config, project, json.loads(done.stdout), project.events())


@pytest.fixture(params=[PHP, NODE], ids=lambda example: str(example.name))
def example(request: pytest.FixtureRequest) -> Example:
    found: Example = request.param
    return found


def test_each_record_is_accounted_for(delivered: Delivered) -> None:
    said = delivered.said
    assert said["records"] == PHP.expected["records"] + NODE.expected["records"]
    assert said["events"] + said["logs"] + said["drops"] == said["records"]
    assert said["sent"] == said["events"] + said["logs"]
    assert (said["known_already"], said["rejected"], said["waiting"]) == (0, 0, 0)
    assert said["bytes"] == len(PHP.text) + len(NODE.text)


def test_issues_are_those_that_the_scripts_provoked(delivered: Delivered) -> None:
    found: Counter[tuple[str, str]] = Counter()
    for issue in delivered.project.issues():
        found[issue_name(issue.type, issue.value)] += issue.events
    assert found == PHP.counts + NODE.counts


def test_events_are_those_that_the_scripts_provoked(delivered: Delivered, example: Example) -> None:
    assert names(delivered.of(example)) == example.counts


def test_causes_are_those_that_the_scripts_provoked(delivered: Delivered, example: Example) -> None:
    for issue in example.expected["issues"]:
        expected = issue["causes"] + issue.get("errors", [])
        for event in delivered.of(example):
            found = thrown(event)
            if issue_name(found["type"], found["value"]) == issue_name(issue["type"], issue["value"]):
                assert [value["type"] for value in event["exception"]["values"][:-1]] == expected


def test_first_event_of_an_issue_has_its_value_and_times(delivered: Delivered) -> None:
    for issue in PHP.expected["issues"]:
        name = issue_name(issue["type"], issue["value"])
        events = [event for event in delivered.of(PHP) if name in names([event])]
        first = min(events, key=lambda event: int(event["contexts"]["log"]["offset"]))
        assert thrown(first)["value"] == issue["value"]
        times = [event["timestamp"] for event in events]
        assert min(times) == datetime.fromisoformat(issue["first_seen"]).timestamp()
        assert max(times) == datetime.fromisoformat(issue["last_seen"]).timestamp()


def test_php_events_say_what_their_log_lines_say(delivered: Delivered) -> None:
    events = delivered.of(PHP)
    for event in events:
        said = said_by_php(event["contexts"]["log"]["offset"])
        frame = thrown(event)["stacktrace"]["frames"][-1]
        assert event["timestamp"] == said.time
        assert event["level"] == said.level, thrown(event)["type"]
        assert (frame["abs_path"], frame["lineno"]) == (said.path, said.line)
        assert frame["filename"] == said.path.removeprefix(PHP.app_root)
    assert events


def test_node_events_say_what_their_log_lines_say(delivered: Delivered) -> None:
    read_at = NODE.log.stat().st_mtime
    for event in delivered.of(NODE):
        assert (event["timestamp"], event["contexts"]["log"]["time"]) == (read_at, "file modified")
        if thrown(event)["type"].endswith("Warning"):
            # Node's own warnings have no stack in the log.
            assert (event["level"], "stacktrace" in thrown(event)) == ("warning", False)
            continue
        said = said_by_node(event["contexts"]["log"]["offset"])
        frames = [frame for frame in thrown(event)["stacktrace"]["frames"] if "lineno" in frame]
        found = frames[-1]["filename"], frames[-1]["lineno"], frames[-1]["colno"]
        assert (event["level"], *found) == (said.level, said.path, said.line, said.column)


def test_source_lines_are_those_of_the_source(delivered: Delivered, example: Example) -> None:
    shown = 0
    for event in delivered.of(example):
        for value in event["exception"]["values"]:
            for frame in value.get("stacktrace", {}).get("frames", []):
                path, line = frame.get("abs_path") or frame["filename"], frame.get("lineno", 0)
                lines = example.source_lines(path)
                if lines is None:
                    assert "context_line" not in frame
                    continue
                shown += 1
                assert frame["context_line"] == lines[line - 1]
                assert frame["pre_context"] == lines[max(0, line - 6) : line - 1]
                # PHP sees an empty line behind the last line end, Node does not.
                assert frame["post_context"] in (lines[line : line + 5], lines[line:-1])
    assert shown >= len(delivered.of(example)) // 2


def test_events_have_what_the_settings_say(delivered: Delivered, example: Example) -> None:
    for event in delivered.of(example):
        assert event["environment"] == "e2e"
        assert event["release"] == "larkline@4.2.0"
        assert event["tags"] == {"component": example.name}
        assert event["platform"] == example.name.split("-")[0]


def test_the_run_repeated_adds_nothing(delivered: Delivered) -> None:
    again = sidecar("backfill", "--json", "-c", delivered.config, *_LOGS, cwd=delivered.config.parent)
    said = json.loads(again.stdout)
    assert (again.returncode, said["records"], said["sent"]) == (0, 0, 0)
    assert len(delivered.project.events()) == len(delivered.events)


def test_a_fresh_state_sends_the_same_ids(delivered: Delivered, tmp_path: Path) -> None:
    config = settings(tmp_path, dsn=delivered.project.dsn)
    again = sidecar("backfill", "--json", "-c", config, NODE.log, cwd=tmp_path)
    assert json.loads(again.stdout)["sent"] == NODE.expected["records"]
    assert len(delivered.project.events()) == len(delivered.events)
    told = sidecar("explain", "--json", "-c", config, *_LOGS, cwd=tmp_path).stdout.splitlines()
    explained = [row["payload"] for row in map(json.loads, told) if row["outcome"] == "event"]
    assert sorted(explained, key=_event_id) == sorted(delivered.events, key=_event_id)


def _event_id(event: Json) -> str:
    return str(event["event_id"])
