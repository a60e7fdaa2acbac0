"""How pages are looked at: what is left out because it looks like something else hides no fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.conftest import DESKTOP
from tests.browser.test_accessibility import Screen, faults, in_both_themes, on_both_screens

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PAGE = """<!doctype html><html lang="en"><head><title>A list</title>
<meta name="viewport" content="width=device-width">
<style>body {{ color: #000; background: #fff }} {style}</style></head>
<body><main><h1>A list</h1><ul>{rows}</ul></main></body></html>"""
FINE = '<li class="row">Anna and Ben</li>' * 10
PALE = "color: #ccc"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=cast(ViewportSize, DESKTOP), color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("style", "rows"),
    [
        ("", f'{FINE}<li class="row" style="{PALE}">Pale</li>'),
        ("", f'{FINE}<li class="row"><b class="name" style="{PALE}">Pale</b></li>'),
        (".late { background: #333 }", f'{FINE}<li class="row late">On a dark ground</li>'),
        ("", f'{FINE}</ul><ul style="background: #333"><li class="row">On a dark ground</li>'),
        ("", f'{FINE}</ul><ul style="opacity: 0.2"><li class="row">Half gone</li>'),
        (f".row {{ {PALE} }}", f'{FINE.replace("<li", "<li hidden")}<li class="row">Pale</li>'),
        (f".row {{ {PALE} }}", FINE),
    ],
)
def test_one_line_that_differs_is_found_among_many(page: Page, style: str, rows: str) -> None:
    page.set_content(PAGE.format(style="", rows=FINE))
    assert faults(page) == []
    page.set_content(PAGE.format(style=style, rows=rows))
    (found,) = faults(page)
    assert "color-contrast" in found


@pytest.mark.parametrize(("media", "word"), [("light", "phone: about:blank"), ("dark", "phone: dark: ")])
def test_what_is_wrong_on_a_phone_alone_is_found_without_loading_it_again(page: Page, media: str, word: str) -> None:
    where = f"(width < 600px) and (pointer: coarse) and (hover: none) and (prefers-color-scheme: {media})"
    page.set_content(PAGE.format(style=f"@media {where} {{ .row {{ {PALE} }} }}", rows=FINE))
    assert in_both_themes(page) == []
    (found,) = on_both_screens(page, Screen(page))
    assert found.startswith(word)
    assert in_both_themes(page) == [], "it is a desk again"


def test_what_is_too_wide_for_a_phone_is_found(page: Page) -> None:
    page.set_content(PAGE.format(style=".row { width: 700px }", rows=FINE))
    found = on_both_screens(page, Screen(page))
    assert [one.partition(" is ")[2] for one in found] == ["wider than the screen"]
