"""Counting: how many records became what, and which issues they make."""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.model import Level, Record
from sidecar.event.payload import Outcome, Template
from sidecar.pipeline.interpret import Interpreter

#: Issues beyond this many are counted together, so that memory is bounded whatever the log holds.
MAX_ISSUES = 20_000
_OTHER = "other issues"


@dataclass(slots=True)
class IssueCount:
    """One issue of a summary; times are unix, None while no record said one."""

    key: str
    title: str
    culprit: str
    level: Level
    count: int = 0
    first_seen: float | None = None
    last_seen: float | None = None

    def see(self, when: float | None) -> None:
        """Count one more event."""
        self.count += 1
        if when is None:
            return
        if self.first_seen is None or when < self.first_seen:
            self.first_seen = when
        if self.last_seen is None or when > self.last_seen:
            self.last_seen = when


@dataclass(slots=True)
class Tally:
    """The sums of a backfill."""

    records: int = 0
    bytes: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: {"event": 0, "log": 0, "drop": 0})
    issues: dict[str, IssueCount] = field(default_factory=dict)

    def add(self, interpreter: Interpreter, records: list[Record]) -> None:
        """Count *records*.  This is all that a dry run does with a record, so it is short."""
        template_of, unix = interpreter.template, interpreter.unix
        outcomes = self.outcomes
        for record in records:
            template = template_of(record.body)
            outcomes[template.outcome] += 1
            if template.outcome == "event":
                self._cell(template).see(unix(record.stamp))
        self.records += len(records)
        self.bytes += sum(record.length for record in records)

    def add_one(self, template: Template, length: int, when: float | None) -> None:
        """Count one record that was interpreted elsewhere."""
        self.records += 1
        self.bytes += length
        self.outcomes[template.outcome] += 1
        if template.outcome == "event":
            self._cell(template).see(when)

    def _cell(self, template: Template) -> IssueCount:
        cell = template.cell
        if isinstance(cell, IssueCount):
            return cell
        key = template.issue_key
        found = self.issues.get(key)
        if found is None:
            found = self._new(key, template)
        template.cell = found
        return found

    def _new(self, key: str, template: Template) -> IssueCount:
        if len(self.issues) >= MAX_ISSUES:
            return self.issues.setdefault(_OTHER, IssueCount(_OTHER, _OTHER, "", "error"))
        issue = template.issue
        found = self.issues[key] = IssueCount(key, issue.title, issue.culprit, issue.level)
        return found


_SEVERITY: dict[Level, int] = {"fatal": 0, "error": 1, "warning": 2, "info": 3, "debug": 4}


def sorted_issues(tally: Tally) -> list[IssueCount]:
    """The worst first, then the most frequent."""
    return sorted(
        tally.issues.values(), key=lambda issue: (_SEVERITY[issue.level], -issue.count, issue.title)
    )
