"""PHP logs: framing, messages, traces."""

from parsers.model import Format
from parsers.php import framing, message

ERROR_LOG = Format(message.FORMAT_NAME, framing.split, message.parse, framing.read_stamp, framing.claim)

__all__ = ["ERROR_LOG"]
