"""Openings are people's: previews of messengers, scanners of emails and search engines count as nobody."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from apps.sharing.guests.machines import is_machine
from apps.sharing.models import Activity
from tests.sharing.conftest import Make
from tests.sharing.downloads.zipped import rows

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
PEOPLE = {
    "Chrome": CHROME,
    "Safari": IPHONE,
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "in Instagram": f"{IPHONE.partition(' Version')[0]} Mobile/15E148 Instagram 390.0.0.0",
    "in Facebook": f"{IPHONE.partition(' Version')[0]} [FBAN/FBIOS;FBAV/520.0.0.0]",
    "in Telegram": "Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36 Telegram-Android/11.9",
    "in Pinterest": f"{IPHONE.partition(' Version')[0]} [Pinterest/iOS]",
    "in Google's app": f"{IPHONE.partition(' Version')[0]} GSA/390.0 Mobile/15E148",
}
MACHINES = {
    "WhatsApp": "WhatsApp/2.23.20.0",
    "Signal": "WhatsApp/2",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Skype": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Bing": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) BingPreview/1.0b",
    "headless": CHROME.replace("Chrome", "HeadlessChrome"),
    "curl": "curl/8.14.1",
    "Python": "python-requests/2.32.5",
}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_browser_is_a_person(who: str) -> None:
    assert not is_machine(RequestFactory().get("/", headers={"User-Agent": PEOPLE[who], "Accept-Language": "de"}))


@pytest.mark.parametrize("who", MACHINES)
def test_what_says_so_is_a_machine(who: str) -> None:
    assert is_machine(RequestFactory().get("/", headers={"User-Agent": MACHINES[who], "Accept-Language": "en"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": CHROME},
        {"User-Agent": CHROME, "Accept-Language": "en", "Sec-Purpose": "prefetch;prerender"},
        {"User-Agent": IPHONE, "Accept-Language": "en", "Purpose": "preview"},
        {"User-Agent": CHROME, "Accept-Language": "en", "X-Moz": "prefetch"},
    ],
    ids=["a scanner that passes for a browser", "prerender", "Safari's top hit", "Firefox ahead"],
)
def test_a_browser_nobody_looks_at_is_none(headers: dict[str, str]) -> None:
    assert is_machine(RequestFactory().get("/", headers=headers))


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_no_opening_and_the_person_after_it_is_one(shared: Make) -> None:
    share = shared()
    for agent in MACHINES.values():
        assert Client().get(share.url(), headers={"User-Agent": agent}).status_code == 200
    share.reload()
    assert (share.link.views, rows(share, Activity)) == (0, [])
    Client().get(share.url(), headers={"User-Agent": IPHONE, "Accept-Language": "de-DE"})
    share.reload()
    assert (share.link.views, len(rows(share, Activity))) == (1, 1)
