"""Logs that something wrapped line by line on their way into a file: docker, Kubernetes, journald, pm2, syslog.

A package beside the formats, because any format can be inside: `carried` makes one of a carrier and a format.
"""

from __future__ import annotations

from parsers.carriers.carried import CARRIERS, Peeled, carried, detect
from parsers.carriers.line import Carrier, Line

__all__ = ["CARRIERS", "Carrier", "Line", "Peeled", "carried", "detect"]
