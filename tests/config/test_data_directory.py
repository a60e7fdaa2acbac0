"""The data directory: one run at a time, private, however deep it lies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config.launcher.paths import Paths
from tests.config.services import MAIN, ROOT, Services, bare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_second_run_on_the_same_data_is_refused_with_a_sentence(services: Services) -> None:
    second = subprocess.run(
        [*MAIN, "--data", str(services.paths.data)],
        cwd=ROOT,
        env=bare(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"Another Glassine (process {services.process.pid}) already runs on {services.paths.data}. "
        "Stop it first, or set GLASSINE_DATA to another directory."
    )


def test_a_deep_data_directory_works(data: Path) -> None:
    running = Services(data / ("d" * 60) / ("e" * 60)).wait_until_up()
    running.keep(1)
    sockets = running.paths.sockets
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert running.stop() == 0
    shutil.rmtree(sockets)


def test_a_short_socket_directory_of_somebody_else_is_refused(data: Path) -> None:
    deep = data / ("d" * 60) / ("e" * 60)
    sockets = Paths(deep).sockets
    sockets.symlink_to("/tmp")
    refused = subprocess.run(
        [*MAIN, "--data", str(deep)], cwd=ROOT, env=bare(), capture_output=True, text=True, check=False
    )
    sockets.unlink()
    assert refused.returncode == 1
    assert "belongs to someone else" in refused.stderr
