"""What is printed, as text."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeAlias

import pytest
from rich.console import Console, RenderableType

Printed: TypeAlias = Callable[..., str]


@pytest.fixture
def printed() -> Printed:
    def shown(renderable: RenderableType, *, width: int = 80, colours: bool = False) -> str:
        out = io.StringIO()
        console = Console(
            file=out,
            width=width,
            highlight=False,
            markup=False,
            emoji=False,
            force_terminal=colours,
            color_system="256" if colours else None,
        )
        console.print(renderable)
        return out.getvalue()

    return shown
