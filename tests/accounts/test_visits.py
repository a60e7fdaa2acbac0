"""The operator looks into a studio: for an hour, changing nothing, and the studio knows."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts import second_factor, visits
from apps.accounts.access import Door, StudioRequest, enter, member_of, present_in, studio_page, visitor_of
from apps.accounts.journal.sentences import sentence
from apps.accounts.models import JournalEntry, OperatorVisit, Role, Studio, Task, User
from apps.accounts.second_factor import STEP_SECONDS, totp
from apps.accounts.tenancy import across_studios, acting_in, read_only
from apps.albums.models import Album
from apps.sharing.gallery import pictures
from config.phrases import PHRASES
from tests.accounts.emails import sent
from tests.actors import signed_in
from tests.factories import PASSWORD, AlbumFactory, MembershipFactory, UserFactory
from tests.sharing.conftest import Make, fetch, shared, shared_kind
from tests.test_strangers import METHODS, STUDIO_ROUTES, quiet, written
from tests.world import World, build_world

__all__ = ["quiet", "shared", "shared_kind"]
pytestmark = pytest.mark.django_db
VISIT, END = "/status/visit/", "/status/visit/end/"
REASON = "You asked why IMG_7 is dark"


@pytest.fixture
def olga_user(settings: Settings) -> User:
    """Who runs the installation; a member of no studio."""
    settings.OPERATORS = ("olga@example.com",)
    user: User = UserFactory.create(name="Olga", email="olga@example.com")
    return user


@pytest.fixture
def olga(olga_user: User) -> Client:
    return signed_in(olga_user)


@pytest.fixture
def visit(olga_user: User, north: Studio, alice_user: User) -> OperatorVisit:
    return visits.begin(olga_user, "north", reason=REASON)


@pytest.fixture
def world(north: Studio, alice_user: User) -> World:
    return build_world(north, alice_user)


def ask(client: Client, **fields: str) -> int:
    """Ask for a visit by the page; the status of the answer."""
    asked = {"slug": "north", "reason": REASON, "current": PASSWORD, **fields}
    return client.post(VISIT, asked).status_code


def galleries(studio: Studio) -> str:
    return reverse("albums:list", args=[studio.slug])


def all_visits() -> list[OperatorVisit]:
    with across_studios():
        return list(OperatorVisit.objects.select_related("studio").order_by("began_at"))


def told(studio: Studio) -> list[str]:
    """What the studio's history says of visits, oldest first."""
    with acting_in(studio):
        rows = JournalEntry.objects.for_studio(studio).filter(verb__startswith="visit.").select_related("actor")
        return [f"{row.actor or 'Glassine'} {sentence(PHRASES, row, 0)}" for row in rows.order_by("pk")]


# -- who may -----------------------------------------------------------------------------------------------------


def test_only_operators_may_visit(
    north: Studio, south: Studio, olga: Client, alice: Client, bob: Client, charlie: Client, nobody: Client
) -> None:
    for client in (alice, bob, charlie):
        assert client.get(VISIT).status_code == 404
        assert ask(client, slug="south") == 404
        assert client.post(END).status_code == 404
    assert nobody.get(VISIT).headers["location"] == f"/login/?next={VISIT}"
    assert nobody.post(END).status_code == 404
    assert all_visits() == []
    assert olga.get(galleries(north)).status_code == 404
    assert ask(olga) == 303
    assert olga.get(galleries(north)).status_code == 200
    assert olga.get(galleries(south)).status_code == 404


def test_without_password_or_reason_there_is_no_visit(north: Studio, alice_user: User, olga: Client) -> None:
    assert ask(olga, current="not my password") == 422
    assert ask(olga, current="") == 422
    assert ask(olga, reason="  ") == 422
    assert ask(olga, slug="nowhere") == 422
    assert [ask(olga, current="guessed") for _ in range(6)][-1] == 429
    assert ask(olga) == 429
    assert all_visits() == []
    assert told(north) == []


def test_who_has_a_second_factor_gives_it(
    north: Studio, olga_user: User, alice_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    key, step = base64.b32decode(second_factor.begin(olga_user)), int(now) // STEP_SECONDS
    second_factor.confirm(olga_user, totp(key, step - 1))
    olga = signed_in(olga_user)
    assert ask(olga) == 422
    assert ask(olga, code="abcdef") == 422
    assert all_visits() == []
    assert ask(olga, code=totp(key, step)) == 303


def test_a_studio_that_asks_for_two_steps_asks_the_operator_too(
    north: Studio, olga: Client, visit: OperatorVisit, olga_user: User
) -> None:
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(second_factor_required=True)
    assert olga.get(galleries(north)).status_code == 302
    visits.end(olga_user)
    assert ask(olga) == 422


def test_one_visit_at_a_time_and_none_where_one_works(
    north: Studio, south: Studio, olga: Client, olga_user: User, alice_user: User
) -> None:
    MembershipFactory.create(studio=south, user=olga_user, role=Role.VIEWER)
    assert ask(olga, slug="south") == 422
    assert ask(olga) == 303
    assert ask(olga) == 422
    assert len(all_visits()) == 1


# -- how it ends -------------------------------------------------------------------------------------------------


def test_the_button_on_every_page_ends_it(north: Studio, olga: Client, visit: OperatorVisit) -> None:
    page = olga.get(galleries(north)).content.decode()
    assert f"as the operator until {timezone.localtime(visit.ends_at, north.zone):%H:%M}" in page
    assert END in page
    assert olga.post(END).status_code == 303
    assert olga.get(galleries(north)).status_code == 404
    assert told(north)[1:] == ["Olga ended the visit as the operator (olga@example.com)"]
    olga.post(END)
    assert len(told(north)) == 2


def test_after_an_hour_it_is_over(north: Studio, olga: Client, olga_user: User, visit: OperatorVisit) -> None:
    with acting_in(north):
        OperatorVisit.objects.for_studio(north).update(
            began_at=timezone.now() - visit.LASTS, ends_at=timezone.now() - timedelta(seconds=1)
        )
    assert olga.get(galleries(north)).status_code == 404
    with pytest.raises(Http404):
        visitor_of(olga_user, north.pk)
    assert visits.end_overdue() == 1
    assert visits.end_overdue() == 0
    (row,) = all_visits()
    assert row.ended_at == row.ends_at
    assert told(north)[1:] == ["Glassine ended the visit of the operator (olga@example.com): the hour was over"]
    assert ask(olga) == 303


def test_who_runs_the_installation_no_longer_is_out_at_once(
    north: Studio, olga: Client, visit: OperatorVisit, settings: Settings
) -> None:
    settings.OPERATORS = ("somebody@example.com",)
    assert olga.get(galleries(north)).status_code == 404


# -- the studio knows --------------------------------------------------------------------------------------------


def test_owners_get_one_email_and_the_history_has_the_reason(
    north: Studio, alice: Client, erin_user: User, bob: Client, visit: OperatorVisit
) -> None:
    (email,) = sent(1)
    assert (email.to, email.reply_to) == (["alice@example.com"], ["olga@example.com"])
    for text in (REASON, "olga@example.com", f"{timezone.localtime(visit.ends_at, north.zone):%H:%M}"):
        assert text in email.body
    assert told(north) == [
        f"Olga began to look into the studio as the operator (olga@example.com): {REASON}",
    ]
    for client in (alice, bob):
        assert REASON in client.get(reverse("albums:studio_history", args=["north"])).content.decode()
        members = client.get(reverse("accounts:members", args=["north"])).content.decode()
        assert REASON in members
        assert members.count("olga@example.com") == 1


def test_a_visit_is_no_membership(
    north: Studio, olga: Client, olga_user: User, alice_user: User, visit: OperatorVisit
) -> None:
    with acting_in(north):
        assert not north.memberships.filter(user=olga_user).exists()
        assert north.addresses(*Role) == ["alice@example.com"]
    assert olga.get("/studios/").content.decode().count("North Light") == 0
    for door in (member_of, enter):
        with pytest.raises(Http404):
            door(olga_user, "north")
    # Nor does it open the API, by a session of a program.
    refused = Client().post(
        "/api/auth/token",
        {"email": olga_user.email, "password": PASSWORD, "studio": "north"},
        content_type="application/json",
    )
    assert refused.status_code in (401, 403, 404)
    assert olga.get("/api/albums").status_code == 401


def test_members_pay_no_query_for_it(north: Studio, bob: Client, olga: Client, visit: OperatorVisit) -> None:
    bob.get(galleries(north))
    with CaptureQueriesContext(connection) as asked:
        assert bob.get(galleries(north)).status_code == 200
    assert [query for query in asked.captured_queries if "operatorvisit" in query["sql"]] == []


# -- what it cannot do -------------------------------------------------------------------------------------------


def test_a_visit_reads_only_by_the_database_too(north: Studio, olga_user: User, visit: OperatorVisit) -> None:
    album: Album = AlbumFactory.create(studio=north)

    def publish() -> None:
        with acting_in(north):
            read_only()
            album.save(update_fields=["title"])

    with pytest.raises(DatabaseError, match="read-only"):
        publish()
    with acting_in(north):
        album.save(update_fields=["title"])


def test_a_page_that_would_write_while_it_is_looked_at_cannot(
    north: Studio, olga_user: User, bob_user: User, visit: OperatorVisit, rf: RequestFactory
) -> None:
    @studio_page(Role.VIEWER)
    def counting(request: StudioRequest) -> HttpResponse:
        Task(studio=request.studio, kind="photos.move", title="Seen", total=1, who=request.user).save()
        return HttpResponse()

    request = rf.get("/")
    request.user = bob_user
    assert counting(request, "north").status_code == 200
    request.user = olga_user
    with pytest.raises(DatabaseError, match="read-only"):
        counting(request, "north")


def test_a_visit_passes_the_doors_of_viewers_alone(north: Studio, olga_user: User, visit: OperatorVisit) -> None:
    entered = present_in(olga_user, "north")
    assert entered.role == Role.VIEWER
    assert [entered.may_edit, entered.may_upload, entered.may_manage] == [False] * 3
    entered.admit(Door())
    for door in (Door(Role.EDITOR), Door(Role.OWNER), Door(visits=False), Door(Role.OWNER, while_closing=True)):
        with pytest.raises(PermissionDenied):
            entered.admit(door)


def statuses(client: Client, world: World) -> Iterator[tuple[str, str, int, bytes]]:
    for route in STUDIO_ROUTES:
        path = route.path(world.values)
        for method in METHODS:
            body = {} if method == "get" else {"data": world.harm}
            kind = {} if method in ("get", "post") else {"content_type": "application/json"}
            answer = getattr(client, method)(path, **body, **kind)
            shown = b"" if answer.streaming else answer.content
            yield route.pattern, method, answer.status_code, shown


def test_no_page_of_the_studio_lets_a_visit_change_anything(world: World, olga: Client, visit: OperatorVisit) -> None:
    """Every address of a studio by every method, present and future: what changes is refused, what looks writes
    nothing, no page breaks on the read-only transaction, and none shows what opens something."""
    before, opened = written(), set()
    for pattern, method, status, shown in statuses(olga, world):
        if method == "get":
            assert status in (200, 302, 400, 403, 404, 405), (pattern, status)
            assert world.token.encode() not in shown, pattern
            opened |= {pattern} if status == 200 else set()
        else:
            assert status in (403, 404, 405), (method, pattern, status)
    assert written() == before
    assert len(opened) > 25
    assert "studio/<slug:slug>/members/" in opened
    assert not {pattern for pattern in opened if "download" in pattern or "webhooks" in pattern or "keys" in pattern}


@pytest.mark.django_db(transaction=True)
def test_a_visit_sees_pictures_until_it_ends_and_no_originals(
    shared: Make, olga: Client, olga_user: User, alice_user: User
) -> None:
    share = shared()
    original = reverse("albums:photo_download", args=[share.studio.slug, share.album.pk, share.photos[0].pk])
    assert fetch(olga, share.picture()).status == 404
    visit = visits.begin(olga_user, share.studio.slug, reason=REASON)
    assert fetch(olga, share.picture()).status == 200
    assert olga.get(original).status_code == 403
    with acting_in(share.studio):
        ended = timezone.now() - timedelta(seconds=1)
        OperatorVisit.objects.for_studio(share.studio).filter(pk=visit.pk).update(
            began_at=ended - visit.LASTS, ends_at=ended
        )
    pictures.RIGHTS.clear()
    assert fetch(olga, share.picture()).status == 404
