"""Search by meaning: texts as vectors by both protocols, after consent alone, beside the exact search, never in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.journal.models import JournalEntry
from apps.accounts.models import Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums import marks
from apps.albums.models import Album, Photo
from apps.jobs.models import Job
from apps.portability import layout
from apps.tagging.consent import SendingNotAgreed
from apps.tagging.meaning import agreement, ask, find, keep, protocol
from apps.tagging.meaning_models import MOST_DIMENSIONS
from apps.tagging.models import AiProvider, AiSettings, AiUsage, MeaningServer, MeaningWait, PhotoMeaning
from apps.tagging.protocols import NoAnswer
from config.celery import app
from config.tasks import STEPS
from tests.accounts.callers import bearer
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, many_in
from tests.tagging import provider_server as servers
from tests.tagging.conftest import work_off
from tests.tagging.provider_server import ProviderServer

pytestmark = pytest.mark.django_db
Set = Callable[..., MeaningServer]


@pytest.fixture
def serve(north: Studio, settings: Any, first: ProviderServer, alice_user: User) -> Set:
    """Let the studio have `first` as its server for meanings, and agree unless `agreed` is false."""

    def take(*, kind: str = "ollama", model: str = "small", agreed: bool = True, price_in: int = 0) -> MeaningServer:
        settings.AI_HOSTS = (*settings.AI_HOSTS, first.host)
        url = f"http://{first.host}" + ("/v1" if kind == "openai" else "")
        with acting_in(north):
            server = agreement.change(
                north, by=alice_user, key="sk-zqx-secret", kind=kind, url=url, model=model, price_in=price_in
            )
            return agreement.switch_on(north, by=alice_user, agreed=True) if agreed else server

    return take


def shot(album: Album, name: str, caption: str = "", keywords: tuple[str, ...] = ()) -> Photo:
    with many_in(album.studio):
        photo: Photo = PhotoFactory.create(
            studio=album.studio, camera_name=name, caption=caption, keywords=list(keywords)
        )
        PlacementFactory.create(album=album, photo=photo)
    return photo


def work() -> None:
    keep.put_jobs()
    work_off()


def vectors(studio: Studio) -> dict[str, list[float]]:
    with acting_in(studio):
        rows = PhotoMeaning.objects.for_studio(studio).values_list("photo__camera_name", "vector")
        return {name: [round(number, 1) for number in vector] for name, vector in rows}


def waiting(studio: Studio) -> int:
    with acting_in(studio):
        return MeaningWait.objects.for_studio(studio).count()


def sent(server: ProviderServer) -> list[str]:
    return [text for asked in server.asked for text in asked["texts"]]


def page(client: Client, q: str) -> str:
    answer = client.get("/studio/north/library/meaning/", {"q": q})
    assert answer.status_code == 200
    return answer.content.decode()


def named(text: str) -> list[str]:
    return re.findall(r'data-name="([^"]+)"', text)


@pytest.mark.parametrize("kind", ["ollama", "openai"])
def test_both_protocols_are_spoken_and_nothing_but_texts_is_sent(
    kind: str, first: ProviderServer, serve: Set, album: Album, alice: Client
) -> None:
    shot(album, "dog.jpg", "Ben with his dog", ("Animals|Dog",))
    shot(album, "cake.jpg", keywords=("cake",))
    shot(album, "none.jpg")
    serve(kind=kind)
    work()
    assert sorted(sent(first)) == ["Ben with his dog\nAnimals, Dog", "cake"]
    assert {asked["key"] for asked in first.asked} == {"Bearer sk-zqx-secret"}
    assert vectors(album.studio) == {"dog.jpg": [0.1, 1, 0, 0], "cake.jpg": [0.1, 0, 0, 1]}
    assert waiting(album.studio) == 0
    assert named(page(alice, "puppy"))[0] == "dog.jpg"
    assert sent(first)[-1] == "puppy"


def test_nothing_is_sent_before_somebody_agreed_in_words_nor_after_it_ended(
    first: ProviderServer, serve: Set, album: Album, alice: Client, alice_user: User, north: Studio
) -> None:
    shot(album, "dog.jpg", "dog")
    serve(agreed=False)
    with acting_in(north), pytest.raises(SendingNotAgreed):
        agreement.switch_on(north, by=alice_user, agreed=False)
    work()
    assert "switched off" in page(alice, "puppy")
    assert "meaning" not in alice.get("/studio/north/library/", {"q": "puppy"}).content.decode()
    assert first.asked == []
    told = alice.get("/studio/north/descriptions/meaning/").content.decode()
    assert f"go to http://{first.host}, and so does what" in " ".join(told.split())
    alice.post("/studio/north/descriptions/meaning/switch/", {"on": "1", "agreed": "1"})
    work()
    assert sent(first) == ["dog"]
    with acting_in(north):
        entry = JournalEntry.objects.for_studio(north).get(verb="ai.meaning_on")
    assert (entry.actor_id, entry.detail["to"]) == (alice_user.pk, f"http://{first.host}")
    alice.post("/studio/north/descriptions/meaning/switch/", {})
    assert vectors(north) == {}
    shot(album, "more.jpg", "more")
    assert waiting(north) == 0
    work()
    assert sent(first) == ["dog"]


def test_another_address_asks_for_another_agreement_and_loses_the_key(
    first: ProviderServer, second: ProviderServer, serve: Set, album: Album, alice_user: User, north: Studio,
    settings: Any,
) -> None:  # fmt: skip
    serve()
    settings.AI_HOSTS = (*settings.AI_HOSTS, second.host)
    with acting_in(north):
        server = agreement.change(
            north, by=alice_user, key=None, kind="ollama", url=f"http://{second.host}", model="small", price_in=0
        )
    assert server.key == ""
    shot(album, "dog.jpg", "dog")
    work()
    assert second.asked == first.asked == []


def test_texts_that_change_are_embedded_again_in_batches_and_the_same_text_is_not(
    first: ProviderServer, serve: Set, album: Album, alice_user: User, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "BATCH", 2)
    photos = [shot(album, f"{number}.jpg", f"dog {number}") for number in range(5)]
    serve()
    work()
    assert [len(asked["texts"]) for asked in first.asked] == [2, 2, 1]
    with acting_in(north):
        marks.tag(north, [photos[0].pk], by=alice_user, add=["stairs"])
        Photo.objects.for_studio(north).filter(pk=photos[1].pk).update(rating=4)
    assert waiting(north) == 1
    work()
    assert sent(first)[5:] == ["dog 0\nstairs"]
    with acting_in(north):
        agreement.embed_all(north)
    work()
    assert len(sent(first)) == 6, "what is known is not paid for twice"
    with acting_in(north):
        Photo.objects.for_studio(north).filter(pk=photos[1].pk).update(caption="")
    work()
    assert "1.jpg" not in vectors(north)
    due = app.conf.beat_schedule["embed texts"]
    app.loader.import_default_modules()
    assert due["task"] in app.tasks
    assert due["schedule"] <= 5
    assert agreement.EMBED in STEPS


def test_a_change_while_the_server_thinks_is_not_lost(
    first: ProviderServer, serve: Set, album: Album, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = shot(album, "a.jpg", "dog")
    serve()
    keep.put_jobs()
    before = ask.embed

    def meanwhile(*args: Any, **how: Any) -> Any:
        found = before(*args, **how)
        with acting_in(north):
            Photo.objects.for_studio(north).filter(pk=photo.pk).update(caption="cake")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(ask, "embed", meanwhile)
        work_off()
    assert waiting(north) == 1
    work()
    assert vectors(north) == {"a.jpg": [0.1, 0, 0, 1]}


def test_another_model_embeds_everything_anew_and_never_compares_with_the_old(
    first: ProviderServer, serve: Set, album: Album, alice: Client, alice_user: User, north: Studio
) -> None:
    shot(album, "dog.jpg", "dog")
    server = serve()
    work()
    with acting_in(north):
        agreement.change(north, by=alice_user, key=None, kind="ollama", url=server.url, model="large", price_in=0)
    assert named(page(alice, "puppy")) == [], "the old vectors are of another model"
    work()
    assert [asked["model"] for asked in first.asked] == ["small", "large", "large"]
    assert named(page(alice, "puppy")) == ["dog.jpg"]


def test_words_that_stand_there_come_first_filters_hold_and_the_normal_search_is_as_it_was(
    first: ProviderServer, serve: Set, album: Album, alice: Client
) -> None:
    shot(album, "exact.jpg", "a puppy")
    shot(album, "near.jpg", "the dog")
    shot(album, "far.jpg", "the cake")
    serve()
    work()
    text = page(alice, "puppy")
    assert named(text) == ["exact.jpg", "near.jpg", "far.jpg"]
    assert text.index("With these words") < text.index("Close in meaning</h2>") < text.index("near.jpg")
    assert named(page(alice, "puppy gallery:nowhere rating:>=1")) == []
    asked = len(first.asked)
    usual = alice.get("/studio/north/library/", {"q": "puppy"}).content.decode()
    assert named(usual) == ["exact.jpg"]
    assert "/studio/north/library/meaning/?q=puppy" in usual
    assert "Also look" not in alice.get("/studio/north/library/", {"q": "rating:>=4"}).content.decode()
    assert named(page(alice, "rating:>=4")) == []
    assert len(first.asked) == asked, "nothing is sent by a search that nobody asked to go by meaning"


def test_a_slow_or_broken_server_is_left_soon_and_rests(
    first: ProviderServer, serve: Set, album: Album, alice: Client, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot(album, "dog.jpg", "dog")
    serve()
    work()
    monkeypatch.setattr(find, "SECONDS", 0.2)
    first.reply = servers.slow
    assert "takes too long" in page(alice, "puppy")
    first.reply = servers.garbage
    assert "something else" in page(alice, "puppy")
    first.reply = servers.broken
    assert "busy or broken" in page(alice, "puppy")
    asked = len(first.asked)
    assert "asked again in a few minutes" in page(alice, "puppy")
    assert len(first.asked) == asked
    assert named(alice.get("/studio/north/library/", {"q": "dog"}).content.decode()) == ["dog.jpg"]


def test_what_it_costs_is_counted_and_capped(
    first: ProviderServer, serve: Set, album: Album, alice: Client, north: Studio
) -> None:
    shot(album, "dog.jpg", "dog")
    with acting_in(north):
        AiSettings(studio=north, monthly_cap=1).save()
    serve(price_in=100)
    work()
    with acting_in(north):
        usage = AiUsage.objects.for_studio(north).get()
        assert (usage.requests, usage.tokens_in, usage.tokens_out, usage.cost) == (1, 10, 0, 1000)
        AiUsage.objects.for_studio(north).update(cost=AiUsage.MILLION)
    assert "limit" in page(alice, "puppy")
    shot(album, "more.jpg", "cake")
    work()
    assert sent(first) == ["dog"]
    with acting_in(north):
        assert Job.objects.for_studio(north).get(kind=agreement.EMBED).state == "pending", "it goes on when it may"


def test_vectors_go_with_the_photo_and_stay_at_home(
    first: ProviderServer, serve: Set, album: Album, alice: Client, north: Studio, south: Studio
) -> None:
    photo = shot(album, "dog.jpg", "dog")
    serve()
    work()
    assert named(page(alice, "puppy")) == ["dog.jpg"]
    alice.post("/studio/north/library/photos/trash/", {"photo": str(photo.pk)})
    assert named(page(alice, "puppy")) == [], "not out of the trash"
    with acting_in(south):
        assert PhotoMeaning.objects.for_studio(south).count() == 0
    with across_studios():
        Photo.objects.for_studio(north).filter(pk=photo.pk).delete()
    assert vectors(north) == {}
    assert {"tagging_photomeaning", "tagging_meaningserver", "tagging_meaningwait"} <= set(layout.LEFT_OUT)


def test_members_find_what_they_see(
    first: ProviderServer, serve: Set, album: Album, erin_user: User, north: Studio
) -> None:
    shot(album, "dog.jpg", "dog")
    other = AlbumFactory.create(studio=north)
    shot(other, "other.jpg", "dog")
    serve()
    work()
    keep_to(north, erin_user, other)
    assert named(page(signed_in(erin_user), "puppy")) == ["other.jpg"]


@pytest.mark.parametrize(
    "body",
    [
        {"embeddings": [[1.0]]},
        {"embeddings": [[1.0], [1.0, 2.0]]},
        {"embeddings": [[], []]},
        {"embeddings": [[0.0], [1.0]]},
        {"embeddings": [["1"], [1.0]]},
        {"embeddings": [[1e9], [1.0]]},
        {"embeddings": [[1.0] * 4001] * 2},
        {"embeddings": None},
        [],
    ],
)
def test_what_is_no_answer_is_none(body: Any) -> None:
    with pytest.raises(NoAnswer):
        protocol.read("ollama", json.dumps(body).encode(), texts=2)
    with pytest.raises(NoAnswer):
        protocol.read("ollama", b'{"embeddings": [[NaN], [1.0]]}', texts=2)


def test_a_key_is_never_told(first: ProviderServer, serve: Set, alice: Client, north: Studio) -> None:
    server = serve()
    assert "sk-zqx" not in alice.get("/studio/north/descriptions/meaning/").content.decode()
    assert "sk-zqx" not in server.sealed_key
    assert AiProvider.MOST_FAILURES == 3
    assert ask.MOST_ANSWER > keep.BATCH * MOST_DIMENSIONS * 20


def test_a_program_sets_it_up_and_finds(
    first: ProviderServer, album: Album, alice_user: User, bob_user: User, settings: Any
) -> None:
    settings.AI_HOSTS = (*settings.AI_HOSTS, first.host)
    shot(album, "exact.jpg", "a puppy")
    shot(album, "dog.jpg", "the dog")
    api = bearer(alice_user, "north")
    server = {"kind": "ollama", "url": f"http://{first.host}", "model": "small", "key": "sk-zqx-secret"}

    def put(body: Any) -> Any:
        return api.put("/api/ai/meaning", body, content_type="application/json")

    assert put({"server": server | {"url": "http://elsewhere.example"}}).json()["error"]["code"] == "url_refused"
    assert put({"server": server, "enabled": True}).json()["error"]["code"] == "not_agreed"
    assert api.get("/api/photos/meaning?q=puppy").json()["error"]["code"] == "meaning_off"
    told = put({"server": server, "enabled": True, "i_may_send_texts": True}).json()
    assert (told["enabled"], told["waiting"], told["consent_to"]) == (True, 2, f"http://{first.host}")
    assert told["server"]["has_key"]
    assert "key" not in told["server"]
    work()
    found = bearer(bob_user, "north").get("/api/photos/meaning?q=puppy").json()
    assert (found["words"], [one["camera_name"] for one in found["results"]]) == ("puppy", ["dog.jpg"])
    assert bearer(bob_user, "north").get("/api/ai/meaning").status_code == 403
    assert put({"enabled": False}).json()["photos"] == 0
