"""Suggestions: reviewed, accepted into the record with their origin kept, taken back, or accepted by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.jobs import queue
from apps.jobs.models import Job, Queue
from apps.library.models import Keyword
from apps.tagging import describe, suggestions
from apps.tagging.models import AiPrompt, AiProvider, AiSettings, Suggestion
from tests.accounts.callers import Caller, bearer
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, ShareLinkFactory, many_in
from tests.tagging.conftest import Provide, afresh, have_described, suggested, work_off
from tests.tagging.provider_server import ProviderServer

pytestmark = pytest.mark.django_db
Agree = Callable[..., AiSettings]
PAGE = "/studio/north/suggestions/"


@pytest.fixture
def described(first: ProviderServer, provide: Provide, agree: Agree, photo: Photo, alice_user: User) -> Photo:
    provide(first)
    agree()
    have_described(photo, alice_user)
    return photo


def ids(photo: Photo, *texts: str) -> list[str]:
    with acting_in(photo.studio):
        rows = Suggestion.objects.for_studio(photo.studio).filter(photo_id=photo.pk)
        return [str(row.pk) for row in rows if row.text in texts]


def put(api: Caller, path: str, data: Any) -> Any:
    return api.put(path, data, content_type="application/json")


def undo(client: Client, studio: Studio) -> None:
    with acting_in(studio):
        entry = JournalEntry.objects.for_studio(studio).order_by("-id")[0]
    assert client.post(f"/studio/north/journal/{entry.pk}/undo/").status_code in (204, 302, 303)


def test_accepted_ones_are_keywords_with_their_origin_kept(alice: Client, described: Photo, north: Studio) -> None:
    assert afresh(described).keywords == []
    chosen = ids(described, "Oak", "Stairs")
    answer = alice.post(f"{PAGE}answer/", {"how": "accept", "suggestion": chosen})
    assert "2 suggestions accepted." in alice.get(answer["Location"]).content.decode()
    assert afresh(described).keywords == ["Oak", "Stairs"]
    with acting_in(north):
        told = suggestions.origins(afresh(described))
    assert told["oak"] == {"model": "ollama-vision", "confidence": 90, "is_automatic": False}
    undo(alice, north)
    assert afresh(described).keywords == []
    assert suggested(described)["Oak"] == ("tags", 90, "open")


def test_what_was_rejected_is_not_proposed_again(
    alice: Client, described: Photo, first: ProviderServer, alice_user: User
) -> None:
    alice.post(f"{PAGE}answer/", {"how": "reject", "suggestion": ids(described, "Oak")})
    have_described(described, alice_user)
    assert len(first.asked) == 2
    assert suggested(described) == {"Oak": ("tags", 90, "rejected"), "Stairs": ("tags", 40, "open")}
    assert "Stairs" in (text := alice.get(PAGE).content.decode())
    assert "<b>Oak</b>" not in text


def test_sure_ones_are_accepted_by_themselves(
    first: ProviderServer, provide: Provide, agree: Agree, photo: Photo, north: Studio, alice_user: User
) -> None:
    provide(first)
    agree(accept_from=90)
    have_described(photo, alice_user)
    assert suggested(photo) == {"Oak": ("tags", 90, "automatic"), "Stairs": ("tags", 40, "open")}
    assert afresh(photo).keywords == ["Oak"]
    with acting_in(north):
        entry = JournalEntry.objects.for_studio(north).get(verb="suggestions.accepted")
        assert suggestions.origins(afresh(photo))["oak"]["is_automatic"]
    assert entry.actor_id is None


def test_the_studios_own_word_is_used_and_what_is_there_is_not_proposed(
    first: ProviderServer, provide: Provide, agree: Agree, photo: Photo, north: Studio, alice_user: User
) -> None:
    provide(first)
    agree()
    with acting_in(north):
        Keyword(
            studio=north, name="Trees|Oak tree", folded="trees|oak tree", synonyms=["Oak"], folded_synonyms=["oak"]
        ).save(force_insert=True)
        Photo.objects.for_studio(north).filter(pk=photo.pk).update(keywords=["stairs"])
    have_described(photo, alice_user)
    assert suggested(photo) == {"Trees|Oak tree": ("tags", 90, "open")}


def test_alt_text_stands_in_the_clients_gallery(
    alice: Client, nobody: Client, first: ProviderServer, provide: Provide, agree: Agree, photo: Photo, album: Album,
    north: Studio, alice_user: User,
) -> None:  # fmt: skip
    provide(first, kind="openai")
    agree(purposes=["alt", "caption"])
    first.says = {"text": 'Ben & Anna on the "stairs"', "confidence": 0.8}
    have_described(photo, alice_user)
    with acting_in(north):
        rows = Suggestion.objects.for_studio(north)
        assert set(rows.values_list("purpose", flat=True)) == {"alt", "caption"}
        alt = rows.get(purpose="alt")
    token = "zqxtokenzqxtokenzqxtoken"
    ShareLinkFactory.create(album=album, token=token)
    before = nobody.get(f"/g/{token}/").content.decode()
    assert "Ben &amp; Anna" not in before
    alice.post(f"{PAGE}answer/", {"how": "accept", "suggestion": [str(alt.pk)]})
    assert afresh(photo).alt_text == 'Ben & Anna on the "stairs"'
    assert 'alt="Ben &amp; Anna on the &quot;stairs&quot;"' in nobody.get(f"/g/{token}/").content.decode()
    assert afresh(photo).caption == ""


def test_the_review_page_is_filtered_and_works_without_a_script(
    alice: Client, described: Photo, django_assert_max_num_queries: Any
) -> None:
    alice.get(PAGE)
    with django_assert_max_num_queries(22):
        text = alice.get(PAGE).content.decode()
    assert text.index("<b>Oak</b>") < text.index("<b>Stairs</b>")
    assert 'name="how" value="accept"' in text
    assert "Nothing to review" in alice.get(PAGE, {"purpose": "caption"}).content.decode()
    assert alice.post(f"{PAGE}answer/", {"how": "else"}).status_code == 400


def test_a_member_answers_what_lies_in_the_own_galleries_alone(
    described: Photo, north: Studio, erin_user: User, bob: Client
) -> None:
    other = AlbumFactory.create(studio=north, title="Other")
    keep_to(north, erin_user, other)
    erin = signed_in(erin_user)
    assert "Oak" not in erin.get(PAGE).content.decode()
    erin.post(f"{PAGE}answer/", {"how": "accept", "suggestion": ids(described, "Oak")})
    assert bob.post(f"{PAGE}answer/", {"how": "accept", "suggestion": ids(described, "Oak")}).status_code == 403
    assert afresh(described).keywords == []
    with many_in(north):
        PlacementFactory.create(album=other, photo=described)
    erin.post(f"{PAGE}answer/", {"how": "accept", "suggestion": ids(described, "Oak")})
    assert afresh(described).keywords == ["Oak"]


def test_new_photos_are_described_behind_their_renditions(
    first: ProviderServer, provide: Provide, agree: Agree, north: Studio, album: Album
) -> None:
    provide(first)
    agree(describes_new=True)
    with many_in(north):
        new = PhotoFactory.create(studio=north)
        PlacementFactory.create(album=album, photo=new)
    describe.photo_came(queue.Claimed(uuid4(), north.pk, Photo.RENDER, new.pk, 1))
    with acting_in(north):
        job = Job.objects.for_studio(north).get(kind="describe.tags")
        queue.put(north, Photo.RENDER, uuid4(), queue=Queue.IMAGES)
    assert job.queue == Queue.FACES
    # While any photo waits for its pictures, nobody is asked.
    answered = queue.answer(Queue.FACES, {"describe": [describe.describe]})
    assert answered is not None
    assert first.asked == []


# -- settings and the API ------------------------------------------------------------------------------


def test_a_day_over_the_api(
    first: ProviderServer, photo: Photo, north: Studio, alice_user: User, settings: Any
) -> None:
    settings.AI_HOSTS = (first.host,)
    api, url = bearer(alice_user, "north"), f"http://{first.host}"
    server = {"kind": "ollama", "url": f"{url}/", "model": "llava", "key": "sk-zqx-secret", "price_in": 100}
    assert api.send(f"/api/photos/{photo.pk}/process-ai").status_code == 409
    refused = put(api, "/api/ai/config", {"providers": [server | {"url": "https://evil.example.com"}]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "url_refused")
    told = put(api, "/api/ai/config", {"providers": [server], "purposes": ["tags"], "language": "de"})
    assert told.status_code == 200, told.content
    assert "sk-zqx" not in told.content.decode()
    assert (told.json()["enabled"], told.json()["providers"][0]["has_key"]) == (False, True)
    assert url in told.json()["consent_text"][0]
    assert put(api, "/api/ai/config", {"enabled": True}).status_code == 422
    assert put(api, "/api/ai/config", {"enabled": True, "i_may_send_photos": True}).json()["enabled"]
    put(api, "/api/ai/prompts", {"prompts": [{"purpose": "tags", "text": "Name the trees."}]})
    assert api.send("/api/ai/test", {"photo": str(photo.pk), "purpose": "tags"}).status_code == 202
    work_off()
    tried = api.get("/api/ai/test").json()
    assert (tried["state"], tried["proposals"][0]) == ("done", {"text": "Oak", "confidence": 90})
    assert suggested(photo) == {}, "nothing of a trial is kept"
    assert first.asked[0]["system"].startswith("Name the trees.")
    assert api.send(f"/api/photos/{photo.pk}/process-ai").status_code == 202
    work_off()
    listed = api.get("/api/tags/suggestions").json()["results"]
    assert [(one["text"], one["photo"]) for one in listed] == [("Oak", str(photo.pk)), ("Stairs", str(photo.pk))]
    done = api.send("/api/tags/suggestions", {"photo": str(photo.pk), "tag": "oak", "answer": "accept"})
    assert done.json()["undo"]
    assert afresh(photo).keywords == ["Oak"]
    assert api.get("/api/ai/config").json()["usage"]["requests"] == 2
    assert not put(api, "/api/ai/config", {"enabled": False}).json()["enabled"]


def test_a_key_stays_with_its_address_and_is_sealed(
    first: ProviderServer, north: Studio, alice_user: User, settings: Any
) -> None:
    settings.AI_HOSTS = (first.host, "other.example.com")
    api = bearer(alice_user, "north")
    server = {"kind": "openai", "url": f"http://{first.host}/v1", "model": "m"}
    put(api, "/api/ai/config", {"providers": [server | {"key": "sk-zqx-secret"}]})
    put(api, "/api/ai/config", {"providers": [server | {"model": "n"}]})
    with acting_in(north):
        row = AiProvider.objects.for_studio(north).get()
    assert (row.key, row.model) == ("sk-zqx-secret", "n")
    assert "sk-zqx" not in row.sealed_key
    put(api, "/api/ai/config", {"providers": [server | {"url": "https://other.example.com/v1"}]})
    with acting_in(north):
        assert AiProvider.objects.for_studio(north).get().key == ""


def test_the_settings_page_saves_asks_for_consent_and_tries_prompts(
    alice: Client, bob: Client, first: ProviderServer, photo: Photo, north: Studio, settings: Any
) -> None:
    page = "/studio/north/descriptions/"
    assert bob.get(page).status_code == 403
    assert "not allowed any server" in alice.get(page).content.decode()
    settings.AI_HOSTS = (first.host,)
    sent = {
        "purposes": ["tags", "alt"], "language": "de", "monthly_cap": "4.50", "accept_from": "",
        "server1-kind": "ollama", "server1-url": f"http://{first.host}", "server1-model": "llava",
        "server1-key": "sk-zqx-secret", "server1-price_in": "0.15", "server1-price_out": "0.6",
        "server2-kind": "openai", "server2-url": "", "server2-price_in": "0", "server2-price_out": "0",
    }  # fmt: skip
    wrong = alice.post(page, sent | {"server1-url": "http://192.168.1.1"})
    assert wrong.status_code == 422
    assert "has not allowed this server" in wrong.content.decode()
    assert alice.post(page, sent).status_code == 303
    text = alice.get(page).content.decode()
    assert "sk-zqx" not in text
    assert f"goes to http://{first.host}" in text
    with acting_in(north):
        row, provider = AiSettings.objects.for_studio(north).get(), AiProvider.objects.for_studio(north).get()
    assert (row.monthly_cap, provider.price_in, provider.price_out) == (450, 15, 60)
    alice.post(f"{page}switch/", {"on": "1"})
    assert "Descriptions are on" not in alice.get(page).content.decode()
    alice.post(f"{page}switch/", {"on": "1", "agreed": "1"})
    assert "Descriptions are on" in alice.get(page).content.decode()
    write = f"{page}prompts/write/"
    alice.post(write, {"purpose": "tags", "text": "Name the trees.", "do": "write"})
    alice.post(write, {"purpose": "tags", "text": "Try this.", "do": "try", "photo": str(photo.pk)})
    assert "Waiting for the server" in alice.get(f"{page}prompts/").content.decode()
    work_off()
    text = alice.get(f"{page}prompts/").content.decode()
    assert "Oak <small>90 %</small>" in text
    assert "Name the trees." in text
    assert first.asked[0]["system"].startswith("Try this.")
    alice.post(write, {"purpose": "tags", "text": "x", "do": "reset"})
    with acting_in(north):
        assert not AiPrompt.objects.for_studio(north).exists()
