"""A PHP error log: 55 % single lines, 15 % free text of `error_log()`, 30 % uncaught exceptions of 5–25 frames.

Two hundred issues: 110 of single lines, 30 free texts, 60 exceptions; every tenth exception has a `Next` chain.
"""

from __future__ import annotations

import random
import time

from tests.benchmarks.text import NOT_ASCII, WORDS, Entries, Entry, Template, Zipf, fill

_FIRST_SECOND = 1795432286  # 2026-11-23 11:11:26 UTC
_DIRECTORIES = (
    "api", "lib", "inc", "src/Service", "src/Controller", "src/Repository", "vendor/guzzlehttp/guzzle/src",
    "vendor/monolog/monolog/src/Monolog", "wp-content/plugins/shop", "cron",
)  # fmt: skip
_FILE_KINDS = ("logic", "utils", "model", "handler", "view")
_CLASSES = (
    "PDOException", "TypeError", "Exception", "RuntimeException", "InvalidArgumentException", "Error", "ValueError",
    "DivisionByZeroError", "GuzzleHttp\\Exception\\ConnectException", "mysqli_sql_exception",
    "App\\Exception\\NotFound", "LogicException", "UnexpectedValueException", "ArgumentCountError",
)  # fmt: skip
_LEVELS = ("Warning", "Notice", "Deprecated")
_LEVEL_WEIGHTS = (60, 20, 20)

_WRONG_TYPE = "Argument #1 ($id) must be of type int, string given"
_REQUIRED = "is implicitly treated as a required parameter"

_SINGLE_SHARE = 0.55
_FREE_SHARE = 0.15
_INTERNAL_SHARE = 0.07
_CHAIN_SHARE = 0.1


def entries(dice: random.Random, *, unique: bool) -> Entries:
    """Log entries without end; with *unique*, each message carries a number that no other has."""
    single, free, uncaught = (Zipf(some) for some in _templates(dice))
    now, count = float(_FIRST_SECOND), 0
    while True:
        now += dice.random() * 0.4
        count += 1
        share, n, m = dice.random(), dice.randint(1, 99999), dice.randint(1, 900)
        shape = single if share < _SINGLE_SHARE else free if share < _SINGLE_SHARE + _FREE_SHARE else uncaught
        template = shape.draw(dice)
        text = fill(template.text, n=n, m=m, u=f" (request {count})" if unique else "")
        yield Entry(f"{_stamp(now)}{text}\n".encode(), template)


def _stamp(unix: float) -> str:
    return time.strftime("[%d-%b-%Y %H:%M:%S UTC] ", time.gmtime(int(unix)))


def _templates(dice: random.Random) -> tuple[list[Template], list[Template], list[Template]]:
    single = [_single(dice) for _ in range(110)]
    free = [_free(dice) for _ in range(30)]
    return single, free, [_uncaught(dice) for _ in range(60)]


def _single(dice: random.Random) -> Template:
    level = dice.choices(_LEVELS, _LEVEL_WEIGHTS)[0]
    word, file, line = dice.choice(WORDS), _file(dice), dice.randint(5, 1900)
    message = dice.choice(_single_messages(word)[level])
    return Template(f"PHP {level}:  {message}@u in {file} on line {line}")


def _single_messages(word: str) -> dict[str, list[str]]:
    failed = "Failed to open stream"
    return {
        "Warning": [
            f"Undefined variable ${word}",
            f'Undefined array key "{word}_id"',
            "Trying to access array offset on value of type null",
            f'Attempt to read property "{word}" on null',
            f"fopen(/tmp/{word}_@n.lock): {failed}: No such file or directory",
            f"file_get_contents(http://10.0.0.5/{word}/@n): {failed}: HTTP request failed! HTTP/1.1 502 Bad Gateway",
            "foreach() argument must be of type array|object, null given",
        ],
        "Notice": [
            "Undefined offset: @n",
            "ob_end_clean(): Failed to delete buffer. No buffer to delete",
            "Only variables should be passed by reference",
        ],
        "Deprecated": [
            f"Optional parameter ${word} declared before required parameter $id {_REQUIRED}",
            "strlen(): Passing null to parameter #1 ($string) of type string is deprecated",
            f"Creation of dynamic property Foo::${word} is deprecated",
        ],
    }


def _free(dice: random.Random) -> Template:
    word, other = dice.choice(WORDS), dice.choice(NOT_ASCII)
    text = dice.choice([
        f"[{word}] processed batch id=@n took=@mms status=ok",
        f"{word.capitalize()}: retry @m for customer @n",
        f'DEBUG {word} payload={{"id":@n,"qty":@m,"name":"{other}"}}',
        f"Donna API error {word} (HTTP 429), request req_@n will be retried in @m seconds",
        f"SQL slow query @m ms: SELECT * FROM {word}s WHERE id = @n",  # noqa: S608 - text of a log, no query
    ])  # fmt: skip
    return Template(text + "@u")


def _uncaught(dice: random.Random) -> Template:
    depth, name = dice.randint(5, 25), dice.choice(_CLASSES)
    file, line, word = _file(dice), dice.randint(5, 1900), dice.choice(WORDS)
    message = dice.choice(_exception_messages(dice, word))
    frames = [_frame(dice, number) for number in range(depth - 1)]
    stack = "\n".join([*frames, f"#{depth - 1} {{main}}"])
    chain = _chain(word, file, line) if dice.random() < _CHAIN_SHARE else ""
    text = (
        f"PHP Fatal error:  Uncaught {name}: {message}@u in {file}:{line}\nStack trace:\n{stack}{chain}\n"
        f"  thrown in {file} on line {line}"
    )
    return Template(text, exception=True, frames=depth)


def _exception_messages(dice: random.Random, word: str) -> list[str]:
    return [
        "SQLSTATE[HY000] [2002] Connection refused",
        f"Call to a member function get{word.capitalize()}() on null",
        f"{word.capitalize()} @n not found",
        "Unsupported operand types: string + int",
        f"{word}(): {_WRONG_TYPE}, called in {_file(dice)} on line {dice.randint(5, 900)}",
        "Maximum function nesting level of '256' reached, aborting! id=@n",
        f"cURL error 28: Operation timed out after @m milliseconds with 0 bytes received {dice.choice(NOT_ASCII)}",
    ]


def _frame(dice: random.Random, number: int) -> str:
    known = dice.random() < 1 - _INTERNAL_SHARE
    place = f"{_file(dice)}({dice.randint(5, 1900)})" if known else "[internal function]"
    return f"#{number} {place}: {_call(dice)}"


def _call(dice: random.Random) -> str:
    # The shape is drawn first and the words after it: each draw must come at its own place in the sequence.
    shape = dice.randrange(5)
    name, word = dice.choice(WORDS).capitalize(), dice.choice(WORDS)
    arguments = dice.choice([
        "", "Array", f"Object(App\\Model\\{name})", f"'{word}...', @n, Array", "NULL, true, @m",
        "Object(Closure), Object(PDOStatement)",
    ])  # fmt: skip
    return (
        f"App\\Service\\{name}Service->{word}({arguments})",
        f"{name}_{word}({arguments})",
        f"App\\Controller\\{name}Controller->{word}({arguments})",
        f"App\\Repository\\{name}Repository::{word}({arguments})",
        f"include('/var/www/html/{name.lower()}/{word}...')",
    )[shape]


def _chain(word: str, file: str, line: int) -> str:
    return (
        f"\n\nNext App\\Exception\\Wrapped: while handling {word} @n in {file}:{line + 3}\n"
        f"Stack trace:\n#0 {file}({line + 9}): run()\n#1 {{main}}"
    )


def _file(dice: random.Random) -> str:
    return f"/var/www/html/{dice.choice(_DIRECTORIES)}/{dice.choice(WORDS)}_{dice.choice(_FILE_KINDS)}.php"
