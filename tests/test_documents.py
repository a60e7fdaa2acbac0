"""The documents lead where they say: relative links, the list of decisions, the words of the glossary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
WORDS = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_stands_in_the_list_under_its_title() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text()
    for path in (ROOT / "docs/decisions").glob("0*.md"):
        title = path.read_text().splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in listed


def test_the_map_names_every_page() -> None:
    readme = (ROOT / "README.md").read_text()
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]:
        assert f"({page.relative_to(ROOT)})" in readme


def test_the_glossary_names_modules_that_exist() -> None:
    glossary = (ROOT / "docs/architecture.md").read_text().partition("## Words")[2].partition("\n## ")[0]
    modules = [name for _word, where in WORDS.findall(glossary) for name in re.findall(r"`([\w.]+\.\w+)`", where)]
    assert len(modules) > 20
    for name in modules:
        path = ROOT / "apps" / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), name
