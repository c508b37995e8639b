from __future__ import annotations

from dataclasses import replace

import pytest

from sidecar.identity import Checkpoint, fingerprint_of
from sidecar.tail.identify import Copied, FoundFile, Known, New, Renamed, Truncated, Twin, Verdict, identify

HEAD = b"first line\nsecond\n"
OTHER = b"another first line\n"
SEEN = Checkpoint("web", "/log/app.log", 1, 100, fingerprint_of(HEAD), 0, 500)
EMPTY = replace(SEEN, fingerprint=b"", offset=0)
PART = replace(SEEN, fingerprint=b"", offset=7)
THERE = FoundFile("/log/app.log", 1, 100, 600, HEAD)


@pytest.mark.parametrize(
    ("found", "past", "verdict"),
    [
        pytest.param(THERE, SEEN, Known(SEEN), id="as it was"),
        pytest.param(replace(THERE, size=500), SEEN, Known(SEEN), id="nothing new"),
        pytest.param(
            replace(THERE, path="/log/app.log.1"), SEEN, Renamed(SEEN, "/log/app.log.1"), id="renamed"
        ),
        pytest.param(
            replace(THERE, path="/old/x"), SEEN, Renamed(SEEN, "/old/x"), id="moved to another directory"
        ),
        pytest.param(replace(THERE, size=499), SEEN, Truncated(SEEN), id="shorter than what was read"),
        pytest.param(replace(THERE, head=OTHER), SEEN, Truncated(SEEN), id="copytruncate, then grown past"),
        pytest.param(replace(THERE, size=0, head=b""), SEEN, Truncated(SEEN), id="emptied"),
        pytest.param(
            replace(THERE, size=3, head=b"fir"), SEEN, Truncated(SEEN), id="a first line only shrinks so"
        ),
        pytest.param(replace(THERE, inode=101), SEEN, New(), id="re-created with the same first line"),
        pytest.param(
            replace(THERE, path="/log/web.log", head=OTHER), SEEN, New(), id="inode reused elsewhere"
        ),
        pytest.param(
            replace(THERE, path="/log/web.log", inode=7), SEEN, New(), id="same first line, other log"
        ),
        pytest.param(replace(THERE, device=2), SEEN, New(), id="same inode on another device"),
        pytest.param(
            replace(THERE, path="/log/app.log.1", inode=7), SEEN, Copied(SEEN), id="the copy of copytruncate"
        ),
        pytest.param(
            replace(THERE, path="/log/app.log.1", inode=7, size=499), SEEN, New(), id="too short for a copy"
        ),
        pytest.param(
            replace(THERE, path="/old/app.log.1", inode=7), SEEN, New(), id="a copy in another directory"
        ),
        pytest.param(
            FoundFile("/log/app.log.2.gz", 1, 7, 30, HEAD, compressed=True), SEEN, Copied(SEEN), id="archived"
        ),
        pytest.param(
            FoundFile("/log/app.log.2.gz", 1, 100, 30, HEAD, compressed=True),
            replace(SEEN, path="/log/app.log.1"),
            Renamed(replace(SEEN, path="/log/app.log.1"), "/log/app.log.2.gz"),
            id="archived under a reused inode",
        ),
        pytest.param(THERE, EMPTY, Known(EMPTY), id="empty before, a line now"),
        pytest.param(replace(THERE, path="/log/b.log"), EMPTY, New(), id="an inode alone is nothing"),
        pytest.param(replace(THERE, head=b"part of", size=7), PART, Known(PART), id="a part was read"),
        pytest.param(replace(THERE, head=b"x", size=1), PART, Truncated(PART), id="a part, emptied"),
        pytest.param(replace(THERE, path="/log/a", inode=9, head=b""), EMPTY, New(), id="two empty files"),
    ],
)
def test_what_was_found(found: FoundFile, past: Checkpoint, verdict: Verdict) -> None:
    assert identify(found, (), (past,)) == verdict


def test_a_relative_of_a_live_file_is_compared_first() -> None:
    copy = replace(THERE, path="/log/app.log.1", inode=7)
    assert identify(copy, (SEEN,), (replace(SEEN, inode=8),)) == Twin(SEEN)


def test_the_later_life_of_an_inode_counts() -> None:
    later = replace(SEEN, fingerprint=fingerprint_of(OTHER), offset=19)
    assert identify(replace(THERE, head=OTHER), (), (SEEN, later)) == Known(later)


def test_a_truncated_file_does_not_hide_its_copy() -> None:
    emptied = replace(THERE, size=0, head=b"")
    copy = replace(THERE, path="/log/app.log.1", inode=7)
    assert [identify(one, (), (SEEN,)) for one in (emptied, copy)] == [Truncated(SEEN), Copied(SEEN)]
