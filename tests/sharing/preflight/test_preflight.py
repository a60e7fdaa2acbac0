"""Before a gallery is sent: each fault that a client would meet is found, said in words, and leads to what mends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Photo, PhotoState
from apps.media.models import Rendition
from apps.sharing.emails import templates
from apps.sharing.links import lifecycle
from apps.sharing.models import EmailKind, EmailTemplate, ShareLink, Shown
from apps.sharing.preflight import checks
from tests.factories import BlobFactory
from tests.sharing.conftest import Make, Share

pytestmark = pytest.mark.django_db


@pytest.fixture
def share(shared: Make) -> Share:
    return shared(download="original")


def looked(share: Share) -> dict[str, checks.Check]:
    with acting_in(share.studio):
        link = ShareLink.objects.for_studio(share.studio).select_related("album", "studio").get(pk=share.link.pk)
        link.album.studio = link.studio
        return {one.name: one for one in checks.look(link, now=timezone.now())}


def change(model: Any, share: Share, **values: Any) -> None:
    with acting_in(share.studio):
        model.objects.for_studio(share.studio).update(**values)


def with_cover(share: Share) -> None:
    change(Album, share, cover_id=share.photos[0].pk)


def test_a_gallery_in_order_is_green_throughout(share: Share) -> None:
    with_cover(share)
    found = looked(share)
    assert {one.light for one in found.values()} == {checks.Light.GREEN}, found
    assert {"Link", "Expiry", "Cover", "Link preview", "Rights", "Photos"} == set(found)
    assert not any(one.repair for one in found.values())


def closes_before_the_promise(share: Share) -> None:
    today = timezone.now().date()
    change(ShareLink, share, expires_on=today + timedelta(days=3), expires_at=timezone.now() + timedelta(days=3))
    change(Album, share, promised_on=today + timedelta(days=9))


def heavy_cover(share: Share) -> None:
    with acting_in(share.studio):
        blob = BlobFactory.create(studio=share.studio, size=900_000)
        Rendition.objects.for_studio(share.studio).filter(source_id=share.photos[0].original_id, kind="thumb").update(
            blob=blob
        )


def without_web_size(share: Share) -> None:
    with acting_in(share.studio):
        Rendition.objects.for_studio(share.studio).filter(source_id=share.photos[1].original_id, kind="web").delete()


def silent_template(share: Share) -> None:
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(password_hash="x")
        EmailTemplate(studio=share.studio, kind=EmailKind.DELIVERY, subject="Ready", body="{link}").save()


def with_pin(share: Share) -> None:
    change(ShareLink, share, pin_hash="x")


FAULTS: dict[str, tuple[Callable[[Share], None], str, checks.Light]] = {
    "a draft": (lambda share: change(Album, share, state=AlbumState.DRAFT), "Link", checks.Light.RED),
    "turned off": (lambda share: change(ShareLink, share, revoked_at=timezone.now()), "Link", checks.Light.RED),
    "closes before the promise": (closes_before_the_promise, "Expiry", checks.Light.RED),
    "a heavy cover": (heavy_cover, "Cover", checks.Light.AMBER),
    "no download": (lambda share: change(ShareLink, share, download="none"), "Rights", checks.Light.AMBER),
    "a size is missing": (without_web_size, "Photos", checks.Light.RED),
    "in work": (lambda share: change(Photo, share, state=PhotoState.PROCESSING), "Photos", checks.Light.AMBER),
    "failed": (lambda share: change(Photo, share, state=PhotoState.FAILED), "Photos", checks.Light.RED),
    "no photo to show": (lambda share: change(Photo, share, state=PhotoState.FAILED), "Cover", checks.Light.RED),
    "an email without a word of the password": (silent_template, "Password", checks.Light.RED),
    "a PIN": (with_pin, "PIN", checks.Light.AMBER),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_leads_to_what_mends_it(fault: str, share: Share, alice: Client) -> None:
    make, name, light = FAULTS[fault]
    with_cover(share)
    make(share)
    found = looked(share)[name]
    assert found.light == light, found
    assert found.repair
    answer = alice.post(found.address) if found.is_deed else alice.get(found.address)
    assert answer.status_code in (200, 303), found.address
    page = alice.get(reverse("sharing:preflight", args=["north", share.album.pk]), {"link": str(share.link.pk)})
    if not found.is_deed:
        assert light.value in page.content.decode()


def test_the_words_of_the_gallery_count_before_the_studios(share: Share, alice_user: User) -> None:
    silent_template(share)
    with acting_in(share.studio):
        words = templates.Template("Ready", "{link} {password_hint}")
        templates.set_of_gallery(Shown.of(share.album), EmailKind.DELIVERY, words)
        lifecycle.change(share.link, by=alice_user, password="open sesame")
    assert looked(share)["Password"].light == checks.Light.GREEN


def test_seconds_on_slow_4g() -> None:
    """Five round trips of 150 ms, then 60 kB of page and the picture at 1.6 Mbit/s."""
    assert checks.seconds_for(40_000) == pytest.approx(0.75 + 0.5)
    assert checks.seconds_for(290_000) == pytest.approx(2.5)


def test_looking_costs_the_same_for_many_photos(share: Share, django_assert_max_num_queries: Any) -> None:
    with acting_in(share.studio):
        share.link.album, share.link.studio = share.album, share.studio
        with django_assert_max_num_queries(7):
            checks.look(share.link, now=timezone.now())


def test_above_the_form_of_an_email_what_is_good_is_folded_away(share: Share, alice: Client) -> None:
    with_pin(share)
    page = reverse("sharing:preflight", args=["north", share.album.pk])
    part = alice.get(page, {"link": str(share.link.pk)}, headers={"HX-Request": "true"}).content.decode()
    seen, folded = part.split("<details", 1)
    assert "Downloads need a PIN" in seen
    assert "The link opens." not in seen
    assert "The link opens." in folded
    assert "<!doctype" not in part.lower()
