"""What PHP wrote, with what PHP said about it; see data/README.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.model import Record
from parsers.php import ERROR_LOG

DATA = Path(__file__).parent / "data"
ROOT = "/srv/h3/www/"

#: Cases that no parser can get right from the text alone, and why.
UNSOLVABLE = {
    "e009": "a message that holds another trace",
    "e010": "a message that holds another trace",
    "e011": "a message that holds another trace",
    "e013": "a NUL hides the rest of the message and the trace",
    "e017": "a message that holds another trace",
    "e019": "a message that forges a whole record",
    "e022": "an own __toString() hides class and message",
    "e023": "an own __toString() that throws",
    "e031": "a NUL in an anonymous class's name",
    "w017": "a message that looks like PHP's",
    "w027": "a NUL hides the rest of the message",
    "w030": "a message that looks like PHP's",
    "l010": "free text that looks like PHP's",
}


@dataclass(frozen=True)
class Truth:
    log: str
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.log}:{self.fields['start']}:{self.fields['case']}"

    @property
    def solvable(self) -> bool:
        return self.fields["case"].split("_")[0] not in UNSOLVABLE

    @property
    def frames(self) -> list[list[tuple[str | None, str, int]]]:
        """Frames of each exception: (function, file, line)."""
        return [[_frame(*one) for one in frames] for _, _, frames in self.fields["chain"]]


def _frame(function: str | None, path: str, line: int) -> tuple[str | None, str, int]:
    """A class's name is logged up to its first NUL."""
    if function and "\0" in function:
        function = f"{function.partition(chr(0))[0]}::{function.rpartition('::')[2]}"
    return function, path.replace("~/", ROOT, 1), line


def text(log: str) -> bytes:
    return (DATA / f"{log}.log").read_bytes()


def truths(log: str) -> list[Truth]:
    lines = (DATA / f"{log}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Truth(log, json.loads(line)) for line in lines]


def records(log: str) -> dict[int, Record]:
    """The records of a log by the offset of their first byte."""
    return {record.offset: record for record in ERROR_LOG.split(text(log), True).records}  # noqa: FBT003 - the shape of `Format.split`


LOGS = ("php_error", "berlin_args_on", "kolkata", "clocks")
