"""Scripts lie in five folders: sides that know nothing of each other, uploads, and what all share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.installation import ROOT

SCRIPTS = Path(ROOT, "static", "js")
IMPORT = re.compile(r"""^import\s(?:[^;]*?\sfrom\s)?"(?P<path>[^"]+)";$""", re.MULTILINE)
MAY_USE = {
    "shared": {"shared"},
    "upload": {"upload", "shared"},
    "studio": {"studio", "upload", "shared"},
    "guest": {"guest", "upload", "shared"},
    "signed_out": {"signed_out", "shared"},
}
ALL = sorted(SCRIPTS.rglob("*.js"))


def test_every_script_lies_in_one_of_the_folders() -> None:
    assert {script.parent.relative_to(SCRIPTS).as_posix() for script in ALL} == set(MAY_USE)


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.relative_to(SCRIPTS).as_posix())
def test_a_script_imports_what_is_there_and_what_its_folder_may_use(script: Path) -> None:
    for path in IMPORT.findall(script.read_text()):
        imported = (script.parent / path).resolve()
        assert imported.is_file(), path
        assert imported.parent.name in MAY_USE[script.parent.name], path


def test_one_module_knows_the_token_and_how_to_post() -> None:
    secret = re.compile(r"csrf-token|csrfmiddlewaretoken|method: .POST")
    assert [script.name for script in ALL if secret.search(script.read_text())] == ["http.js"]
