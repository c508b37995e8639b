"""A Node console log: 70 % plain lines, 30 % errors of 6–15 frames, some of them with properties or a cause.

Two hundred issues: 120 plain lines, with emoji and JSON as people write them, and 80 errors.
"""

from __future__ import annotations

import random

from tests.benchmarks.text import WORDS, Entries, Entry, Template, Zipf, fill

_EMOJI = ("✅", "🚀", "📦", "🔄", "💬", "🔌", "📨", "⏱️", "ℹ️", "🧠")  # noqa: RUF001 - as people write them
_FILES = (
    "/app/src/handlers/@f.js", "/app/src/services/@fService.js", "/app/lib/@f.js", "/app/x.js",
    "/app/node_modules/express/lib/router/@f.js", "/app/node_modules/mysql2/lib/@f.js", "file:///app/dist/@f.mjs",
)  # fmt: skip
_TICKS = "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"

_PLAIN_SHARE = 0.70
#: Longer than the 16 KiB at which Docker cuts a line in two.
_LONG_SHARE = 0.0003
_LONG_PAD = "x" * 19000
_PROPERTIES_SHARE = 0.30
_CAUSE_SHARE = 0.15


def entries(dice: random.Random) -> Entries:
    """Log entries without end."""
    plain = Zipf([_plain(dice) for _ in range(120)])
    errors = Zipf([_error(dice) for _ in range(80)])
    while True:
        n, m = dice.randint(1, 99999), dice.randint(1, 900)
        second, milli = dice.randint(0, 59), dice.randint(0, 999)
        is_plain = dice.random() < _PLAIN_SHARE
        template = (plain if is_plain else errors).draw(dice)
        is_long = is_plain and dice.random() < _LONG_SHARE
        text = f"📦 payload @n {_LONG_PAD}" if is_long else template.text
        filled = fill(text, n=n, m=m, s=second, S=f"{second:02d}", k=f"{milli:03d}")
        yield Entry(f"{filled}\n".encode(), template)


def _plain(dice: random.Random) -> Template:
    word, other, emoji = dice.choice(WORDS), dice.choice(WORDS), dice.choice(_EMOJI)
    text = dice.choice([
        f"{emoji} [{word}] {other} @n processed in @mms",
        f"{emoji} {word} connected: user @n, sockets=@m",
        f'{{"level":"info","ts":"2026-11-23T11:11:@S.@kZ","msg":"{word} {other}","id":@n,"ms":@m}}',
        f'{emoji} {word} {{"event":"{other}","userId":@n,"ok":true,"items":[@m,@s]}}',
        f"{word.capitalize()}: queue depth @m, oldest @n ms",
        f"GET /api/{word}/@n 200 @mms - 1.2kb",
        f"{emoji} Zażółć {word} @n → @m",
    ])  # fmt: skip
    return Template(text)


def _error(dice: random.Random) -> Template:
    word = dice.choice(WORDS)
    title = dice.choice(_titles(word))
    before = dice.choice(
        ["", f"❌ Error processing {word}: ", f"🔥 [{word}] ", "Unhandled rejection ", "Uncaught "]
    )
    depth = dice.randint(6, 15)
    frames = [_frame(dice) for _ in range(depth)]
    stack = "\n".join([*frames, _TICKS][-depth:])
    return Template(f"{before}{title}\n{stack}{_tail(dice, word)}", exception=True, frames=depth)


def _titles(word: str) -> list[str]:
    return [
        f"TypeError: Cannot read properties of undefined (reading '{word}')",
        "Error: connect ECONNREFUSED 127.0.0.1:3306",
        f"ReferenceError: {word} is not defined",
        "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
        "RangeError: Maximum call stack size exceeded",
        "AxiosError: Request failed with status code 502",
        f"Error: {word} @n not found",
        f"FetchError: request to http://10.0.0.5/{word}/@n failed",
    ]


def _frame(dice: random.Random) -> str:
    owner, word = dice.choice(WORDS), dice.choice(WORDS)
    file = fill(dice.choice(_FILES), f=word)
    place = f"{file}:{dice.randint(3, 900)}:{dice.randint(1, 60)}"
    return dice.choice([
        f"    at {owner.capitalize()}.{word} ({place})",
        f"    at async {owner} ({place})",
        f"    at {word} ({place})",
        f"    at {place}",
        f"    at new {owner.capitalize()} ({place})",
        f"    at Object.<anonymous> ({place})",
    ])  # fmt: skip


def _tail(dice: random.Random, word: str) -> str:
    share = dice.random()
    if share < _PROPERTIES_SHARE:
        return _properties(word)
    return _cause(word) if share < _PROPERTIES_SHARE + _CAUSE_SHARE else ""


def _properties(word: str) -> str:
    return (
        " {\n  errno: -111,\n  code: 'ECONNREFUSED',\n  syscall: 'connect',\n  address: '127.0.0.1',\n  port: @m,\n"
        f"  config: {{ url: '/{word}/@n', method: 'get' }}\n}}"
    )


def _cause(word: str) -> str:
    return (
        " {\n  [cause]: Error: connect ECONNREFUSED 10.0.0.5:5432\n"
        "      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)\n"
        f"      at {word} (/app/src/db/{word}.js:@m:9) {{\n"
        "    errno: -111,\n    code: 'ECONNREFUSED',\n    syscall: 'connect'\n  }\n}"
    )
