"""What the names of files say about rotation; pure.

logrotate, pm2-logrotate, log4j and `mv` by hand give a rotated log its old name with a number, a date or a word
added, and perhaps `.gz`; with logrotate's `extension` option the date comes before the extension.  A name is
never proof of anything here: it only decides which files are worth comparing.
"""

from __future__ import annotations

import re
from typing import Final

_PACKED: Final = re.compile(r"\.gz\Z")
_ADDED: Final = re.compile(
    r"""
    (?: [.-] \d [\d._T:Z-]*+   # app.log.1  app.log-20261123  app.log-2026-11-23_04
      | \. (?: old | bak | orig | save )
      | ~
    ) \Z
    """,
    re.VERBOSE,
)
_DATED: Final = re.compile(
    r"""
    (?P<stem> .+? )
    [._-] \d{4} -? \d{2} -? \d{2} [\d_T-]*+    # app-20261123.log  app-2026-11-23_04.log; never a worker's app-1.log
    (?P<extension> \. [A-Za-z]+ ) \Z
    """,
    re.VERBOSE,
)
_TURN: Final = re.compile(r"\.\d{1,3}\Z")  # the number that each rotation counts up


def root_name(name: str) -> str:
    """The name a rotated log had while it was written; a live log's name is its own root."""
    bare = _PACKED.sub("", name)
    cut = _ADDED.sub("", bare)
    if cut and cut != bare:
        return cut
    dated = _DATED.match(bare)
    return dated["stem"] + dated["extension"] if dated else bare


def are_relatives(name: str, other: str) -> bool:
    """Whether both names come from one log by rotation."""
    return name != other and root_name(name) == root_name(other)


def may_continue(name: str, earlier: str, *, compressed: bool) -> bool:
    """Whether the file `name` may hold the bytes of the one known as `earlier`, in the same directory.

    A copy or an archive goes to a rotated name, never to a live one: a file under the earlier name itself is
    another file.  Plain files that are renamed keep their inode, so a plain file only copies a live log.
    """
    if name == earlier:
        return False
    if root_name(name) == earlier:
        return True
    return compressed and _TURN.sub("", _PACKED.sub("", name)) == _TURN.sub("", earlier)
