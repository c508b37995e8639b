from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.tail.tailer import WatchSpec
from tests.sidecar.tail.reading import Reader

MakeReader = Callable[..., Reader]


@pytest.fixture
def make_reader(tmp_path: Path) -> MakeReader:
    def make(
        *include: str, exclude: tuple[str, ...] = (), start_at: str = "beginning", max_open: int | None = None
    ) -> Reader:
        patterns = tuple(str(tmp_path / one) for one in include or ("*.log",))
        spec = WatchSpec("web", patterns, exclude, "end" if start_at == "end" else "beginning")
        return Reader([spec], max_open=max_open)

    return make
