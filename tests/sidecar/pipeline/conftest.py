"""An interpreter of PHP's log, for a source without source code."""

from __future__ import annotations

import pytest

from parsers.model import Format
from parsers.php import ERROR_LOG
from sidecar.event.payload import Composer, Origin
from sidecar.event.source import SourceCode
from sidecar.pipeline.interpret import Interpreter


def new_interpreter(
    log_format: Format = ERROR_LOG, *, zone: str | None = None, logs: bool = True
) -> Interpreter:
    return Interpreter(
        log_format, Composer(Origin("production", "web-1"), SourceCode()), zone=zone, logs=logs
    )


@pytest.fixture
def interpreter() -> Interpreter:
    return new_interpreter()
