"""Counting: how many records became what, and which issues they make."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from parsers.model import Level, Record
from sidecar.event.payload import Outcome, Template
from sidecar.pipeline.interpret import Interpreter

#: Issues beyond this many are counted together, so that memory is bounded whatever the log holds.
MAX_ISSUES = 20_000
_OTHER = "other issues"


@dataclass(slots=True)
class IssueCount:
    """One issue of a summary.

    Attributes:
        key: see `sidecar.event.issue.Issue`, like title, culprit and level.
        count: events.
        first: unix time of the earliest; infinite while none said a time.
        last: unix time of the latest; minus infinite while none said a time.
    """

    key: str
    title: str
    culprit: str
    level: Level
    count: int = 0
    first: float = math.inf
    last: float = -math.inf

    @property
    def first_seen(self) -> float | None:
        """Unix time of the earliest event; None while none said a time."""
        return None if self.first == math.inf else self.first

    @property
    def last_seen(self) -> float | None:
        """Unix time of the latest event; None while none said a time."""
        return None if self.last == -math.inf else self.last

    def see(self, when: float | None) -> None:
        """Count one more event."""
        self.count += 1
        if when is not None:
            self.first = min(self.first, when)
            self.last = max(self.last, when)


@dataclass(slots=True)
class Tally:
    """The sums of a backfill; one for an interpreter, whose templates remember where they are counted."""

    records: int = 0
    bytes: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: {"event": 0, "log": 0, "drop": 0})
    issues: dict[str, IssueCount] = field(default_factory=dict)

    def add(self, interpreter: Interpreter, records: list[Record]) -> None:
        """Count *records*.  This is all that a dry run does with a record, so it is short, and its look-ups are C's."""
        templates, times, outcomes = interpreter.templates, interpreter.times, self.outcomes
        for _, _, stamp, body, _ in records:
            template = templates[body]
            outcome = template.outcome
            outcomes[outcome] += 1
            if outcome == "event":
                (template.cell or self._cell(template)).see(times[stamp])
        self.records += len(records)
        if records:
            self.bytes += records[-1].offset + records[-1].length - records[0].offset

    def add_one(self, template: Template, length: int, when: float | None) -> None:
        """Count one record that was interpreted elsewhere."""
        self.records += 1
        self.bytes += length
        self.outcomes[template.outcome] += 1
        if template.outcome == "event":
            (template.cell or self._cell(template)).see(when)

    def _cell(self, template: Template) -> IssueCount:
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
