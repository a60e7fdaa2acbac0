"""The visitors of an album for its studio: a list, a CSV, and erasing a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.accounts.journal import forget, note
from apps.accounts.models import Email, Studio, User
from apps.accounts.tenancy import across_studios
from apps.albums.models import Album
from apps.sharing.guests import email_codes
from apps.sharing.models import ClientEmail, Comment, Pick, Selection, StudioClient, Visitor
from apps.web import keyset, tables

PAGE = 50
# Beyond any wedding; a table is made in memory.
MOST_EXPORTED = 20_000
COLUMNS = ("Name", "Email", "Link", "First seen", "Last seen", "Favourites", "Comments")
NEWEST = ("-seen_at", "-id")


def page(album: Album, cursor: str = "") -> keyset.KeysetPage:
    """One page of an album's visitors, the last seen first. A broken cursor gives the first page."""
    rows, scope = visitors_of(album), f"visitors:{album.pk}"
    return keyset.page_or_first(rows, NEWEST, limit=PAGE, cursor=cursor, scope=scope)


def visitors_of(album: Album) -> QuerySet[Visitor]:
    """The album's visitors with `link_label`, `favourites` (photos, in any list) and `comments_made`."""
    studio: Studio = album.studio
    picks = Pick.objects.for_studio(studio).filter(selection__visitor=OuterRef("pk")).order_by()
    comments = Comment.objects.for_studio(studio).filter(visitor=OuterRef("pk"), removed_at=None).order_by()
    return (
        Visitor.objects.for_studio(studio)
        .filter(shown_id=album.pk)
        .annotate(
            link_label=Coalesce(F("link__label"), Value("")),
            favourites=_count(picks.values("selection__visitor").annotate(n=Count("photo", distinct=True))),
            comments_made=_count(comments.values("visitor").annotate(n=Count("id"))),
        )
    )


def _count(counted: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def table(album: Album) -> str:
    """All visitors of an album as CSV, in the studio's time."""
    return "".join(map(tables.line, [COLUMNS, *_lines(album)]))


def _lines(album: Album) -> Iterator[list[object]]:
    zone = album.studio.zone
    columns = ("name", "email", "link_label", "created_at", "seen_at", "favourites", "comments_made")
    rows = visitors_of(album).order_by("created_at", "id").values_list(*columns)
    for name, email, label, first, last, favourites, comments in rows[:MOST_EXPORTED]:
        moments = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (first, last))
        yield [name, email, label, *moments, favourites, comments]


def erase(visitor: Visitor, *, by: User | None) -> None:
    """Forget a person: the row, the lists, marks and comments, and the emails to the address.

    What was done in the album stays counted, without the name and what was typed. The journal keeps neither name nor
    address. by: who of the studio; None for the guest.
    """
    _forget_words(visitor)
    note(visitor.studio, by, "visitor.erased", visitor, album=str(visitor.album_id))
    about = ClientEmail.objects.for_studio(visitor.studio_id).filter(album_id=visitor.album_id)
    if visitor.email:
        Email.of(visitor.studio_id).filter(pk__in=about.values("email_id"), to__iexact=visitor.email).delete()
        Email.of(visitor.studio_id).filter(key__startswith=StudioClient.CODE_EMAILS, to=visitor.email).delete()
    email_codes.codes_for(visitor).delete()
    visitor.delete()


def _forget_words(visitor: Visitor) -> None:
    """Take what was typed out of the log and the journal. A studio itself cannot rewrite what was noted there."""
    lists = Selection.objects.for_studio(visitor.studio_id).filter(visitor=visitor).values_list("pk", flat=True)
    remarks = Comment.objects.for_studio(visitor.studio_id).filter(visitor=visitor).values_list("pk", flat=True)
    forget(visitor.studio, [visitor.pk, *lists, *remarks])
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_FORGET_WORDS, [visitor.studio_id, visitor.shown_id, visitor.pk])


_FORGET_WORDS: Final = """
    update sharing_activity set detail = (detail - 'note' - 'selection') || '{"erased": true}'::jsonb
    where studio_id = %s and shown_id = %s and visitor_id = %s
"""
