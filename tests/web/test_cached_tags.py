"""Fixed texts of templates are rendered once, and are the same as before."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError, engines
from django.urls import NoReverseMatch
from django.utils import translation
from django.utils.safestring import mark_safe

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


ADDRESS = "{% url name slug %}"
NAMES = (
    {"name": "albums:list", "slug": "one"},
    {"name": "faces:wall", "slug": "one"},
    {"name": "faces:wall", "slug": "t"},
)


def test_an_address_is_looked_up_once_for_the_same_name_and_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    template = engines["django"].from_string(ADDRESS)
    first = [template.render(name) for name in NAMES]
    assert first == ["/studio/one/albums/", "/studio/one/people/", "/studio/t/people/"]
    monkeypatch.setattr("apps.web.cached_tags.reverse", lambda *args, **kwargs: "looked up again")
    assert [template.render(name) for name in NAMES] == first
    assert template.render({"name": "albums:list", "slug": "new"}) == "looked up again"


def test_an_address_that_leads_nowhere_is_an_error_each_time() -> None:
    template = engines["django"].from_string(ADDRESS)
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            template.render({"name": "albums:nowhere", "slug": "one"})
    kept = engines["django"].from_string(
        "{% url 'albums:nowhere' as there %}{% url name slug as here %}[{{ there }}{{ here }}]"
    )
    assert kept.render({"name": "albums:list", "slug": "one"}) == "[/studio/one/albums/]"


def test_an_icon_is_drawn_once_and_each_icon_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    source = '{% include "_icon.html" with n="eye" only %}{% include "_icon.html" with n="lock" size="s" only %}'
    template = engines["django"].from_string(source)
    first = template.render()
    assert [word in first for word in ("icons.svg#eye", "icons.svg#lock", "icon--s")] == [True, True, True]
    varied = engines["django"].from_string('{% include "_icon.html" with n=name only %}')
    assert [f"#{name}" in varied.render({"name": name}) for name in ("eye", "lock")] == [True, True]
    monkeypatch.setattr("django.template.loader_tags.IncludeNode.render", lambda *_: "drawn again")
    assert template.render() == first


def test_blocks_of_a_layout_are_looked_for_once_and_each_page_fills_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Template("[{% block a %}a{% endblock %}|{% block b %}b{% block c %}c{% endblock %}{% endblock %}]")
    middle = Template("{% extends root %}{% block b %}({{ block.super }}){% endblock %}")
    pages = {
        "{% extends root %}": "[a|bc]",
        "{% extends root %}{% block c %}C{% endblock %}": "[a|bC]",
        "{% extends middle %}{% block a %}A{{ block.super }}{% endblock %}": "[Aa|(bc)]",
        "{% extends middle %}{% block b %}B{{ block.super }}{% endblock %}": "[a|B(bc)]",
        "{% extends middle %}": "[a|(bc)]",
    }
    made = {Template(source): wanted for source, wanted in pages.items()}
    for _ in range(2):
        for page, wanted in made.items():
            assert page.render(Context({"root": root, "middle": middle})) == wanted
    monkeypatch.setattr("django.template.base.NodeList.get_nodes_by_type", lambda *_: pytest.fail("looked for again"))
    for page, wanted in made.items():
        assert page.render(Context({"root": root, "middle": middle})) == wanted


# -- kept pieces -------------------------------------------------------------------------------------------------

PIECE = """{% load pieces %}{% kept name=who.name may=may %}{% if may %}<b>{{ name }}</b>{% endif %}{{ who.name }}
{% fresh %}{{ who.age }}{% endfresh %}{% if may %}|{% fresh %}{{ token }}{% endfresh %}{% endif %}{% endkept %}"""


def test_a_kept_piece_knows_its_values_alone_and_what_is_fresh_knows_the_page() -> None:
    template = engines["django"].from_string(PIECE)
    for age, token in ((1, "a"), (2, "<b>")):
        for name, may in (("Rosa & Karl", True), ("Karl", True), ("Karl", False)):
            page = template.render({"who": {"name": name, "age": age}, "may": may, "token": token})
            said = f"<b>{name}</b>".replace("&", "&amp;") if may else ""
            assert page == f"{said}\n{age}" + (f"|{token}".replace("<b>", "&lt;b&gt;") if may else "")


def test_a_kept_piece_is_rendered_once_for_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    template = engines["django"].from_string(
        "{% load pieces static %}{% kept path=path %}{% static path %}{% endkept %}"
    )
    assert template.render({"path": "one.css"}) == "/static/one.css"
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", LOOKED_UP)
    assert template.render({"path": "one.css"}) == "/static/one.css"
    assert template.render({"path": "two.css"}) == "looked up again"


def test_values_that_are_equal_and_written_otherwise_are_kept_apart() -> None:
    template = engines["django"].from_string("{% load pieces %}{% kept value=value %}{{ value }}{% endkept %}")
    values = [1, True, "a&b", mark_safe("a&b")]
    for _ in range(2):
        assert [template.render({"value": value}) for value in values] == ["1", "True", "a&amp;b", "a&b"]


def test_blocks_of_a_page_stand_in_what_is_fresh(settings: Any) -> None:
    parent = Template(
        "{% load pieces %}{% kept n=n %}{{ n }}:{% fresh %}{% block main %}{% endblock %}{% endfresh %}{% endkept %}"
    )
    for number in range(3):
        child = Template("{% extends parent %}{% block main %}{{ word }}" + str(number) + "{% endblock %}")
        assert child.render(Context({"parent": parent, "n": 1, "word": "w"})) == f"1:w{number}"


@pytest.mark.parametrize(
    "source",
    [
        "{% load pieces %}{% fresh %}x{% endfresh %}",
        "{% load pieces %}{% kept n=n %}{% fresh %}x{% endfresh %}{% include n %}{% endkept %}",
    ],
)
def test_what_is_fresh_stands_in_its_own_piece(source: str) -> None:
    part = Template("{% load pieces %}{% fresh %}x{% endfresh %}")
    with pytest.raises(TemplateSyntaxError):
        Template(source).render(Context({"n": part, "part": part}))
