"""The shape that sidecar/DESIGN.md promises, held by walking the syntax trees.

Every check takes a module's name and source and gives its faults, so that each is shown to fail on a bad snippet.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parents[1]
Check: TypeAlias = Callable[[str, str], list[str]]

#: What each part may import, besides itself.  `cli → app → pipeline → tail | state | delivery`, never back, never across.
BASE = {"clock", "errors", "identity", "metrics", "parsers"}
LOWEST = {"tail": BASE, "state": BASE, "delivery": BASE, "event": {"errors", "identity", "parsers"}}
BELOW: dict[str, set[str]] = {
    "parsers": set(),
    **{part: {"parsers"} for part in ("clock", "errors", "identity", "metrics")},
    "settings": BASE,
    **LOWEST,
    "pipeline": {*LOWEST, *BASE},
    "terminal": {"pipeline", "event", *BASE},
    "app": {"pipeline", "settings", *LOWEST, *BASE},
    "cli": {"app", "terminal", "pipeline", "settings", *LOWEST, *BASE},
}

#: Third parties that one place alone knows: a prefix of module names, or one module.
ONE_PLACE = {"sentry_sdk": "sidecar.delivery.", "sqlite3": "sidecar.state."}
ONE_MODULE = ("watchfiles", "pydantic_settings")

#: Modules that can touch neither files nor the clock, the network or the environment.
PURE = {
    "__future__", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "itertools", "json", "math",
    "operator", "re", "regex", "string", "types", "typing",
}  # fmt: skip
#: What those, and the language itself, offer that is not pure all the same.
IMPURE_NAMES = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
IMPURE_ATTRIBUTES = {"now", "today", "utcnow", "fromtimestamp", "astimezone", "timestamp"}

MAX_MODULE_LINES = 350
MAX_FUNCTION_LINES = 60


def modules() -> dict[str, str]:
    """Sources of all our modules by name."""
    files = [*(ROOT / "parsers").rglob("*.py"), *(ROOT / "sidecar").rglob("*.py")]
    return {name_of(file): file.read_text(encoding="utf-8") for file in files}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part_of(module: str) -> str:
    """`sidecar.tail.follow` is of part tail, `parsers.php` of parsers, `sidecar` itself of none."""
    first, _, rest = module.partition(".")
    return "parsers" if first == "parsers" else rest.partition(".")[0]


def imports_of(source: str) -> Iterator[str]:
    """Names of all modules that are imported, wherever it stands; `from sidecar import errors` is sidecar.errors."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "sidecar":
            yield from (f"sidecar.{alias.name}" for alias in node.names if alias.name in BELOW)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


# -- the checks -----------------------------------------------------------------------------------------------------


def wrong_directions(module: str, source: str) -> list[str]:
    """Imports of ours that go up, across, or are relative."""
    part = part_of(module)
    faults = [name for name in imports_of(source) if name.startswith(".")]
    for name in imports_of(source):
        other = part_of(name) if name.split(".")[0] in {"sidecar", "parsers"} else ""
        if part and other not in {"", part, *BELOW.get(part, set())}:
            faults.append(name)
    return (
        faults if part in BELOW or not part else [f"no part {part}: say in BELOW what it may import", *faults]
    )


def wrong_places(module: str, source: str) -> list[str]:
    """Third parties that are imported outside of the part that alone knows them."""
    return [
        name
        for name in imports_of(source)
        for package, place in ONE_PLACE.items()
        if name.split(".")[0] == package and not module.startswith(place)
    ]


def impurities(module: str, source: str) -> list[str]:
    """What a module of parsers/ may not do: no I/O, clock, environment or logging."""
    if part_of(module) != "parsers":
        return []
    faults = [name for name in imports_of(source) if name.split(".")[0] not in {*PURE, "parsers"}]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Await | ast.AsyncFunctionDef):
            faults.append(type(node).__name__)
        elif isinstance(node, ast.Name) and node.id in IMPURE_NAMES:
            faults.append(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in IMPURE_ATTRIBUTES:
            faults.append(node.attr)
    return faults


def oversizes(module: str, source: str) -> list[str]:
    """Modules and functions that are too long to be read at once."""
    faults = [module] if source.count("\n") > MAX_MODULE_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            faults += [f"{node.name}: {lines} lines"] if lines > MAX_FUNCTION_LINES else []
    return faults


def swallowed(module: str, source: str) -> list[str]:  # noqa: ARG001 - the shape of `Check`
    """Errors that are caught and forgotten."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or all(map(_does_nothing, node.body))):
            faults.append(f"line {node.lineno}")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            broad = {"Exception", "BaseException"} & {ast.unparse(one) for one in node.args}
            faults += [f"line {node.lineno}"] if broad else []
    return faults


def _does_nothing(statement: ast.stmt) -> bool:
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


CHECKS: list[Check] = [wrong_directions, wrong_places, impurities, oversizes, swallowed]


@pytest.mark.parametrize("check", CHECKS)
def test_our_modules(check: Check) -> None:
    sources = modules()
    assert len(sources) > 50
    faults = {name: found for name, source in sources.items() if (found := check(name, source))}
    assert faults == {}


@pytest.mark.parametrize("package", ONE_MODULE)
def test_one_module_alone_knows(package: str) -> None:
    knowing = [
        name
        for name, source in modules().items()
        if any(one.split(".")[0] == package for one in imports_of(source))
    ]
    assert len(knowing) == 1


def test_the_terminal_is_used_by_the_command_line_only() -> None:
    users = {
        part_of(name)
        for name, source in modules().items()
        if "sidecar.terminal" in " ".join(imports_of(source))
    }
    assert users == {"terminal", "cli"}


def test_settings_are_known_to_the_composition_root_only() -> None:
    users = {
        part_of(name)
        for name, source in modules().items()
        if "sidecar.settings" in " ".join(imports_of(source))
    }
    assert users <= {"settings", "app", "cli"}


BAD: list[tuple[Check, str, str]] = [
    (wrong_directions, "parsers.php.trace", "from sidecar.errors import InputError"),
    (wrong_directions, "sidecar.tail.follow", "import sidecar.state.store"),
    (wrong_directions, "sidecar.state.store", "from sidecar.delivery import gate"),
    (wrong_directions, "sidecar.delivery.gate", "def f():\n    from sidecar.tail import follow"),
    (wrong_directions, "sidecar.delivery.gate", "from sidecar import settings"),
    (wrong_directions, "sidecar.pipeline.live", "from sidecar.app.plan import Plan"),
    (wrong_directions, "sidecar.event.payload", "from sidecar.pipeline.memo import Memo"),
    (wrong_directions, "sidecar.app.plan", "if TYPE_CHECKING:\n    from sidecar.terminal import output"),
    (wrong_directions, "sidecar.errors", "from sidecar.clock import Clock"),
    (wrong_directions, "sidecar.tail.follow", "from .identify import FileId"),
    (wrong_directions, "sidecar.newcomer", "import os"),
    (wrong_places, "sidecar.pipeline.live", "import sentry_sdk"),
    (wrong_places, "sidecar.event.payload", "from sentry_sdk.utils import Dsn"),
    (wrong_places, "sidecar.app.plan", "import sqlite3"),
    (impurities, "parsers.php", "import os"),
    (impurities, "parsers.php", "from time import time"),
    (impurities, "parsers.php", "import logging"),
    (impurities, "parsers.php", "def f():\n    return open('x')"),
    (impurities, "parsers.php", "print('x')"),
    (impurities, "parsers.php", "import datetime as dt\nx = dt.datetime.now()"),
    (impurities, "parsers.php", "def f(x):\n    return x.astimezone()"),
    (impurities, "parsers.php", "def f():\n    global seen\n    seen = 1"),
    (oversizes, "sidecar.app.plan", "x = 1\n" * 351),
    (oversizes, "sidecar.app.plan", "def f():\n" + "    x = 1\n" * 60),
    (swallowed, "sidecar.app.plan", "try:\n    f()\nexcept OSError:\n    pass"),
    (swallowed, "sidecar.app.plan", "try:\n    f()\nexcept OSError:\n    'no matter'\n    ..."),
    (swallowed, "sidecar.app.plan", "try:\n    f()\nexcept:\n    g()"),
    (swallowed, "sidecar.app.plan", "with contextlib.suppress(Exception):\n    f()"),
]


@pytest.mark.parametrize(("check", "module", "source"), BAD)
def test_a_check_can_fail(check: Check, module: str, source: str) -> None:
    assert check(module, source)


GOOD: list[tuple[Check, str, str]] = [
    (
        wrong_directions,
        "sidecar.cli.run",
        "from sidecar.app.plan import Plan\nfrom sidecar import __version__",
    ),
    (
        wrong_directions,
        "sidecar.pipeline.live",
        "import sidecar.tail.follow, sidecar.state.store, parsers.model",
    ),
    (wrong_places, "sidecar.delivery.dsn", "from sentry_sdk.utils import Dsn"),
    (impurities, "sidecar.clock", "import time"),
    (impurities, "parsers.php", "import datetime as dt\nfrom parsers import model\nx = dt.datetime(1, 1, 1)"),
    (oversizes, "sidecar.app.plan", "x = 1\n" * 350),
    (oversizes, "sidecar.app.plan", "def f():\n" + "    x = 1\n" * 59),
    (swallowed, "sidecar.app.plan", "try:\n    f()\nexcept OSError:\n    return None"),
]


@pytest.mark.parametrize(("check", "module", "source"), GOOD)
def test_a_check_can_pass(check: Check, module: str, source: str) -> None:
    assert check(module, source) == []


# -- importing does nothing -----------------------------------------------------------------------------------------

#: Imports what is not ours first, then ours, and writes down what Python's audit hooks saw meanwhile.
IMPORTER = """
import importlib, json, sys, threading
others, ours = json.load(sys.stdin)
for name in others:
    importlib.import_module(name)
seen = []
watched = ("open", "os.mkdir", "os.remove", "os.rename", "subprocess.Popen", "os.system", "sqlite3.connect", "socket.")
loading = (".py", ".pyc", ".so")

def hook(event, arguments):
    if event.startswith(watched):
        if event != "open" or not str(arguments[0]).endswith(loading):
            seen.append(event + " " + str(arguments)[:200])

sys.addaudithook(hook)
threading.Thread.start = lambda thread: seen.append(f"{thread} started")  # no audit event before Python 3.12
for name in ours:
    importlib.import_module(name)
print(json.dumps(seen))
"""


def done_by_importing(folder: Path, sources: dict[str, str]) -> list[str]:
    """What importing all of *sources*, which are in *folder*, does besides reading code."""
    others = {name for source in sources.values() for name in imports_of(source)} - set(sources)
    others = {name for name in others if name.split(".")[0] not in {"sidecar", "parsers", "__future__"}}
    run = subprocess.run(
        [sys.executable, "-c", IMPORTER],
        input=json.dumps([sorted(others), sorted(sources)]),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seen: list[str] = json.loads(run.stdout.splitlines()[-1])
    return [*seen, *run.stdout.splitlines()[:-1]]


def test_importing_does_nothing() -> None:
    assert done_by_importing(ROOT, modules()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import threading\nthreading.Thread(target=int).start()",
        "open('/etc/hostname').read()",
        "import socket\nsocket.socket()",
        "import sqlite3\nsqlite3.connect(':memory:')",
        "print('hello')",
    ],
)
def test_importing_what_does_something_is_seen(tmp_path: Path, source: str) -> None:
    (tmp_path / "busy.py").write_text(source)
    assert done_by_importing(tmp_path, {"busy": source})
