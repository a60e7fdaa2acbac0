"""Two visitors turn out to be one person: a code proved that the address which one claimed is theirs.

Run in the studio's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import ManyToOneRel

from apps.sharing.access import Grant
from apps.sharing.guests import email_codes
from apps.sharing.models import ClientEmail, Comment, Mark, Pick, Selection, Visitor
from apps.web.typed import title_key


def prove(grant: Grant, me: Visitor | None, *, email: str, code: str, client_ip: str, now: datetime) -> Visitor:
    """The person whose address a code proves; what the same guest did so far without an address becomes theirs.

    me: who the guest is known as so far. Raises email_codes.WrongCode, RateLimited.
    """
    visitor = email_codes.check(grant, email=email, code=code, client_ip=client_ip, now=now)
    if me is not None and me.pk != visitor.pk and not me.email:
        join(me, visitor)
    return visitor


def join(guest: Visitor, person: Visitor) -> None:
    """Give the person what the guest did in this gallery; then there is no such guest. Of two ratings hers stays.

    What the log says of the guest stays there without a name: nothing in it is ever changed.
    """
    studio = person.studio_id
    rated = Mark.objects.for_studio(studio).filter(visitor=person).values("photo_id")
    Mark.objects.for_studio(studio).filter(visitor=guest).exclude(photo_id__in=rated).update(visitor=person)
    for row in Selection.objects.for_studio(studio).filter(visitor=guest).select_related("preset").order_by("pk"):
        _join_list(row, person)
    moved: tuple[Any, ...] = (Comment, ClientEmail)
    for model in (*moved, *_of_apps_above()):
        model.objects.for_studio(studio).filter(visitor=guest).update(visitor=person)
    guest.delete()


def _of_apps_above() -> list[Any]:
    """Models of other apps that name a visitor in a column `visitor`, such as what a guest uploads."""
    relations = [one for one in Visitor._meta.get_fields(include_hidden=True) if isinstance(one, ManyToOneRel)]
    named = [one.related_model for one in relations if one.field.name == "visitor"]
    return [model for model in named if model._meta.app_label != Visitor._meta.app_label]


def _join_list(row: Selection, person: Visitor) -> None:
    """Hearts go into the person's list of that name while it is open and has room; else the list comes beside it."""
    lists = Selection.objects.for_studio(person.studio_id).filter(visitor=person).select_related("preset")
    theirs = {title_key(one.title): one for one in lists}
    same = theirs.get(title_key(row.title))
    picks = Pick.objects.for_studio(person.studio_id).filter(selection=row)
    if same is None:
        Selection.objects.for_studio(person.studio_id).filter(pk=row.pk).update(visitor=person)
        return
    there = Pick.objects.for_studio(person.studio_id).filter(selection=same)
    new = picks.exclude(photo_id__in=there.values("photo_id"))
    has_room = same.maximum is None or there.count() + new.count() <= same.maximum
    if not same.is_sent and not row.is_sent and has_room:
        new.update(selection=same, round=same.round)
        same.touch()
    elif new.exists():
        number = next(n for n in range(2, len(theirs) + 3) if title_key(_numbered(row.title, n)) not in theirs)
        title = _numbered(row.title, number)
        Selection.objects.for_studio(person.studio_id).filter(pk=row.pk).update(
            visitor=person, title=title, preset=None
        )


def _numbered(title: str, number: int) -> str:
    return f"{title[:70]} {number}"
