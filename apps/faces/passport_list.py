"""The consent passport as a list to print: who agreed to be shown, who did not, and whom nobody has asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower

from apps.accounts.models import Studio
from apps.faces.models import Face, Passport, Person

#: People on the list; a wedding has two hundred guests.
MOST: Final = 2_000
#: The strictest first; "" for whom nobody has asked.
ORDER: Final = (Passport.NO, Passport.INSIDE, Passport.ASK, "", Passport.YES)
TITLES: Final[dict[str, str]] = {
    Passport.NO: "Not to be shown",
    Passport.INSIDE: "Only behind a password",
    Passport.ASK: "To be asked each time",
    "": "Not asked yet",
    Passport.YES: "May be shown",
}


@dataclass(frozen=True, slots=True)
class PassportEntry:
    """One person. face: whose picture stands for them, None if every photo of theirs is gone."""

    id: UUID
    name: str
    note: str
    answered_on: date | None
    is_hidden: bool
    face: UUID | None


def groups(studio: Studio) -> list[tuple[str, list[PassportEntry]]]:
    """The named people of the studio and all who answered, by answer; answers that nobody gave are left out.

    One query. At most `MOST` people, by name.
    """
    faces = Face.objects.for_studio(studio).filter(
        person=OuterRef("pk"), is_ignored=False, photo__trashed_at__isnull=True
    )
    chosen = faces.filter(pk=OuterRef("thumbnail_id")).values("pk")[:1]
    best = faces.order_by("-is_trusted", "-size", "pk").values("pk")[:1]
    people = Person.objects.for_studio(studio).filter(~Q(name="") | ~Q(passport=""), is_ignored=False)
    rows = people.annotate(face=Coalesce(Subquery(chosen), Subquery(best))).order_by(Lower("name"), "pk")
    found: dict[str, list[PassportEntry]] = {answer: [] for answer in ORDER}
    columns = ("passport", "pk", "name", "passport_note", "passport_at", "is_hidden", "face")
    row: tuple[Any, ...]
    for row in rows.values_list(*columns)[:MOST]:
        found[row[0]].append(PassportEntry(*row[1:]))
    return [(TITLES[answer], found[answer]) for answer in ORDER if found[answer]]
