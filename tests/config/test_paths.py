"""Secrets that are generated once."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher.paths import keep_secret
from tests.config.services import ROOT


def test_a_secret_read_by_many_at_once_is_one_secret(tmp_path: Path) -> None:
    read = "import pathlib, sys; from config.launcher.paths import keep_secret as keep"
    script = f"{read}; print(keep(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(tmp_path / "deep" / "key")]
    readers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert len({reader.communicate()[0] for reader in readers}) == 1


def test_an_empty_secret_file_is_not_a_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("")
    with pytest.raises(OSError, match="is empty; put the secret back"):
        keep_secret(tmp_path / "key")
