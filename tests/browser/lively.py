"""A studio in the middle of its work, in a running installation: `python -m tests.browser.lively` makes it.

The demo's photos, with guests who chose, rated, wrote and downloaded, and with emails, presets and links in every
state. Prints as JSON what stands in addresses (see `Lively`), and the cookies of guests who said who they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.albums.models import Album, Photo
    from apps.sharing.models import ShareLink, Visitor
    from tests.installation import Installation

ANNA = ("Anna Bergmann", "anna@example.com")
MARIA = ("Maria Huber", "maria@example.com")
JONAS = ("Jonas Weiss", "jonas@example.com")
# A second photographer, who works in the first album only.
DORA = ("Dora Klein", "dora@example.com")
REMARKS = (
    ("Could you straighten the horizon here?", 0.42, 0.38),
    ("This one is for grandma's wall, as large as it goes.", None, None),
    ("A little brighter in the shade, please.", 0.66, 0.61),
)


@dataclass
class Lively:
    """values: what stands in addresses, by the name it has there.  tokens: of links, by what they are for.
    cookies: of Anna and of Maria, who are known in the first album, by their first name.
    """

    values: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)


def make(glassine: Installation) -> Lively:
    """Make it in this installation; takes as long as its photos need."""
    environment = {
        **os.environ,
        "GLASSINE_DATA": str(glassine.data),
        "GLASSINE_PORT": str(glassine.port),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        **dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"), ""),
    }
    command = [sys.executable, "-m", "tests.browser.lively"]
    run = subprocess.run(command, cwd=_root(), env=environment, capture_output=True, text=True)
    if run.returncode:
        raise AssertionError(run.stdout[-2000:] + run.stderr[-4000:])
    return Lively(**json.loads(run.stdout.splitlines()[-1]))


def _root() -> str:
    from tests.installation import ROOT

    return str(ROOT)


def _main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from apps.accounts.models import Studio, User
    from apps.accounts.tenancy import across_studios, acting_in

    call_command("demo", "--photos-only")
    with across_studios():
        studio = Studio.objects.get(slug="demo")
    owner = User.objects.get(email="demo@example.com")
    _wait_for_photos(studio)
    with acting_in(studio):
        lively = _furnished(studio, owner)
    print(json.dumps(asdict(lively)))


def _wait_for_photos(studio: Any) -> None:
    from apps.accounts.tenancy import acting_in
    from apps.albums.models import PhotoState

    end = time.monotonic() + 300
    while True:
        with acting_in(studio):
            waiting = studio.photos.filter(state=PhotoState.PROCESSING).count()
        if not waiting:
            return
        if time.monotonic() > end:
            raise SystemExit(f"{waiting} photos are still not ready")
        time.sleep(0.2)


def _furnished(studio: Any, owner: Any) -> Lively:
    albums = {album.slug: album for album in studio.albums.all()}
    spring, lena, garden = (albums[slug] for slug in ("a-day-in-spring", "lena-and-tom", "garden-portraits"))
    lively = Lively(values={"slug": studio.slug, "format": "svg", "kind": "delivery"})
    links = _links(lively, spring, lena, garden, owner)
    photos = [
        place.photo for place in spring.placements.select_related("photo").order_by("section_rank", "sort_key", "id")
    ]
    anna, maria, jonas = (_guest(spring, links["family"], *who) for who in (ANNA, MARIA, JONAS))
    _chosen(lively, spring, photos, anna, maria)
    _said(lively, spring, links["family"], photos, anna, maria, owner)
    _done(spring, links, photos, [anna, maria, jonas])
    _emails(lively, spring, links, anna, maria, owner)
    _settings(lively, studio, spring, owner)
    _public(studio, spring, lena, owner)
    dora = _contributor(studio, spring, photos)
    _cookies(lively, anna=anna, maria=maria)
    lively.values |= {
        "album_id": str(spring.pk), "photo_id": str(photos[2].pk), "second_id": str(photos[7].pk),
        "link_id": str(links["family"].pk),
        "section_id": str(spring.sections.first().pk), "visitor_id": str(jonas.pk), "token": lively.tokens["family"],
        "lena_id": str(lena.pk), "garden_id": str(garden.pk), "member_id": str(dora.pk),
    }  # fmt: skip
    return lively


def _contributor(studio: Any, spring: Album, photos: list[Photo]) -> Any:
    """Dora, who sent some of the photos of the first album."""
    from apps.accounts.models import Membership, Role, User
    from apps.albums.models import Photo
    from config.management.commands.demo import PASSWORD

    name, email = DORA
    user = User.objects.create_user(email, PASSWORD, name=name)
    member = Membership(studio=studio, user=user, role=Role.CONTRIBUTOR, is_restricted=True)
    member.save(force_insert=True)
    member.work_in([spring.pk])
    Photo.objects.for_studio(studio).filter(pk__in=[photo.pk for photo in photos[3:9]]).update(uploaded_by=user)
    return member


def _links(lively: Lively, spring: Album, lena: Album, garden: Album, owner: Any) -> dict[str, ShareLink]:
    """One link of every sort, by what it is for."""
    from django.utils import timezone

    from apps.sharing.links import lifecycle
    from apps.sharing.models import Download

    today = timezone.localdate(timezone=spring.studio.zone)
    rights: dict[str, Any] = {
        "download": Download.ORIGINAL, "may_favourite": True, "may_comment": True, "may_rate": True,
    }  # fmt: skip
    made: dict[str, ShareLink] = {}
    for name, album, label, terms in (
        ("family", spring, "Family Bergmann", {**rights, "is_main": True, "expires_on": today + timedelta(days=10)}),
        ("guests", spring, "Wedding guests", {"download": Download.WEB, "may_favourite": True, "asks_identity": True}),
        ("pin", spring, "Grandparents", {"download": Download.ORIGINAL, "has_pin": True, "download_limit": 25}),
        ("gone", spring, "Sent by mistake", {}),
        ("locked", spring, "Press", {"download": Download.WEB, "password": "rosen 2026"}),
        ("split", lena, "Friends", rights),
        ("expired", lena, "Lena & Tom", {"download": Download.WEB, "expires_on": today}),
        ("draft", garden, "Model", {}),
    ):
        made[name], lively.tokens[name] = lifecycle.create(album, by=owner, label=label, **terms)
    made["gone"].revoke(by=owner)
    past = timezone.now() - timedelta(days=3)
    made["expired"].expires_on, made["expired"].expires_at = past.date(), past
    made["expired"].save(update_fields=["expires_on", "expires_at"])
    made["family"].views, made["family"].last_opened_at = 48, timezone.now() - timedelta(minutes=12)
    made["family"].save(update_fields=["views", "last_opened_at"])
    spring.more_coming = True
    spring.save(update_fields=["more_coming"])
    lena.design = {"cover": "split", "grid": "masonry", "typeface": "sans"}
    lena.save(update_fields=["design"])
    return made


def _guest(album: Album, link: ShareLink, name: str, email: str) -> Visitor:
    from apps.sharing.models import Visitor

    visitor = Visitor(studio=album.studio, shown_id=album.pk, link=link, name=name, email=email)
    visitor.save(force_insert=True)
    return visitor


def _chosen(lively: Lively, album: Album, photos: list[Photo], anna: Visitor, maria: Visitor) -> None:
    """Lists: one still open and full, one sent and half worked on, and what they think of single photos."""
    from django.utils import timezone

    from apps.sharing.models import Mark, Pick, Selection, SelectionPreset, Work

    studio, now = album.studio, timezone.now()
    preset = SelectionPreset(studio=studio, shown_id=album.pk, title="For the album", minimum=4, maximum=6)
    preset.save(force_insert=True)
    for visitor, chosen, sent in ((anna, photos[:6], None), (maria, photos[3:9], now - timedelta(hours=3))):
        list_ = Selection(
            studio=studio, shown_id=album.pk, visitor=visitor, preset=preset, title=preset.title,
            state="sent" if sent else "open", sent_at=sent,
            note="We love them all. Please take the one with the best light twice as large." if sent else "",
        )  # fmt: skip
        list_.save(force_insert=True)
        works = (Work.DELIVERED, Work.READY, Work.EDITING) if sent else ()
        for number, photo in enumerate(chosen):
            work = works[number] if number < len(works) else Work.SELECTED
            Pick(studio=studio, selection=list_, photo=photo, work=work).save(force_insert=True)
    own = Selection(studio=studio, shown_id=album.pk, visitor=anna, title="For grandma")
    own.save(force_insert=True)
    for photo in photos[6:9]:
        Pick(studio=studio, selection=own, photo=photo).save(force_insert=True)
    for number, photo in enumerate(photos[:8]):
        for visitor, stars in ((anna, 5 - number % 3), (maria, 3 + number % 3)):
            Mark(
                studio=studio, shown_id=album.pk, visitor=visitor, photo=photo, stars=stars,
                verdict=("approved", "maybe", "rejected", "")[number % 4],
                label=("green", "", "yellow", "red", "blue", "", "purple", "")[number],
            ).save(force_insert=True)  # fmt: skip
    lively.values |= {"preset_id": str(preset.pk), "selection_id": str(list_.pk)}


def _said(
    lively: Lively, album: Album, link: ShareLink, photos: list[Photo], anna: Visitor, maria: Visitor, owner: Any
) -> None:
    from apps.sharing.models import Comment

    for photo in (photos[2], photos[5]):
        first = None
        for number, (body, x, y) in enumerate(REMARKS):
            remark = Comment(
                studio=album.studio, shown_id=album.pk, photo=photo, link=link, visitor=(anna, maria)[number % 2],
                body=body, pin_x=x, pin_y=y,
            )  # fmt: skip
            remark.save(force_insert=True)
            first = first or remark
        answer = "Of course. You will find the new version here on Friday."
        Comment(
            studio=album.studio, shown_id=album.pk, photo=photo, link=link, author=owner, parent=first, body=answer
        ).save(force_insert=True)  # fmt: skip
    lively.values["comment_id"] = str(remark.pk)


def _done(album: Album, links: dict[str, ShareLink], photos: list[Photo], guests: list[Visitor]) -> None:
    from django.utils import timezone

    from apps.sharing.models import Activity

    devices = ("Phone, Safari", "Computer, Firefox", "Tablet, Chrome")
    deeds: tuple[tuple[str, dict[str, str]], ...] = (
        ("opened", {}), ("favourite", {"list": "For the album"}), ("favourite", {"list": "For the album"}),
        ("commented", {}), ("marked", {"stars": "5"}), ("downloaded", {"size": "original", "files": "1"}),
        ("sent", {"list": "For the album"}), ("opened", {}), ("asked_more", {}),
    )  # fmt: skip
    now = timezone.now()
    for number in range(36):
        kind, detail = deeds[number % len(deeds)]
        has_photo = kind in ("favourite", "commented", "marked", "downloaded")
        Activity(
            studio=album.studio, shown_id=album.pk, link=links["family"], visitor=guests[number % 3], kind=kind,
            photo=photos[number % len(photos)] if has_photo else None, device=devices[number % 3], detail=detail,
            at=now - timedelta(minutes=7 + 53 * number),
        ).save(force_insert=True)  # fmt: skip
    Activity(
        studio=album.studio, shown_id=album.pk, link=links["locked"], kind="failed", device=devices[1], at=now
    ).save(force_insert=True)  # fmt: skip


def _emails(
    lively: Lively, album: Album, links: dict[str, ShareLink], anna: Visitor, maria: Visitor, owner: Any
) -> None:
    from django.utils import timezone

    from apps.sharing.emails import composing
    from apps.sharing.emails.writing import drafted
    from apps.sharing.models import EmailKind

    now, link = timezone.now(), links["family"]
    for number, (kind, visitor, state, due, error) in enumerate((
        ("delivery", anna, "sent", now - timedelta(days=2), ""),
        ("received", maria, "sent", now - timedelta(hours=3), ""),
        ("delivery", maria, "failed", now - timedelta(days=1), "The mail server does not know this address."),
        ("complete", anna, "cancelled", now - timedelta(hours=9), ""),
        ("reminder", anna, "waiting", now + timedelta(days=7), ""),
    )):  # fmt: skip
        made: dict[str, Any] = {"link": link, "visitor": visitor, "created_at": min(due, now)}
        row = drafted(EmailKind(kind), album, f"lively:{number}", visitor.email, due_at=due, **made)
        email = row.email
        email.words = composing.draft(album, link, EmailKind(kind), "en", note="", client=visitor.name)
        email.state, email.error, email.created_at = state, error, min(due, now)
        if state == "sent":
            email.sent_at = due
        email.save(force_insert=True)
        row.save(force_insert=True)
        if number == 0:
            lively.values["email_id"] = str(row.pk)


def _settings(lively: Lively, studio: Any, album: Album, owner: Any) -> None:
    from django.utils import timezone

    from apps.accounts.models import ApiKey, Invitation, Membership, Role, User
    from apps.albums import editing, trash
    from apps.sharing.branding import choice
    from apps.sharing.links import presets
    from apps.sharing.models import Preset

    family = Preset(studio=studio, kind="link")
    terms = {"download": "original", "may_favourite": True, "may_comment": True, "may_rate": True, "open_days": 180}
    presets.save(family, name="Wedding couple", is_default=True, values=terms, by=owner)
    presets.save(
        Preset(studio=studio, kind="link"), name="Press", is_default=False, values={"download": "web"}, by=owner
    )
    wedding = Preset(studio=studio, kind="album")
    sections = ["Getting ready", "Ceremony", "Party"]
    presets.save(
        wedding, name="Wedding", is_default=True, by=owner,
        values={"ordering": "time", "sections": sections, "link": str(family.pk)},
    )  # fmt: skip
    choice.choose(
        studio, None, by=owner, text="Northlight Weddings", picture=None, is_picture=False, opacity=40, scale=40
    )
    key, _ = ApiKey.make(studio, owner, name="Lightroom at the office", scopes=["read"])
    colleague = User.objects.create_user("lisa@example.com", "a fine long password", name="Lisa Moser")
    member = Membership(studio=studio, user=colleague, role=Role.EDITOR)
    member.save()
    invitation = Invitation(
        studio=studio, email="second.shooter@example.com", role=Role.VIEWER, token_hash="0" * 64, invited_by=owner,
        expires_at=timezone.now() + timedelta(days=12),
    )  # fmt: skip
    invitation.save(force_insert=True)
    _tasks(studio, colleague)
    trash.trash_album(editing.create(studio, by=owner, title="Test shots"), by=owner)
    empty = editing.create(studio, by=owner, title="Sophie & Max", event_date=timezone.localdate())
    lively.values |= {
        "empty_id": str(empty.pk), "choice_id": str(family.pk), "key_id": str(key.pk), "member_id": str(member.pk),
        "invitation_id": str(invitation.pk),
    }  # fmt: skip


def _tasks(studio: Any, colleague: Any) -> None:
    """What a colleague and a client have at work: chips on all other pages would be theirs alone."""
    from django.utils import timezone

    from apps.accounts.models import Task

    now = timezone.now()
    for title, state, total, done, message, who in (
        ("Prepare photos of “Anna & Ben” for download", "running", 412, 120, "", None),
        ("Move photos to “Ceremony”", "done", 640, 640, "640 photos moved to “Ceremony”.", colleague),
        ("Move photos to “Party”", "failed", 900, 300, "The section was deleted meanwhile.", colleague),
    ):
        ended_at = None if state == "running" else now
        Task(
            studio=studio, kind="photos.move", title=title, state=state, total=total, done=done, changed=done,
            message=message, who=who, ended_at=ended_at,
        ).save(force_insert=True)  # fmt: skip


def _public(studio: Any, spring: Album, lena: Album, owner: Any) -> None:
    """The page for everybody: two open galleries and a locked one."""
    from apps.albums import editing
    from apps.albums.models import AlbumState
    from apps.sharing.links import lifecycle, public_page

    public_page.switch(studio, True, by=owner)
    public_page.open_up(spring, by=owner)
    public_page.open_up(lena, by=owner)
    berger = studio.albums.get(slug="family-berger")
    editing.set_state(berger, AlbumState.LIVE, by=owner)
    lifecycle.create(berger, by=owner, label="Family Berger", is_main=True, password="rosen 2026")
    public_page.list_locked(berger, by=owner)


def _cookies(lively: Lively, **known: Visitor) -> None:
    """The cookies that the door hands out, as a guest's browser keeps them."""
    from django.http import HttpResponse
    from django.utils import timezone

    from apps.sharing.guests import visitors

    for name, visitor in known.items():
        answer = HttpResponse()
        visitors.remember(answer, {}, visitor, now=timezone.now())
        lively.cookies[name] = {key: morsel.value for key, morsel in answer.cookies.items()}


if __name__ == "__main__":
    _main()
