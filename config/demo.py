"""What happened in the demo's gallery: two links for two audiences, three clients, their lists, comments and ratings.

Each step is the deed that a page calls, so the demo shows what the product does and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums import audiences
from apps.albums.models import Album, PhotoState
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.clients import returning
from apps.sharing.emails import writing
from apps.sharing.favourites import hearts, lists, prepared_lists, studio
from apps.sharing.feedback import comments, marks
from apps.sharing.guests import visitors
from apps.sharing.links import lifecycle, presets
from apps.sharing.models import ActivityKind, Download, EmailKind, Preset, Selection, ShareLink, Visitor, Work

LINK_PASSWORD = "rosen 2026"
CLIENT, GUESTS = "Anna & Ben", "Family and friends"
LIST, LEAST, MOST = "For the album", 3, 6
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE: Final = "127.0.0.1"
RIGHTS: Final = {
    "download": Download.ORIGINAL, "may_favourite": True, "may_comment": True, "may_rate": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the client's own link and of the guests'."""

    client: str
    guests: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who looks at the gallery by one of the links."""

    grant: Grant
    visitor: Visitor
    device: str

    def open(self) -> None:
        record.record(self.grant, ActivityKind.OPENED, visitor=self.visitor, user_agent=self.device)

    def heart(self, photos: list[UUID], selection: Selection) -> None:
        for photo_id in photos:
            hearts.heart(
                self.grant, self.visitor, photo_id, on=True, selection_id=selection.pk, user_agent=self.device
            )  # fmt: skip

    def say(self, photo_id: UUID, body: str, pin: tuple[float, float] | None = None) -> UUID:
        comment = comments.write(self.grant, self.visitor, photo_id, body, pin=pin, user_agent=self.device)
        return comment.pk

    def rate(self, photo_id: UUID, **given: Any) -> None:
        marks.put(self.grant, self.visitor, photo_id, **given, user_agent=self.device)

    def lists(self) -> dict[str, Selection]:
        """Their lists by name; those that the studio prepared are made."""
        lists.prepare(self.grant, self.visitor)
        rows = lists.read(self.grant, self.visitor).every
        return {one.title: one.selection for one in rows if one.selection}


def tell(album: Album, owner: User) -> Links:
    """Tell the story once; a second time gives the links alone."""
    with acting_in(album.studio):
        links = {link.label: link for link in album.share_links.all()}
        if CLIENT in links:
            return Links(links[CLIENT].url, links[GUESTS].url)
        _prepare(album, owner)
        returning.switch(album.studio, True, by=owner)
        client, token = lifecycle.create(
            album, by=owner, label=CLIENT, password=LINK_PASSWORD, is_main=True, **RIGHTS
        )  # fmt: skip
        guests, guests_token = lifecycle.create(
            album, by=owner, label=GUESTS, download=Download.WEB, may_favourite=True, may_comment=True
        )  # fmt: skip
    inside = access.unlock(token, LINK_PASSWORD, client_ip=HERE, now=timezone.now())
    outside = access.open_link(guests_token, {}, now=timezone.now())
    with acting_in(album.studio):
        _live(album, owner, client, inside, outside)
    return Links(client.url, guests.url)


def _prepare(album: Album, owner: User) -> None:
    """What a studio sets up before a wedding: presets, and the list for the printed album."""
    couple = Preset(studio=album.studio, kind="link")
    presets.save(couple, name="Couple", is_default=True, values={**RIGHTS, "open_days": 180}, by=owner)
    press = Preset(studio=album.studio, kind="link")
    presets.save(press, name="Press", is_default=False, values={"download": Download.WEB}, by=owner)
    wedding = {"ordering": "time", "sections": ["Getting ready", "Ceremony", "Party"], "link": str(couple.pk)}
    presets.save(Preset(studio=album.studio, kind="album"), name="Wedding", is_default=True, values=wedding, by=owner)
    prepared_lists.create(album, by=owner, title=LIST, minimum=LEAST, maximum=MOST)


def _live(album: Album, owner: User, client: ShareLink, inside: Grant, outside: Grant) -> None:
    places = album.placements.filter(photo__state=PhotoState.READY).in_order()  # type: ignore[attr-defined]
    photos = list(places.values_list("photo_id", flat=True))
    anna = _guest(inside, "Anna Berger", "anna@example.com", PHONE)
    ben = _guest(inside, "Ben Berger", "ben@example.com", COMPUTER)
    maria = _guest(outside, "Maria Huber", "maria@example.com", PHONE)
    _deliver(client, owner, anna.visitor.email)
    for guest in (anna, ben, maria):
        guest.open()
    _choose(album, owner, photos, anna, ben, maria)
    _talk(album, owner, photos, anna, ben, maria)
    if photos[-2:-1]:
        audiences.withhold(album, photos[-2], withheld=True)
        record.record(
            inside, ActivityKind.HID, visitor=anna.visitor, photo_id=photos[-2], user_agent=anna.device
        )  # fmt: skip


def _guest(grant: Grant, name: str, email: str, device: str) -> Guest:
    return Guest(grant, visitors.introduce(grant, name=name, email=email, me=None, client_ip=HERE), device)


def _deliver(link: ShareLink, owner: User, to: str) -> None:
    """The email with the link goes out now, a reminder in a week."""
    common: dict[str, Any] = {"to": [to], "language": "en", "by": owner}
    note = "It was a joy to be with you. Take your time."
    writing.deliver(link, kind=EmailKind.DELIVERY, note=note, due_at=None, batch=uuid4(), **common)
    later = timezone.now() + timedelta(days=7)
    writing.deliver(link, kind=EmailKind.REMINDER, note="", due_at=later, batch=uuid4(), **common)


def _choose(album: Album, owner: User, photos: list[UUID], anna: Guest, ben: Guest, maria: Guest) -> None:
    """Anna has sent her list and the studio works on it; Ben is still choosing; Maria asks for more."""
    hers = anna.lists()[LIST]
    anna.heart(photos[:5], hers)
    note = "We love these. Could the first one fill a double page?"
    hearts.send(anna.grant, anna.visitor, hers.pk, note=note, now=timezone.now(), user_agent=anna.device)
    studio.set_work(hers, photos[:1], Work.READY, by=owner)
    studio.set_work(hers, photos[1:3], Work.EDITING, by=owner)
    walls = lists.create(anna.grant, anna.visitor, "Wall prints")
    anna.heart(photos[6:9], walls)
    ben.heart(photos[3:7], ben.lists()[LIST])
    full = maria.lists()[LIST]
    maria.heart(photos[:MOST], full)
    hearts.ask_more(maria.grant, maria.visitor, full.pk, now=timezone.now(), user_agent=maria.device)


def _talk(album: Album, owner: User, photos: list[UUID], anna: Guest, ben: Guest, maria: Guest) -> None:
    anna.say(photos[0], "Could you straighten the horizon here?", (0.5, 0.42))
    ben.say(photos[0], "And a little brighter in the grass, please.", (0.62, 0.78))
    maria.say(photos[6], "This one is for grandma’s wall.")
    for number, photo_id in enumerate(photos[:6]):
        anna.rate(photo_id, stars=5 - number % 3)
        ben.rate(photo_id, label=("green", "yellow")[number % 2])
    record.record(
        ben.grant, ActivityKind.DOWNLOADED, visitor=ben.visitor, photo_id=photos[1], user_agent=ben.device,
        size="original", files=1,
    )  # fmt: skip
