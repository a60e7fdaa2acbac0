"""A member looks at a gallery in a guest's place: as the guest sees it, framed, counted nowhere, changing nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Membership, Role, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Placement
from apps.sharing import access
from apps.sharing.access import known, passes
from apps.sharing.activity import record
from apps.sharing.guests import view_as
from apps.sharing.models import Activity, ActivityKind, Selection, ShareLink, Visitor
from tests.actors import keep_to, signed_in
from tests.factories import AlbumFactory
from tests.sharing.access.test_door import GUEST_ROUTES, addresses
from tests.sharing.conftest import PASSWORD, Make, Share, fetch
from tests.sharing.guests.test_who import ANNA, introduced, people

pytestmark = pytest.mark.django_db(transaction=True)

FRAME = "preview-frame"


def begin_address(share: Share, name: str = "view_as") -> str:
    return reverse(f"sharing:{name}", args=[share.studio.slug, share.album.pk, share.link.pk])


def looking(share: Share, client: Client, visitor: Visitor | None = None) -> Client:
    """The member's browser inside the gallery."""
    response = client.post(begin_address(share), {"visitor": str(visitor.pk)} if visitor else {})
    assert (response.status_code, response["Location"]) == (303, share.url())
    return client


def text(client: Client, share: Share) -> str:
    return client.get(share.url()).content.decode()


def test_a_member_looks_without_the_password_and_in_a_frame(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    looking(share, erin)
    for path in (share.url(), share.url("photo", share.photos[0]), reverse("sharing:who", args=[share.token])):
        shown = erin.get(path).content.decode()
        assert FRAME in shown, path
        assert begin_address(share, "view_as_end") in shown
    assert "Zqx wedding" in text(erin, share)


def test_it_counts_no_view_and_writes_nothing(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD, download="original")
    introduced(share, _entered(share))
    (anna,) = people(share)
    with acting_in(share.studio):
        before = Activity.objects.for_studio(share.studio).count()
        Visitor.objects.for_studio(share.studio).update(seen_at=timezone.now() - timedelta(days=1))
    share.reload()
    views = share.link.views
    looking(share, erin, anna)
    for path in addresses(share):
        erin.get(path)
    share.reload()
    with acting_in(share.studio):
        assert Activity.objects.for_studio(share.studio).count() == before
    assert share.link.views == views
    assert people(share)[0].seen_at < timezone.now() - timedelta(hours=23)
    assert passes.COOKIE.name(share.link.pk) not in erin.cookies


def test_looking_at_the_favourites_of_somebody_without_lists_makes_none(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD, may_favourite=True)
    introduced(share, _entered(share))
    (anna,) = people(share)
    looking(share, erin, anna)
    assert FRAME in erin.get(reverse("sharing:favourites", args=[share.token])).content.decode()
    with acting_in(share.studio):
        assert not Selection.objects.for_studio(share.studio).exists()


def _entered(share: Share) -> Client:
    client = Client()
    client.post(share.url(), {"password": PASSWORD})
    return client


def test_the_member_sees_what_the_visitor_sees(shared: Make, erin: Client) -> None:
    share = shared()
    introduced(share)
    (anna,) = people(share)
    assert "as a guest" in text(looking(share, erin), share)
    assert "as Anna Zqx" in text(looking(share, erin, anna), share)
    who = erin.get(reverse("sharing:who", args=[share.token])).content.decode()
    assert "Signed in as Anna Zqx" in who


def test_hidden_photos_are_hidden_from_the_previewing_member(shared: Make, erin: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Placement.objects.for_studio(share.studio).filter(photo_id=share.photos[1].pk).update(is_hidden=True)
    shown = text(looking(share, erin), share)
    assert str(share.photos[0].pk) in shown
    assert str(share.photos[1].pk) not in shown
    assert erin.get(share.url("photo", share.photos[1])).status_code == 404


def test_deeds_are_refused_with_a_sentence(shared: Make, erin: Client) -> None:
    share = shared()
    introduced(share)
    (anna,) = people(share)
    looking(share, erin, anna)
    deeds = [path for path in addresses(share) if "?" not in path and Client().get(path).status_code == 405]
    assert len(deeds) >= 2
    for path in deeds:
        plain = erin.post(path, ANNA)
        assert (plain.status_code, view_as.REFUSED in plain.content.decode()) == (403, True), path
        scripted = erin.post(path, ANNA, headers={"Accept": "application/json"})
        assert (scripted.status_code, scripted.json()["code"]) == (403, "preview"), path
    assert len(people(share)) == 1
    assert {"who_save", "who_code"} <= GUEST_ROUTES.keys()


def test_the_members_own_visitor_cookie_does_not_matter(shared: Make, erin: Client) -> None:
    share = shared()
    introduced(share, erin)
    assert known.COOKIE.name(share.album.pk) in erin.cookies
    looking(share, erin)
    assert "Signed in as Anna" not in erin.get(reverse("sharing:who", args=[share.token])).content.decode()


def test_a_link_that_asks_first_opens_at_once_for_a_preview(shared: Make, erin: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(asks_identity=True)
    assert "Zqx wedding" in text(looking(share, erin), share)


def test_a_draft_can_be_looked_at_and_a_revoked_link_cannot(shared: Make, erin: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(state=AlbumState.DRAFT)
    assert "Zqx wedding" in text(looking(share, erin), share)
    assert Client().get(share.url()).status_code == 404
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    assert erin.get(share.url()).status_code == 410
    refused = erin.post(begin_address(share))
    assert refused["Location"] == reverse("sharing:links", args=[share.studio.slug, share.album.pk])


def test_exit_ends_it(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    looking(share, erin)
    left = erin.post(begin_address(share, "view_as_end"))
    assert left["Location"] == reverse("sharing:links", args=[share.studio.slug, share.album.pk])
    page = text(erin, share)
    assert FRAME not in page
    assert 'name="password"' in page


def _no_member(share: Share, user: User) -> None:
    with acting_in(share.studio):
        Membership.objects.for_studio(share.studio).filter(user=user).delete()


def _viewer(share: Share, user: User) -> None:
    with acting_in(share.studio):
        Membership.objects.for_studio(share.studio).filter(user=user).update(role=Role.VIEWER)


def _elsewhere(share: Share, user: User) -> None:
    keep_to(share.studio, user, AlbumFactory.create(studio=share.studio))


def _contributor(share: Share, user: User) -> None:
    with acting_in(share.studio):
        Membership.objects.for_studio(share.studio).filter(user=user).update(role=Role.CONTRIBUTOR, is_restricted=True)
    keep_to(share.studio, user, share.album)


def _sessions_ended(share: Share, user: User) -> None:
    share.change(password="another one")


def _inactive(share: Share, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", [_no_member, _viewer, _elsewhere, _contributor, _sessions_ended, _inactive])
def test_g17_it_ends_with_the_membership_and_the_links_sessions(shared: Make, erin_user: User, end: object) -> None:
    share = shared(password=PASSWORD)
    client = looking(share, signed_in(erin_user))
    assert FRAME in text(client, share)
    end(share, erin_user)  # type: ignore[operator]
    page = text(client, share)
    assert FRAME not in page
    assert "Zqx " not in page


def test_the_cookie_is_bound_to_the_member_and_the_link(shared: Make, erin: Client, alice: Client) -> None:
    share, other = shared(password=PASSWORD), shared(password=PASSWORD)
    looking(share, erin)
    value = erin.cookies[view_as.COOKIE.name()].value
    morsel = erin.cookies[view_as.COOKIE.name()]
    assert (bool(morsel["httponly"]), morsel["samesite"], morsel["max-age"]) == (True, "Lax", 2 * 3600)
    assert 'name="password"' in text(erin, other)
    for client in (alice, Client()):
        client.cookies[view_as.COOKIE.name()] = value
        assert 'name="password"' in text(client, share)
    for forged in (value[:-1] + "x", "", "....", value.replace(".1.", ".2.")):
        erin.cookies[view_as.COOKIE.name()] = forged
        assert 'name="password"' in text(erin, share)


def test_it_ends_by_itself(shared: Make, erin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(password=PASSWORD)
    looking(share, erin)
    later = timezone.now() + view_as.COOKIE.lifetime
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert FRAME not in text(erin, share)


def test_who_may_begin(shared: Make, bob: Client, charlie: Client, nobody: Client, erin: Client) -> None:
    share, other = shared(), shared()
    introduced(other)
    assert bob.post(begin_address(share)).status_code == 403
    assert charlie.post(begin_address(share)).status_code == 404
    assert nobody.post(begin_address(share)).status_code == 302
    assert erin.get(begin_address(share)).status_code == 405
    for foreign in (str(people(other)[0].pk), "nonsense"):
        assert erin.post(begin_address(share), {"visitor": foreign}).status_code == 404


def test_pictures_are_the_members(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    looking(share, erin)
    assert fetch(erin, share.picture()).status == 200


def test_the_share_page_leads_there(shared: Make, erin: Client, bob: Client) -> None:
    share = shared()
    page = reverse("sharing:links", args=[share.studio.slug, share.album.pk])
    assert begin_address(share) in erin.get(page).content.decode()
    assert begin_address(share) not in bob.get(page).content.decode()
    assert reverse("sharing:visitors", args=[share.studio.slug, share.album.pk]) in bob.get(page).content.decode()


def test_the_gallery_s_page_shows_what_the_client_sees(shared: Make, erin: Client, bob: Client) -> None:
    share = shared(password=PASSWORD)
    where = reverse("sharing:preview", args=["north", share.album.pk])
    assert f'action="{where}"' in erin.get(share.album.get_absolute_url()).content.decode()
    assert erin.post(where)["Location"] == share.url()
    assert "preview-bar" in erin.get(share.url()).content.decode()
    assert bob.post(where).status_code == 403
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(revoked_at=timezone.now())
    assert erin.post(where)["Location"] == reverse("sharing:links", args=["north", share.album.pk])


def test_what_a_preview_would_write_down_is_not(shared: Make) -> None:
    share = shared()
    now = timezone.now()
    grant = access.open_preview(share.token, share.link.pk, share.link.version, shown_as=None, now=now)
    guest = access.open_link(share.token, {}, now=now)
    assert grant is not None
    for one, written in ((grant, 0), (guest, 1)):
        with acting_in(share.studio):
            record.record(one, ActivityKind.DOWNLOADED)
            assert Activity.objects.for_studio(share.studio).count() == written
