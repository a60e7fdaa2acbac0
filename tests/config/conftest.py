"""A data directory, and the services on one."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.services import Services
from tests.sharing.conftest import shared, shared_kind  # noqa: F401  (fixtures)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that any user may be let into, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """Data directories of a first run that was stopped: initdb takes longer than the rest of most tests here."""
    directory = Path(tempfile.mkdtemp(prefix="glassine-test-"))
    assert Services(directory).wait_until_up().stop() == 0
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def services(data: Path, made_once: Path) -> Iterator[Services]:
    subprocess.run(["cp", "-a", f"{made_once}/.", str(data)], check=True)
    running = Services(data).wait_until_up()
    yield running
    running.stop()
