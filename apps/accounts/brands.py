"""Brands beside the studio's own: what they are called and look like. Run in the studio's transaction."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.journal import Undoing, note
from apps.accounts.models import Brand, JournalEntry, Studio, User
from apps.accounts.tenancy import StudioQuerySet
from apps.web.refusal import Refusal

CHANGEABLE = ("name", "accent")


class TooManyBrands(Refusal):
    """A studio has as many as it may."""

    status = 409
    code = "too_many_brands"
    sentence = f"A studio can have {Brand.MOST} brands. Remove one first."


def all_of(studio: Studio) -> StudioQuerySet[Brand]:
    """Those that galleries may wear, by name; without the bytes of their logos."""
    rows: StudioQuerySet[Brand] = Brand.objects.for_studio(studio).filter(removed_at=None).defer("logo")
    return rows.order_by("name", "id")


def create(studio: Studio, *, by: User, name: str, accent: str) -> Brand:
    """A new brand without a logo. Raises TooManyBrands."""
    if all_of(studio).count() >= Brand.MOST:
        raise TooManyBrands
    brand = Brand(studio=studio, name=name, accent=accent)
    brand.save(force_insert=True)
    note(studio, by, "brand.created", brand, name=name)
    return brand


def change(brand: Brand, *, by: User, **values: Any) -> JournalEntry | None:
    """Another name or colour. None if nothing changes."""
    changed = {name: value for name, value in values.items() if name in CHANGEABLE and getattr(brand, name) != value}
    if not changed:
        return None
    watch = _watched(brand, *changed)
    for name, value in changed.items():
        setattr(brand, name, value)
    brand.save(update_fields=list(changed))
    return _record(brand, "brand.changed", watch, by)


def remove(brand: Brand, *, by: User) -> JournalEntry:
    """Its galleries wear the studio's own brand from now on, until that is undone."""
    watch = _watched(brand, "removed_at")
    brand.removed_at = timezone.now()
    brand.save(update_fields=["removed_at"])
    return _record(brand, "brand.removed", watch, by)


def undo(undoing: Undoing) -> None:
    """Take back a change or a removal. Raises ChangedSince, Erased."""
    journal.write(undoing.studio, undoing.changes)


def _watched(brand: Brand, *columns: str) -> journal.Watch:
    watch = journal.Watch(brand.studio)
    watch.rows(Brand.objects.for_studio(brand.studio_id).filter(pk=brand.pk), *columns)
    return watch


def _record(brand: Brand, verb: str, watch: journal.Watch, by: User) -> JournalEntry:
    return journal.record(brand.studio, by=by, verb=verb, subject=brand, changes=watch.changes(), name=brand.name)
