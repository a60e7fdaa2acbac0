"""The editor keeps nothing between two requests: what the form holds is what is shown, asked and saved."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.library.questions import tree
from apps.smart_collections import editor
from apps.smart_collections.models import SmartCollection
from apps.smart_collections.starters import STARTERS
from tests.library.conftest import album, shoot  # noqa: F401
from tests.library.test_find import TODAY, a_group

pytestmark = pytest.mark.django_db
NEW = "/studio/north/smart-collections/new/"
FOUR = {"match": "all", "f:0": "rating", "was:0": "rating", "o:0": "gte", "v:0": "4"}


def form_of(draft: editor.DraftGroup) -> dict[str, Any]:
    """The fields of the editor, as its templates name them."""
    fields: dict[str, Any] = {("m:" + draft.path) if draft.path else "match": draft.match}
    for one in draft.rules:
        if isinstance(one, editor.DraftGroup):
            fields |= form_of(one)
        else:
            fields |= {f"f:{one.path}": one.name, f"was:{one.path}": one.name, f"o:{one.path}": one.op}
            several = one.arity == "many" and one.control in ("choice", "place")
            fields[f"v:{one.path}"] = one.values if several else one.first if one.arity == "pair" else one.value
            fields[f"w:{one.path}"] = one.second
    return fields


def posted(fields: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def kept(studio: Studio) -> list[tuple[str, Any]]:
    with acting_in(studio):
        return list(SmartCollection.objects.for_studio(studio).order_by("title").values_list("title", "rules"))


def test_any_rules_pass_through_the_form_unchanged() -> None:
    draw = random.Random(5)
    for _ in range(200):
        rules = tree.read(a_group(draw, 4))
        again = editor.understood(editor.of_form(posted(form_of(editor.of_tree(rules)))))
        assert again == rules


def test_buttons_add_and_remove_rows_at_any_depth() -> None:
    draft = editor.of_form(posted(FOUR | {"act": "group:"}))
    assert [type(one).__name__ for one in draft.rules] == ["DraftRule", "DraftGroup"]
    draft = editor.of_form(posted(form_of(draft) | {"act": "rule:1"}))
    inner = draft.rules[1]
    assert isinstance(inner, editor.DraftGroup)
    assert [one.path for one in inner.rules] == ["1.0", "1.1"]
    draft = editor.of_form(posted(form_of(draft) | {"act": "remove:0"}))
    assert [type(one).__name__ for one in draft.rules] == ["DraftGroup"]
    for act in ("remove:9.9", "rule:x", "group:0.0", "wings:1", "remove:"):
        assert form_of(editor.of_form(posted(form_of(draft) | {"act": act}))) == form_of(draft)


def test_another_field_begins_with_an_operator_that_it_knows() -> None:
    draft = editor.of_form(posted(FOUR | {"f:0": "camera"}))
    (rule,) = draft.rules
    assert isinstance(rule, editor.DraftRule)
    assert (rule.name, rule.op, rule.values) == ("camera", "is", [])


def test_a_question_is_saved_shown_changed_deleted_and_undone(
    erin: Client,
    north: Studio,
    shoot: Any,  # noqa: F811
) -> None:
    shoot("2024-05-01T10:00:00", rating=5, camera_name="five.jpg")
    shoot("2024-05-02T10:00:00", rating=2, camera_name="two.jpg")
    there = erin.post(NEW, FOUR | {"title": "Best", "act": "save"}).headers["location"]
    assert kept(north) == [("Best", {"match": "all", "rules": [{"field": "rating", "op": "gte", "value": 4}]})]
    text = erin.get(there).content.decode()
    assert ("five.jpg" in text, "two.jpg" in text, "rating 4 or more" in text) == (True, False, True)
    erin.post(f"{there}edit/", FOUR | {"v:0": "2", "title": "Good", "act": "save"})
    assert "two.jpg" in erin.get(there).content.decode()
    text = erin.post(f"{there}delete/", follow=True).content.decode()
    assert kept(north) == []
    undo = re.search(r'action="(/studio/north/journal/[^"]+/undo/)"', text)
    assert undo
    erin.post(undo[1])
    assert [title for title, _ in kept(north)] == ["Good"]
    assert erin.get(there).status_code == 200


def test_htmx_is_sent_to_the_page_of_what_was_saved(erin: Client) -> None:
    """A redirect it would follow itself, and put the page into the place of the form."""
    answer = erin.post(
        NEW, FOUR | {"title": "Best", "act": "save"}, headers={"HX-Request": "true", "HX-Target": "editor"}
    )
    assert answer.status_code == 200
    assert "/smart-collections/" in answer.headers["HX-Redirect"]


def test_what_is_found_is_counted_while_one_edits(erin: Client, north: Studio, shoot: Any) -> None:  # noqa: F811
    shoot(rating=5, camera_name="five.jpg")
    headers = {"HX-Request": "true", "HX-Target": "editor"}
    text = erin.post(NEW, FOUR, headers=headers).content.decode()
    assert "<html" not in text
    assert ("1 photo<" in text, "five.jpg" in text) == (True, True)
    assert "0 photos" in erin.post(NEW, FOUR | {"o:0": "lt"}, headers=headers).content.decode()
    unfinished = erin.post(NEW, FOUR | {"v:0": "many"}, headers=headers).content.decode()
    assert "Enter a number." in unfinished
    assert kept(north) == []


def test_what_cannot_be_asked_is_not_saved(erin: Client, north: Studio) -> None:
    for fields, told in (({"v:0": ""}, "Enter a number."), ({"title": ""}, "Give it a title.")):
        answer = erin.post(NEW, FOUR | {"title": "Best", "act": "save"} | fields)
        assert answer.status_code == 422
        assert told in answer.content.decode()
    assert kept(north) == []


def test_it_begins_with_a_search_or_a_starter(erin: Client) -> None:
    text = erin.get(NEW, {"q": "camera:r6 rating:>=4"}).content.decode()
    assert 'value="camera with “r6” · rating 4 or more"' in text
    assert 'name="f:1"' in text
    assert len(STARTERS) == 12
    for starter in STARTERS.values():
        assert tree.read(starter.tree(TODAY).as_plain()) == starter.tree(TODAY)
        assert starter.title in erin.get(NEW, {"starter": starter.key}).content.decode().replace("&#x27;", "'")


def test_a_viewer_reads_and_does_not_edit(bob: Client, north: Studio, alice_user: User) -> None:
    with acting_in(north):
        made = SmartCollection.create(north, title="All", tree=tree.EVERYTHING, by=alice_user)
    there = f"/studio/north/smart-collections/{made.pk}/"
    assert "All" in bob.get("/studio/north/smart-collections/").content.decode()
    assert bob.get(there).status_code == 200
    assert (bob.get(NEW).status_code, bob.post(f"{there}delete/").status_code) == (403, 403)


def test_rules_that_the_table_no_longer_knows_are_told(erin: Client, north: Studio, alice_user: User) -> None:
    with acting_in(north):
        made = SmartCollection.create(north, title="Old", tree=tree.EVERYTHING, by=alice_user)
        rules = {"match": "all", "rules": [{"field": "wings", "op": "is", "value": 1}]}
        SmartCollection.objects.for_studio(north).update(rules=rules)
    there = f"/studio/north/smart-collections/{made.pk}/"
    assert "no longer work" in erin.get(there).content.decode()
    assert erin.get(f"{there}edit/").status_code == 200
