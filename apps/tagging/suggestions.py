"""What a provider proposed: kept, accepted into the photo's record, rejected. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.marks import MOST_ON_PHOTO
from apps.albums.models import Photo
from apps.library.folding import fold
from apps.library.models import Keyword
from apps.tagging.answers import Proposal
from apps.tagging.models import AiSettings, Purpose, Suggestion, SuggestionState

ACCEPTED, REJECTED = "suggestions.accepted", "suggestions.rejected"
#: Decided at once.
MOST: Final = 500
#: The column of the photo that a text goes into; the others become keywords.
_COLUMNS: Final = {Purpose.CAPTION.value: "caption", Purpose.ALT.value: "alt_text"}
_DECIDED: Final = ("state", "decided_at", "decided_by_id")


def keep(photo: Photo, settings: AiSettings, purpose: str, proposals: Collection[Proposal], *, model: str) -> int:
    """Write down what was proposed and is new. Returns how many suggestions that were.

    What the photo has already, or a person rejected before, is not proposed again. Sure ones are accepted by themselves
    where the studio wants that.
    """
    made = []
    for proposal in _by_name(photo, purpose, proposals):
        row = photo.suggestions.filter(purpose=purpose, folded=proposal.folded).first()
        if row is not None and (row.state == SuggestionState.REJECTED and row.text == proposal.text):
            continue
        if row is not None and purpose not in _COLUMNS and row.state != SuggestionState.OPEN:
            continue
        row = row or Suggestion(studio_id=photo.studio_id, photo=photo, purpose=purpose, folded=proposal.folded)
        row.text, row.confidence, row.model = proposal.text, proposal.confidence, model
        row.state, row.decided_at, row.decided_by, row.created_at = SuggestionState.OPEN, None, None, timezone.now()
        row.save()
        made.append(row)
    sure = [row.pk for row in made if settings.accept_from is not None and row.confidence >= settings.accept_from]
    if sure:
        decide(photo.studio, sure, accept=True, by=None)
    return len(made)


def _by_name(photo: Photo, purpose: str, proposals: Collection[Proposal]) -> list[Proposal]:
    """Proposals that the photo does not have, keywords by the studio's own name for them."""
    if purpose in _COLUMNS:
        return [one for one in proposals if one.text != getattr(photo, _COLUMNS[purpose])]
    folded = {fold(one.text) for one in proposals}
    mine = Keyword.objects.for_studio(photo.studio_id)
    rows = list(mine.filter(folded_synonyms__overlap=sorted(folded))) + list(mine.filter(folded__in=folded))
    names = {word: row.name for row in rows for word in (*row.folded_synonyms, row.folded)}
    has = {fold(word) for word in photo.keywords}
    found: dict[str, Proposal] = {}
    for one in proposals:
        name = names.get(fold(one.text), one.text)
        if fold(name) not in has:
            found.setdefault(fold(name), Proposal(name, fold(name), one.confidence))
    return list(found.values())


def decide(
    studio: Studio, ids: Collection[UUID], *, accept: bool, by: User | None, albums: Collection[UUID] = ()
) -> JournalEntry | None:
    """Accept or reject suggestions that are open; None if none is. by: None for what is accepted by itself.

    An accepted keyword or event is given to its photo, an accepted text takes the place of the one there. All of it is
    one act. ids: at most `MOST`.  albums: the galleries of a restricted member who does it.
    """
    photos = Photo.objects.for_studio(studio)
    chosen = Suggestion.objects.for_studio(studio).filter(pk__in=ids, state=SuggestionState.OPEN)
    watch = journal.Watch(studio)
    # Photos are locked before what hangs on them.
    mine = photos.filter(pk__in=chosen.values("photo_id"), trashed_at__isnull=True)
    watch.rows(mine, "keywords", "caption", "alt_text")
    rows = list(_held(chosen, watch).filter(photo__trashed_at__isnull=True).order_by("-confidence", "id"))
    if not rows:
        return None
    known = {photo.pk: photo for photo in mine}
    touched: set[UUID] = _write(known, rows) if accept else set()
    now, changed = timezone.now(), [known[pk] for pk in touched]
    for photo in changed:
        photo.updated_at = now
    photos.bulk_update(changed, ["keywords", "caption", "alt_text", "updated_at"])
    state = SuggestionState.REJECTED
    if accept:
        state = SuggestionState.ACCEPTED if by else SuggestionState.AUTOMATIC
    Suggestion.objects.for_studio(studio).filter(pk__in=[row.pk for row in rows]).update(
        state=state, decided_at=now, decided_by=by
    )
    return journal.record(
        studio, by=by, verb=ACCEPTED if accept else REJECTED, albums=albums,
        things=dict.fromkeys(row.photo_id for row in rows), changes=watch.changes(), suggestions=len(rows),
    )  # fmt: skip


def _held(chosen: StudioQuerySet[Suggestion], watch: journal.Watch) -> StudioQuerySet[Suggestion]:
    ids = watch.rows(chosen, *_DECIDED)
    rows: StudioQuerySet[Suggestion] = Suggestion.objects.for_studio(watch.studio)
    return rows.filter(pk__in=ids)


def _write(photos: dict[UUID, Photo], rows: Collection[Suggestion]) -> set[UUID]:
    """Give photos what was accepted, not saved yet. Returns which of them changed."""
    touched: set[UUID] = set()
    for row in rows:
        photo = photos[row.photo_id]
        if row.purpose in _COLUMNS:
            setattr(photo, _COLUMNS[row.purpose], row.text)
            touched.add(photo.pk)
        elif len(photo.keywords) < MOST_ON_PHOTO and fold(row.text) not in {fold(word) for word in photo.keywords}:
            photo.keywords = [*photo.keywords, row.text]
            touched.add(photo.pk)
    return touched


def origins(photo: Photo) -> dict[str, dict[str, Any]]:
    """Where keywords of a photo came from, by folded word; one that people wrote is not among them."""
    rows = photo.suggestions.filter(state__in=(SuggestionState.ACCEPTED, SuggestionState.AUTOMATIC)).exclude(folded="")
    return {
        row.folded: {"model": row.model, "confidence": row.confidence, "is_automatic": row.state == "automatic"}
        for row in rows
    }
