"""Each format claims its own logs, and no other's."""

from __future__ import annotations

import pytest

from parsers.node import CONSOLE
from parsers.php import ERROR_LOG
from parsers.php.servers import SERVERS
from parsers.plain import PLAIN
from tests.parsers.php.servers.test_framing import LOGS

#: The order in which a family is to name them, so that the more particular goes before.
ORDER = (*SERVERS, ERROR_LOG, CONSOLE, PLAIN)

OTHERS = {
    "php.error_log": b"[23-Nov-2026 12:20:04 UTC] PHP Warning:  m in /a.php on line 7\n[23-Nov-2026 12:20:05 UTC] NOTICE: x\n",
    "node.console": b"Error: no row\n    at find (/srv/app/db.js:7:15)\n    at Object.<anonymous> (/srv/app/main.js:3:1)\n"
    * 9
    + b"Warning: x\nNOTICE: PHP is no Node\n",
    "plain": b'2026-11-23 12:20:04 INFO started\n127.0.0.1 - - [23/Nov/2026:12:22:09 +0000] "GET / HTTP/1.1" 200 1\n',
    "plain: syslog": b"Nov 23 12:22:43 vm sshd[7]: Accepted publickey for root\n",
    "plain: nothing": b"",
}


def chosen(sample: bytes) -> str:
    return max(ORDER, key=lambda one: one.claim(sample)).name


@pytest.mark.parametrize("log", LOGS)
def test_own_logs(log: str) -> None:
    assert chosen(LOGS[log]) == log.rpartition(".")[0]


@pytest.mark.parametrize("log", LOGS)
def test_own_logs_from_the_middle(log: str) -> None:
    sample = (LOGS[log] * 2)[len(LOGS[log]) // 2 :]
    assert chosen(sample) == chosen(LOGS[log])


@pytest.mark.parametrize("name", OTHERS)
def test_others(name: str) -> None:
    assert chosen(OTHERS[name]) == name.partition(":")[0]
