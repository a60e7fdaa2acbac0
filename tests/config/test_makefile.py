"""`make help`, which a bare `make` runs too."""

import re
import subprocess

from tests.config.services import ROOT


def test_help_lists_every_target_with_what_it_does_and_a_bare_make_does_the_same() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", "")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    listed = dict(re.findall(r"^make ([a-z-]+) +(\S.*)$", _make("help"), re.MULTILINE))
    assert set(listed) == set(phony[1].split())
    assert _make() == _make("help")


def _make(*targets: str) -> str:
    return subprocess.run(["make", *targets], cwd=ROOT, capture_output=True, text=True, check=True).stdout
