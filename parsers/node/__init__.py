"""Node console text: framing, stacks, util.inspect forms."""

from __future__ import annotations

from parsers.model import Format
from parsers.node.console import claim, read_stamp, split
from parsers.node.console_event import FORMAT_NAME, parse

#: What Node programs write to their console.
CONSOLE = Format(FORMAT_NAME, split, parse, read_stamp, claim)
