"""Stacks as Sentry has them: frames of the platform's SDK, with source lines; remembered, since stacks repeat."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from parsers.model import Frame
from sidecar.event import node, php
from sidecar.event.issue import culprit_of, stack_key
from sidecar.event.source import SourceCode

#: Relay keeps the 50 oldest and 200 newest frames of a stack (reference: sentry.md 1.3).
OLDEST_FRAMES, NEWEST_FRAMES = 50, 200

#: JSON that is remembered, and at most so many stacks; when that is full it starts anew, since the common ones are soon back.
_KEPT_BYTES = 8 << 20
_KEPT_STACKS = 4096


class Stack(NamedTuple):
    """A stack as Sentry has it.

    Attributes:
        json: Sentry's frames, oldest first.
        key: what Sentry's grouping hashes of it; "" when no frame is in the application.
        culprit: where it broke.
        bare: it is one frame with neither a function nor a source line.
    """

    json: bytes
    key: str
    culprit: str
    bare: bool


class Stacks:
    """Makes stacks for one source."""

    def __init__(self, source: SourceCode, app_root: str | None) -> None:
        """*source*: where code can be read; *app_root*: see `sidecar.event.payload.Origin`."""
        self._source = source
        self._app_root = app_root
        self._known: dict[tuple[str, tuple[Frame, ...]], Stack] = {}
        self._bytes = 0
        # By identity: the parsers remember stacks too, so that most are the same object, and hashing one takes longer than
        # all else here.  The tuple is kept with its number, so that the number stays its own.
        self._same: dict[tuple[str, int], tuple[tuple[Frame, ...], Stack]] = {}

    def forget(self) -> None:
        """Drop what was read from source files, which a deploy may have changed."""
        self._source.forget()
        self._clear()

    def stack(self, platform: str, frames: tuple[Frame, ...]) -> Stack:
        """The stack of *frames*."""
        same = self._same.get((platform, id(frames)))
        if same is not None:
            return same[1]
        known = self._known.get((platform, frames))
        if known is None:
            known = self._make(platform, frames)
            if self._bytes > _KEPT_BYTES or len(self._known) >= _KEPT_STACKS:
                self._clear()
            self._known[platform, frames] = known
            self._bytes += len(known.json)
        if len(self._same) >= _KEPT_STACKS:
            self._same.clear()
        self._same[platform, id(frames)] = frames, known
        return known

    def frames_without_source(self, platform: str, frames: tuple[Frame, ...]) -> list[dict[str, Any]]:
        """Sentry's frames with names and places only."""
        of_platform = node if platform == "node" else php
        return [of_platform.frame_fields(frame, self._app_root) for frame in frames]

    def _clear(self) -> None:
        self._known.clear()
        self._same.clear()
        self._bytes = 0

    def _make(self, platform: str, frames: tuple[Frame, ...]) -> Stack:
        if len(frames) > OLDEST_FRAMES + NEWEST_FRAMES:
            frames = frames[:OLDEST_FRAMES] + frames[-NEWEST_FRAMES:]
        fields = [self._frame(platform, frame) for frame in frames]
        bare = len(fields) == 1 and not fields[0].keys() & {"function", "context_line"}
        return Stack(orjson.dumps(fields), stack_key(fields), culprit_of(fields), bare)

    def _frame(self, platform: str, frame: Frame) -> dict[str, Any]:
        of_platform = node if platform == "node" else php
        fields: dict[str, Any] = of_platform.frame_fields(frame, self._app_root)
        if not of_platform.context_wanted(frame) or frame.path is None or frame.line is None:
            return fields
        context = self._source.around(frame.path, frame.line, end_is_line=platform == "php")
        if context is None:
            return fields
        pre, line, post = list(context.pre), context.line, list(context.post)
        if platform == "node":
            pre, post = [node.snip(one, None) for one in pre], [node.snip(one, None) for one in post]
            line = node.snip(line, frame.column)
        return {**fields, "pre_context": pre, "context_line": line, "post_context": post}
