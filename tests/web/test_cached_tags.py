"""Fixed texts of templates are rendered once, and are the same as before."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import engines
from django.utils import translation

LOOKED_UP = staticmethod(lambda path: "looked up again")
TEXTS = """{% load i18n static %}{% translate "Back to the top" %}|{% static "icons.svg" %}|{% trans 'Download' %}"""


def test_a_text_is_said_in_the_language_of_each_page() -> None:
    template = engines["django"].from_string(TEXTS)
    for _ in range(2):
        with translation.override("de"):
            assert template.render() == "Nach oben|/static/icons.svg|Herunterladen"
        with translation.override("en"):
            assert template.render() == "Back to the top|/static/icons.svg|Download"


def test_it_is_looked_up_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    template = engines["django"].from_string(TEXTS)
    first = template.render()
    monkeypatch.setattr("django.utils.translation.trans_real.gettext", lambda text: "looked up again")
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", LOOKED_UP)
    assert template.render() == first


def test_while_somebody_works_on_the_texts_they_are_looked_up_each_time(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DEBUG = True
    template = engines["django"].from_string(TEXTS)
    template.render()
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", LOOKED_UP)
    assert "looked up again" in template.render()


def test_what_depends_on_the_page_is_rendered_for_each_page() -> None:
    source = "{% load i18n static %}{% static path %}{% translate word %}{% translate 'a'|add:word %}"
    source += '{% translate "Selected" context "photo" as said %}{{ said }}{% static "x.css" as sheet %}{{ sheet }}'
    template = engines["django"].from_string(source)
    assert template.render({"path": "one.css", "word": "b"}) == "/static/one.cssbabSelected/static/x.css"
    assert template.render({"path": "two.css", "word": "c"}) == "/static/two.csscacSelected/static/x.css"


def test_escaping_is_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", staticmethod(lambda path: "a&b"))
    path = "{% static 'x.css' %}"
    template = engines["django"].from_string(
        f"{{% load static %}}{path} {{% autoescape off %}}{path}{{% endautoescape %}} {path}"
    )
    for _ in range(2):
        assert template.render() == "a&amp;b a&b a&amp;b"
