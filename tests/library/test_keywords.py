"""The keyword library: counted as searches find them, renamed, merged and deleted everywhere with one way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import bulk
from apps.albums.models import Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.library import index
from apps.library.keywords.paths import BadKeyword, clean_name, new_name, rewritten
from apps.library.models import Keyword
from apps.library.questions.tree import read
from config.tasks import STEPS
from tests.accounts.callers import bearer
from tests.actors import keep_to, signed_in
from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db
PAGE = "/studio/north/keywords/"


def change(client: Client, do: str, *keywords: str, **fields: Any) -> Any:
    return client.post(f"{PAGE}change/", {"do": do, "keyword": keywords, **fields}, headers={"HX-Request": "true"})


def listed(client: Any, **query: str) -> dict[str, int]:
    text = client.get("/api/tags/library", query).json()
    return {one["name"]: one["photos"] for one in text["results"]}


def found(client: Client, q: str) -> list[str]:
    text = client.get("/studio/north/library/", {"q": q}).content.decode()
    assert 'class="misread"' not in text, text
    return sorted(re.findall(r'data-name="([^"]+)"', text))


def words(photo: Photo) -> list[str]:
    with acting_in(photo.studio):
        return list(Photo.objects.for_studio(photo.studio).get(pk=photo.pk).keywords)


def undo(client: Client, studio: Studio) -> None:
    """Take back what was done last."""
    with acting_in(studio):
        entry = JournalEntry.objects.for_studio(studio).order_by("-id")[0]
    assert client.post(f"/studio/north/journal/{entry.pk}/undo/").status_code in (204, 302, 303)


@pytest.fixture
def api(alice_user: User) -> Any:
    return bearer(alice_user, "north")


@pytest.fixture
def zoo(shoot: Shoot) -> list[Photo]:
    """Three photos with keywords, and one without."""
    return [
        shoot(camera_name="dog.jpg", keywords=["Animals|Dog", "Süden"]),
        shoot(camera_name="cat.jpg", keywords=["animals|Cat", "sueden", "suden"]),
        shoot(camera_name="pet.jpg", keywords=["Animals", "Pets"]),
        shoot(camera_name="none.jpg"),
    ]


def test_keywords_are_paths() -> None:
    assert clean_name("  Animals |  Dog\x00 ") == "Animals|Dog"
    for bad in ("", " ", "a||b", "|a", "x" * 81, "a, b"):
        with pytest.raises(BadKeyword):
            clean_name(bad)
    assert new_name("Animals|Dog|Poodle", {"animals": "Tiere"}) == "Tiere|Dog|Poodle"
    assert new_name("Animals|Dog|Poodle", {"animals": "Tiere", "animals|dog": "Hund"}) == "Hund|Poodle"
    assert new_name("animalstore", {"animals": "Tiere"}) is None
    assert rewritten(["Dog", "Hund", "dog house"], {"dog": "Hund"}) == ["Hund", "dog house"]
    assert rewritten(["Dog|Poodle", "Cat"], {"dog": ""}) == ["Cat"]


def test_each_keyword_is_counted_as_it_is_found(alice: Client, api: Any, zoo: list[Photo]) -> None:
    counts = listed(api)
    assert list(counts) == ["Animals", "animals|Cat", "Animals|Dog", "Pets", "Süden", "sueden"]
    for name, number in counts.items():
        assert len(found(alice, f'keyword:"{name}"')) == number, name
    assert counts["Animals"] == 3
    assert list(listed(api, q="dog")) == ["Animals|Dog"]


def test_pages_of_keywords_go_on_where_they_ended(api: Any, zoo: list[Photo]) -> None:
    every, seen, url = list(listed(api)), list[str](), "/api/tags/library?limit=2"
    while url:
        page = api.get(url.replace("http://testserver", "")).json()
        seen += [one["name"] for one in page["results"]]
        url = page["next"]
    assert seen == every


def test_a_page_asks_a_handful_of_questions(
    alice: Client, zoo: list[Photo], django_assert_max_num_queries: Any
) -> None:
    alice.get(PAGE)
    with django_assert_max_num_queries(22):
        assert alice.get(PAGE).status_code == 200


def test_a_renamed_keyword_takes_what_lies_below_along(
    alice: Client, api: Any, north: Studio, zoo: list[Photo]
) -> None:
    change(alice, "rename", "animals", new="Tiere")
    assert [words(photo)[0] for photo in zoo[:3]] == ["Tiere|Dog", "Tiere|Cat", "Tiere"]
    assert "Animals" not in listed(api)
    # Searches of before find what they found.
    assert len(found(alice, "keyword:animals")) == len(found(alice, "keyword:tiere")) == 3
    assert found(alice, 'keyword:"Animals|Dog"') == ["dog.jpg"]
    assert index.wrong(north.pk) == []
    undo(alice, north)
    assert [words(photo)[0] for photo in zoo[:3]] == ["Animals|Dog", "animals|Cat", "Animals"]
    with acting_in(north):
        assert not Keyword.objects.for_studio(north).exists()


def test_a_taken_name_is_no_rename_but_a_merge(alice: Client, north: Studio, zoo: list[Photo]) -> None:
    assert "Merge" in alice.get(change(alice, "rename", "pets", new="Animals").url).content.decode()
    assert words(zoo[2]) == ["Animals", "Pets"]
    change(alice, "merge", "Pets", "Süden", new="Animals")
    assert [words(photo) for photo in zoo] == [
        ["Animals|Dog", "Animals"], ["animals|Cat", "sueden", "Animals"], ["Animals"], []
    ]  # fmt: skip
    assert len(found(alice, "keyword:pets")) == 3
    undo(alice, north)
    assert words(zoo[2]) == ["Animals", "Pets"]


def test_nothing_goes_below_itself_or_grows_too_long(alice: Client, zoo: list[Photo]) -> None:
    for do, new, reason in (
        ("rename", "Animals|Old", "isn’t one of these"),
        ("merge", "Animals|Old", "isn’t one of these"),
        ("rename", "x" * 78, "more than 80 letters"),
        ("rename", "", "Enter a keyword"),
    ):
        assert reason in alice.get(change(alice, do, "Animals", new=new).url).content.decode()
    assert [words(photo)[0] for photo in zoo[:3]] == ["Animals|Dog", "animals|Cat", "Animals"]


def test_deleted_keywords_leave_photos_in_the_trash_too(alice: Client, north: Studio, zoo: list[Photo]) -> None:
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=zoo[0].pk).update(trashed_at="2026-01-01T00:00:00Z")
    change(alice, "delete", "animals")
    assert [words(photo) for photo in zoo[:3]] == [["Süden"], ["sueden", "suden"], ["Pets"]]
    undo(alice, north)
    assert words(zoo[0]) == ["Animals|Dog", "Süden"]


def test_a_synonym_finds_its_keyword(alice: Client, north: Studio, zoo: list[Photo]) -> None:
    change(alice, "synonyms", "Animals", synonyms="Tiere, Viecher")
    assert len(found(alice, "keyword:viecher")) == len(found(alice, "-keyword:none keyword:TIERE")) == 3
    assert found(alice, 'keyword:"tiere|dog"') == ["dog.jpg"]
    change(alice, "synonyms", "Animals", synonyms="Tiere")
    assert found(alice, "keyword:viecher") == []
    undo(alice, north)
    assert len(found(alice, "keyword:viecher")) == 3


def test_tags_of_other_programs_are_keywords(alice: Client, zoo: list[Photo]) -> None:
    assert found(alice, "tag:pets") == ["pet.jpg"]
    rules = {"match": "all", "rules": [{"field": "tag", "op": "is", "value": "Pets"}]}
    assert read(rules).as_plain()["rules"][0]["field"] == "keyword"


def test_a_keyword_may_be_there_before_a_photo_has_it(alice: Client, api: Any, zoo: list[Photo]) -> None:
    change(alice, "add", name="Events | Wedding")
    assert listed(api)["Events|Wedding"] == listed(api)["Events"] == 0
    assert "already have" in alice.get(change(alice, "add", name="events|wedding").url).content.decode()


def test_many_photos_go_on_as_a_task_with_one_way_back(
    alice: Client, api: Any, north: Studio, zoo: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(Task, "SLICE", 2)
    answer = api.post("/api/tags/library", {"do": "rename", "keywords": ["Animals"], "new": "Tiere"})
    assert answer.status_code == 202
    while queue.answer(Queue.DEFAULT, STEPS):
        pass
    assert [words(photo)[0] for photo in zoo[:3]] == ["Tiere|Dog", "Tiere|Cat", "Tiere"]
    with acting_in(north):
        task = Task.objects.for_studio(north).get()
    assert (task.state, task.changed, task.message) == ("done", 3, "Keywords of 3 photos changed.")
    assert alice.post(f"/studio/north/journal/{task.undo}/undo/").status_code in (204, 302, 303)
    assert [words(photo)[0] for photo in zoo[:3]] == ["Animals|Dog", "animals|Cat", "Animals"]
    assert found(alice, "keyword:tiere") == []


def test_viewers_look_and_restricted_members_find_nothing(
    bob: Client, north: Studio, zoo: list[Photo], erin_user: User, album: Any
) -> None:
    assert bob.get(PAGE).status_code == 200
    assert change(bob, "delete", "animals").status_code in (403, 404)
    assert words(zoo[2]) == ["Animals", "Pets"]
    keep_to(north, erin_user, album)
    assert signed_in(erin_user).get(PAGE).status_code == 404


def test_the_history_says_what_was_merged(alice: Client, zoo: list[Photo]) -> None:
    change(alice, "merge", "Pets", "Süden", new="Animals")
    history = alice.get("/studio/north/history/").content.decode()
    assert "merged “Pets” and “Süden” into “Animals”" in history
