"""Servers for the end-to-end tests: a real Bugsink for the session, a scripted one for faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.bugsink import Project, bugsink
from tests.e2e.scripted import ScriptedSentry


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Project]]:
    """Empty projects of one real Bugsink."""
    try:
        with bugsink(tmp_path_factory.mktemp("bugsink")) as given:
            yield given
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def project(projects: Iterator[Project]) -> Project:
    """An empty project."""
    return next(projects)


@pytest.fixture
def sentry() -> Iterator[ScriptedSentry]:
    """A server that takes everything, unless the test says otherwise."""
    with ScriptedSentry().running() as server:
        yield server
