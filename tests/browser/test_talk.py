"""Comments with pins, marks and the comparison in a real browser: nothing typed is lost, a pin stays on its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, eventually
from tests.factories import jpeg
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PHOTO = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)"
NEW = 'form[data-say=""]'
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def gallery(glassine: Installation) -> str:
    """Address of a gallery of three photos in which guests may comment and rate."""
    album, client = glassine.make_album("Talk"), glassine.client()
    for number in range(3):
        assert client.put(album, jpeg(900, 600), f"TALK_{number}.jpg").status_code in (200, 201)
    glassine.wait_ready(album, 3)
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        rights = {"comment": True, "rate": True, "favourite": True}
        answer = api.post(f"/api/albums/{album}/share", json={"label": "Ada", "rights": rights})
        answer.raise_for_status()
        return str(answer.json()["url"])


def open_photo(page: Page, gallery: str) -> None:
    page.goto(gallery)
    page.locator(".t > a, a.t").first.click()
    page.wait_for_selector(".pswp--open")
    expect(page.locator(PHOTO)).to_be_visible()


def say_who(page: Page, name: str) -> None:
    page.fill("dialog input[name=name]", name)
    page.fill("dialog input[name=email]", f"{name.lower()}@example.com")
    page.click("dialog button[type=submit], dialog form button:not([type])")


def off_by(page: Page, x: float, y: float) -> float:
    """How many pixels the newest dot is away from its point of the photo."""
    photo, dot = page.locator(PHOTO).bounding_box(), page.locator(".pins .dot").last.bounding_box()
    assert photo
    assert dot
    across = dot["x"] + dot["width"] / 2 - photo["x"] - x * photo["width"]
    down = dot["y"] + dot["height"] / 2 - photo["y"] - y * photo["height"]
    return max(abs(across), abs(down))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_pin_stands_where_it_was_put_at_any_zoom(visit: Visit, gallery: str, size: dict[str, int]) -> None:
    with visit(size) as page:
        open_photo(page, gallery)
        page.click(".pswp__button--comment")
        page.fill("#say-new", "Brighter here, please")
        page.click("[data-pin-start]")
        page.wait_for_timeout(400)
        photo = page.locator(PHOTO).bounding_box()
        assert photo
        panel = page.locator(".beside").bounding_box()
        assert panel
        # The panel takes nothing of the photo away, on a phone it stands below.
        assert photo["x"] + photo["width"] <= panel["x"] + 1 or photo["y"] + photo["height"] <= panel["y"] + 1
        page.mouse.click(photo["x"] + 0.25 * photo["width"], photo["y"] + 0.75 * photo["height"])
        page.click(f"{NEW} .btn--main")
        say_who(page, f"Ada{size['width']}")
        expect(page.locator(".remark")).not_to_have_count(0)
        expect(page.locator("#say-new")).to_have_value("")
        eventually(lambda: off_by(page, 0.25, 0.75) < 3)
        page.keyboard.press("Escape")
        page.keyboard.press("z")
        page.wait_for_timeout(500)
        page.click(".pswp__button--comment")
        expect(page.locator(".pins .dot").first).to_be_attached()
        eventually(lambda: off_by(page, 0.25, 0.75) < 3)


def test_what_was_typed_outlives_a_lost_connection_and_closing(visit: Visit, gallery: str) -> None:
    with visit() as page:
        open_photo(page, gallery)
        page.keyboard.press("c")
        expect(page.locator("#say-new")).to_be_focused()
        page.keyboard.type("Do not lose me")
        page.context.set_offline(True)
        page.click(f"{NEW} .btn--main")
        expect(page.locator(f"{NEW} [data-failed]")).to_have_text("Could not send. Try again.")
        page.context.set_offline(False)
        page.keyboard.press("Escape")
        expect(page.locator(".beside")).to_be_hidden()
        expect(page.locator(".pswp--open")).to_be_visible()
        open_photo(page, gallery)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("c")
        expect(page.locator("#say-new")).to_have_value("")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("c")
        expect(page.locator("#say-new")).to_have_value("Do not lose me")


def test_keys_mark_and_the_same_key_clears(visit: Visit, gallery: str) -> None:
    with visit() as page:
        saved: list[str] = []
        page.on("response", lambda one: saved.append(one.url) if one.url.endswith("/mark/") and one.ok else None)
        open_photo(page, gallery)
        page.keyboard.press("1")
        expect(page.locator(".pswp__signs .swatch--green")).to_be_visible()
        page.keyboard.press("3")
        expect(page.locator(".pswp__signs .swatch--red")).to_be_visible()
        page.keyboard.press("3")
        expect(page.locator(".pswp__signs .swatch")).to_have_count(0)
        page.keyboard.press("2")
        # Marks are sent one after the other; a page that is left takes those along that still wait.
        eventually(lambda: page.title() and len(saved) == 4)
        page.goto(gallery)
        expect(page.locator(".t .said .swatch--yellow, a.t .said .swatch--yellow")).to_be_visible()


def test_compared_photos_zoom_and_move_together(visit: Visit, gallery: str) -> None:
    with visit() as page:
        open_photo(page, gallery)
        page.keyboard.press("b")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("b")
        page.click(".tray-bar a")
        expect(page.locator(".pane")).to_have_count(2)
        stage = page.locator(".pane__stage").first.bounding_box()
        assert stage
        page.mouse.move(stage["x"] + stage["width"] * 0.3, stage["y"] + stage["height"] * 0.4)
        page.mouse.wheel(0, -400)
        eventually(lambda: "scale(2" in page.locator(".pane img").first.evaluate("image => image.style.transform"))
        page.mouse.down()
        page.mouse.move(stage["x"] + stage["width"] * 0.5, stage["y"] + stage["height"] * 0.5, steps=4)
        page.mouse.up()
        first, second = (page.locator(".pane img").nth(number) for number in (0, 1))
        moved = "image => image.style.transform"
        assert first.evaluate(moved) == second.evaluate(moved)
        assert page.url.count("photo=") == 2
        page.keyboard.press("Escape")
        assert "scale(1)" in first.evaluate(moved)
        page.keyboard.press("Escape")
        page.wait_for_url(lambda url: "/compare/" not in url)
