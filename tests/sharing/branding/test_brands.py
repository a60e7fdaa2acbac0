"""A studio shows some of its galleries under another name, logo, colour and host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from apps.accounts import brands, hosts, journal
from apps.accounts.models import Brand, Domain, DomainState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import editing
from apps.albums.models import Album
from apps.sharing.branding import watermarks
from apps.sharing.emails import composing
from apps.sharing.gallery import kept_pages
from apps.sharing.models import EmailKind, ShareLink
from tests.accounts.callers import bearer
from tests.factories import jpeg
from tests.sharing.conftest import PASSWORD, Make, Share

pytestmark = pytest.mark.django_db

PAGE = "/studio/north/brands/"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    kept_pages.clear()
    hosts.forget()
    yield
    kept_pages.clear()
    hosts.forget()


@pytest.fixture
def business(north: Studio, alice_user: User) -> Brand:
    with acting_in(north):
        return brands.create(north, by=alice_user, name="Zqx Business", accent="#123456")


def wear(share: Share, brand: Brand | None, by: User) -> None:
    with acting_in(share.studio):
        album = Album.objects.for_studio(share.studio).get(pk=share.album.pk)
        album.studio = share.studio
        editing.change(album, by=by, brand_id=brand.pk if brand else None)


def html_of(path: str) -> str:
    return Client().get(path).content.decode()


def link_of(share: Share) -> ShareLink:
    rows = ShareLink.objects.for_studio(share.studio).select_related("studio", "album")
    with acting_in(share.studio):
        link: ShareLink = rows.get(pk=share.link.pk)
        _ = link.url
    return link


def test_a_gallery_shows_the_brand_that_it_wears(shared: Make, business: Brand, alice_user: User) -> None:
    share = shared()
    assert "North Light" in html_of(share.url())
    wear(share, business, alice_user)
    for name in ("gallery", "photo"):
        html = html_of(share.url(name, share.photos[0] if name == "photo" else None))
        assert "North Light" not in html
        assert "/brand/123456.css" in html
    assert "Zqx Business" in html_of(share.url())
    told = Client().get(f"/api/galleries/{share.token}").json()
    assert told["studio"] == {"name": "Zqx Business", "slug": "north"}
    wear(share, None, alice_user)
    assert "Zqx Business" not in html_of(share.url())


def test_so_do_the_pages_before_it(shared: Make, business: Brand, alice_user: User) -> None:
    share = shared(password=PASSWORD)
    wear(share, business, alice_user)
    html = html_of(share.url())
    assert "Zqx Business" in html
    assert "North Light" not in html


def test_so_do_its_emails(shared: Make, business: Brand, alice_user: User) -> None:
    share = shared()
    wear(share, business, alice_user)
    link = link_of(share)
    with acting_in(share.studio):
        words = composing.draft(link.album, link, EmailKind.DELIVERY, "en", note="")
    assert "Zqx Business" in words.text
    assert "#123456" in words.html
    assert "North Light" not in words.text + words.html


def test_a_change_of_the_brand_shows_at_once(shared: Make, business: Brand, alice_user: User) -> None:
    share = shared()
    wear(share, business, alice_user)
    assert "Zqx Business" in html_of(share.url())
    with acting_in(share.studio):
        business.studio = share.studio
        brands.change(business, by=alice_user, name="Zqx Portraits")
    assert "Zqx Portraits" in html_of(share.url())


def test_the_watermark_stays_the_studios(shared: Make, business: Brand, alice_user: User) -> None:
    share = shared(is_watermarked=True)
    before = watermarks.digest_for(share.studio, share.album, is_watermarked=True)
    worn = share.studio.dressed(business)
    assert (worn.name, worn.pk) == ("Zqx Business", share.studio.pk)
    assert watermarks.digest_for(worn, share.album, is_watermarked=True) == before


def test_a_removed_brand_gives_way_to_the_studios_and_comes_back(
    shared: Make, business: Brand, alice_user: User
) -> None:
    share = shared()
    wear(share, business, alice_user)
    with acting_in(share.studio):
        business.studio = share.studio
        entry = brands.remove(business, by=alice_user)
    assert "North Light" in html_of(share.url())
    with acting_in(share.studio):
        journal.undo(entry, by=alice_user)
    assert "Zqx Business" in html_of(share.url())


def test_a_brands_host_comes_before_the_studios(
    shared: Make, business: Brand, alice_user: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://app.glassine.example"
    share = shared()
    with acting_in(share.studio):
        Studio.objects.filter(pk=share.studio.pk).update(host="photos.example.com")
        Brand.objects.for_studio(share.studio).filter(pk=business.pk).update(host="business.example.com")
        row = Domain(studio=share.studio, brand=business, host="business.example.com", state=DomainState.VERIFIED)
        row.save(force_insert=True)
    assert link_of(share).url.startswith("https://photos.example.com/g/")
    wear(share, business, alice_user)
    assert link_of(share).url.startswith("https://business.example.com/g/")
    hosts.forget()
    assert Client(headers={"host": "business.example.com"}).get(share.url()).status_code == 200
    wear(share, None, alice_user)


# -- the pages -------------------------------------------------------------------------------------------------------


def test_an_owner_makes_changes_and_removes_them(shared: Make, alice: Client) -> None:
    share = shared()
    made = alice.post(PAGE, {"name": "Zqx Weddings", "accent": "#aa3366"})
    page = made["Location"]
    assert page.startswith(PAGE)
    assert "Zqx Weddings" in alice.get(PAGE).content.decode()
    logo = SimpleUploadedFile("logo.jpg", jpeg(), content_type="image/jpeg")
    alice.post(f"{page}logo/", {"logo": logo})
    edit = f"/studio/north/albums/{share.album.pk}/edit/"
    assert "Zqx Weddings" in alice.get(edit).content.decode()
    brand_id = page.split("/")[-2]
    said = {"title": "Zqx wedding", "brand_id": brand_id}
    assert alice.post(edit, said).status_code == 303
    html = html_of(share.url())
    assert f"/studio/north/logo/{brand_id}.png?v=" in html
    assert Client().get(f"/studio/north/logo/{brand_id}.png").headers["Content-Type"] == "image/png"
    assert "1 gallery shows this brand" in alice.get(page).content.decode()
    assert alice.post(edit, {**said, "brand_id": str(share.album.pk)}).status_code == 422
    alice.post(f"{page}remove/")
    assert alice.get(page).status_code == 404
    assert "Zqx Weddings" not in html_of(share.url())


def test_nobody_else_may(business: Brand, erin: Client, bob: Client, charlie: Client) -> None:
    page = f"{PAGE}{business.pk}/"
    for client, status in ((erin, 403), (bob, 403), (charlie, 404)):
        for path in (PAGE, page, f"{page}domain/"):
            assert client.get(path).status_code == status
        for path in (PAGE, page, f"{page}logo/", f"{page}remove/", f"{page}domain/", f"{page}domain/check/"):
            assert client.post(path, {"name": "x", "accent": "#000000"}).status_code == status


def test_the_api_makes_changes_and_removes_them(
    shared: Make, alice_user: User, south: Studio, charlie_user: User
) -> None:
    share, caller = shared(), bearer(alice_user, "north")
    made = caller.send("/api/brands", {"name": "Zqx Weddings", "accent": "#aa3366"}).json()
    path, album = f"/api/brands/{made['id']}", f"/api/albums/{share.album.pk}"
    changed = caller.patch(path, {"name": "Zqx Days"}, content_type="application/json").json()
    assert (changed["name"], changed["accent"], changed["has_logo"]) == ("Zqx Days", "#aa3366", False)
    worn = caller.patch(album, {"brand": made["id"]}, content_type="application/json").json()
    assert worn["brand"] == made["id"]
    with acting_in(south):
        theirs = brands.create(south, by=charlie_user, name="Theirs", accent="#000000")
    refused = caller.patch(album, {"brand": str(theirs.pk)}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["brand"])
    assert caller.delete(path).json()["undo"]
    assert caller.get("/api/brands").json()["results"] == []
