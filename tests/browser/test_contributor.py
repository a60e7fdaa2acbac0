"""A second photographer: invited to one gallery, adds photos on a phone, takes one back, and is moved elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, make_album
from tests.browser.test_main_job import upload
from tests.browser.test_story import emailed
from tests.factories import jpeg
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

DORA, SECRET = "nora@example.com", "a second photographer"


def invite(page: Page, title: str) -> None:
    """Invite Dora as a contributor to the gallery with this title, looked for by its name."""
    page.goto(re.sub(r"/albums/.*", "/members/", page.url))
    form = page.locator("form:has(input[name=email])")
    expect(form.locator(".works-in__list")).to_be_hidden()
    form.locator("input[name=email]").fill(DORA)
    form.locator("select[name=role]").select_option("contributor")
    expect(form.locator(".works-in__reach")).to_be_hidden()
    form.locator("input[type=search]").fill("CERE mony")
    expect(form.locator(".works-in__list li >> visible=true")).to_have_count(1)
    form.get_by_label(title).check()
    form.get_by_role("button", name="Send invitation").click()
    expect(page.locator("#members")).to_contain_text("Contributor in 1 gallery")


def join(page: Page, text: str) -> None:
    """Follow the mailed link and choose a password."""
    found = re.search(r"http\S+/invitation/\S+", text)
    assert found
    page.goto(found[0])
    page.fill("input[name=name]", "Dora")
    page.fill("input[name=password]", SECRET)
    page.click("button:has-text('Join studio')")
    page.wait_for_url("**/albums/")


def move_to(page: Page, title: str) -> None:
    """In the dialog of the member: another gallery instead."""
    page.reload()
    page.locator("li:has-text('Dora') a:has-text('Change')").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("input[type=checkbox]:checked")).to_have_count(1)
    dialog.locator("input[type=checkbox]:checked").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[role=alert]")).to_contain_text("Choose at least one gallery.")
    dialog.get_by_label(title).check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#members li:has-text('Dora')")).to_contain_text("1 gallery")


def test_a_second_photographer(visit: Callable[..., Any], glassine: Installation, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.jpg" for name in ("one", "two")]
    for file in files:
        file.write_bytes(jpeg(640, 480))
    with visit() as owner, visit(PHONE) as phone:
        glassine.make_album("Lena's party")
        make_album(owner, "Lena's ceremony")
        invite(owner, "Lena's ceremony")
        join(phone, emailed(glassine, DORA, "/invitation/"))
        expect(phone.locator(".card")).to_have_count(1)
        phone.click(".card a")
        upload(phone, files)
        phone.click("#tray [data-do=close]")
        expect(phone.locator("#album .t[id^=p-] img")).to_have_count(2)
        phone.locator("#album .pick").first.check(force=True)
        expect(phone.locator("#selection .btn >> visible=true")).to_have_count(2)
        phone.locator("#selection [data-verb=delete]").click()
        expect(phone.locator("#album .t[id^=p-]")).to_have_count(1)
        phone.click("button:has-text('Undo')")
        expect(phone.locator("#album .t[id^=p-]")).to_have_count(2)
        move_to(owner, "Lena's party")
        assert phone.goto(phone.url).status == 404
        phone.goto("/")
        expect(phone.locator(".card")).to_contain_text("Lena's party")
