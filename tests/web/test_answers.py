"""Answers of all apps: a redirect after a deed, one try too many, and who is at the other end: htmx or a person."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from apps.web import htmx
from apps.web.answers import SeeOther, retry_after, too_many
from apps.web.rate_limit import RateLimited

APPS = Path(__file__).resolve().parents[2] / "apps"


def asked(path: str = "/", **headers: str) -> HttpRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory().get(path, headers=named)


def test_after_a_deed_the_browser_looks_there_by_get() -> None:
    class Row:
        def get_absolute_url(self) -> str:
            return "/a/row/"

    for answer, url in (
        (SeeOther("/g/token/?list=1#p-2"), "/g/token/?list=1#p-2"),
        (SeeOther("accounts:login"), "/login/"),
        (SeeOther("sharing:public", "north"), "/p/north/"),
        (SeeOther(Row()), "/a/row/"),
    ):
        assert (answer.status_code, answer["Location"]) == (303, url)


def test_one_try_too_many_says_when_to_come_back() -> None:
    answer = too_many(HttpResponse("Please wait."), RateLimited(90).wait)
    assert (answer.status_code, answer["Retry-After"]) == (429, "90")
    assert retry_after(HttpResponse(), 0.2)["Retry-After"] == "1"
    assert "Retry-After" not in retry_after(HttpResponse(), None)


@pytest.mark.parametrize(("wait", "minutes"), [(1, 1), (60, 1), (61, 2), (3600, 60)])
def test_minutes_are_never_told_too_short(wait: int, minutes: int) -> None:
    stop = RateLimited(wait)
    assert stop.minutes == minutes
    assert f"wait {minutes} min" in str(stop)


def test_htmx_asks_for_a_part_and_for_whole_pages_of_its_history() -> None:
    assert not htmx.wants(asked())
    assert htmx.wants(asked(HX_Request="true"))
    assert htmx.wants(asked(HX_Request="true", HX_Target="more"), "list", "more")
    assert not htmx.wants(asked(HX_Request="true", HX_Target="other"), "list", "more")
    assert not htmx.wants(asked(HX_Request="true"), "list")
    assert not htmx.wants(asked(HX_Request="true", HX_History_Restore_Request="true"))


def test_scripts_are_htmx_and_whoever_takes_json() -> None:
    assert htmx.is_scripted(asked(HX_Request="true"))
    assert htmx.is_scripted(asked(Accept="application/json"))
    assert not htmx.is_scripted(asked(Accept="text/html,*/*"))
    assert not htmx.is_scripted(asked(HX_Request="true", HX_History_Restore_Request="true"))


def test_events_stand_beside_each_other() -> None:
    answer = htmx.toast(htmx.trigger(HttpResponse(), dialog_close=""), "Saved.", undo="/undo/")
    assert json.loads(answer["HX-Trigger"]) == {
        "dialog:close": {},
        "toast": {"text": "Saved.", "level": "info", "undo": "/undo/", "label": "Undo"},
    }


def test_there_is_one_place_that_asks_for_htmx() -> None:
    for file in APPS.rglob("*.py"):
        if file.relative_to(APPS).as_posix() != "web/htmx.py":
            assert not re.search(r"request\.htmx|HX-Request|headers.*HX-", file.read_text()), file
