"""What is checked before web, worker and beat start."""

import socket
from pathlib import Path

import pytest

from config.launcher.application import Application
from config.launcher.process import LaunchError


@pytest.mark.slow
def test_a_taken_port_is_told_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        app = Application(tmp_path, tmp_path, "127.0.0.1", other.getsockname()[1], 1, 1, tmp_path / "faces.sock")
        with pytest.raises(LaunchError, match="choose another one: GLASSINE_PORT="):
            app.check_port()
