"""What members do on the pages of people: each ends where it began, with a message and a way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums.request_params import album_of, uuid_or_none, uuids
from apps.faces import consent, erasing, people, relationships
from apps.faces.models import Kinship, Passport
from apps.faces.views import face_of, person_of
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

P = ParamSpec("P")
#: The name that a wrong answer to "merge with the one who is called so?" would lose.
SAME_NAME = "There is already someone called {name}. If this is the same person, press Merge."


def _told(
    request: StudioRequest, to: HttpResponse, text: str, entry: JournalEntry | None = None, *, level: str = "info"
) -> HttpResponse:
    return htmx.tell_next(request, to, text, level=level, undo=undo_url(request, entry))


def _wall(request: StudioRequest) -> SeeOther:
    return SeeOther("faces:wall", request.studio.slug)


def _person(request: StudioRequest, person_id: UUID) -> SeeOther:
    return SeeOther("faces:person", request.studio.slug, person_id)


def _refusing(
    view: Callable[Concatenate[StudioRequest, P], HttpResponse],
) -> Callable[Concatenate[StudioRequest, P], HttpResponse]:
    """What a deed refuses is said on the page that the form stands on."""

    @wraps(view)
    def refused(request: StudioRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            person_id = kwargs.get("person_id")
            to = _person(request, person_id) if isinstance(person_id, UUID) else _wall(request)
            return _told(request, to, str(refusal), level="error")

    return refused


@require_POST
@studio_page(Role.OWNER)
@_refusing
def switch(request: StudioRequest) -> HttpResponse:
    """Switch faces on (`on`, with `agreed`) or off."""
    if request.POST.get("on"):
        consent.switch_on(
            request.studio,
            by=request.user,
            agreed=bool(request.POST.get("agreed")),
            in_all_galleries=request.POST.get("galleries") == "all",
        )
        return _told(request, _wall(request), "Faces are on. People appear here as photos are looked at.")
    consent.switch_off(request.studio, by=request.user, keeps_names=bool(request.POST.get("keep_names")))
    return _told(request, _wall(request), "Faces are off. All that was computed is being deleted.")


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
@_refusing
def gallery(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Have faces found in one gallery (`on`), or not."""
    album = album_of(request, album_id)
    if request.method != "POST":
        context = {"album": album, "faces": consent.settings_of(request.studio), "is_on": consent.is_on_in(album)}
        return render(request, "faces/gallery.html", context)
    is_on = bool(request.POST.get("on"))
    consent.set_gallery(album, is_on, by=request.user)
    return _told(request, SeeOther(album), f"Faces are {'on' if is_on else 'off'} in this gallery.")


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def rename(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """Give a person a `name`. If somebody has it already, `same` says that they are one, `other` that they are two."""
    who, name = person_of(request, person_id), request.POST.get("name", "")[:120]
    known = people.named(request.studio, name, but=who.pk)
    if known is not None and request.POST.get("same"):
        entry = people.merge(known, [who], by=request.user)
        return _told(request, _wall(request), f"Merged with {known.name}.", entry)
    if known is not None and not request.POST.get("other"):
        to = SeeOther(f"{_person(request, who.pk).url}?same={known.pk}")
        return _told(request, to, SAME_NAME.format(name=known.name))
    entry = people.change(who, by=request.user, name=name)
    return _told(request, _wall(request), f"This is {who.name}." if who.name else "The name is gone.", entry)


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def edit(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """Change birthday, visibility to clients and the passport of a person."""
    who = person_of(request, person_id)
    passport = request.POST.get("passport", "")
    if passport not in {"", *Passport.values}:
        raise BadRequest("This answer is none of the passport's.")
    entry = people.change(
        who,
        by=request.user,
        birthday=_day(request.POST.get("birthday", "")),
        is_hidden=bool(request.POST.get("hidden")),
        passport=passport,
        passport_note=request.POST.get("note", "")[:300],
    )
    return _told(request, _person(request, who.pk), "Saved.", entry)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRequest("A birthday looks like 1984-05-23.") from None


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def relate(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """Say that a person is `kind` of the one called `other`, or take a relationship back (`drop`)."""
    who, to = person_of(request, person_id), _person(request, person_id)
    dropped = uuid_or_none(request.POST.get("drop"))
    if dropped is not None:
        row = get_object_or_404(relationships.of(who), pk=dropped)
        row.studio = request.studio
        return _told(request, to, "Removed.", relationships.part(row, by=request.user))
    kind, other = request.POST.get("kind", ""), people.named(request.studio, request.POST.get("other", ""), but=who.pk)
    if kind not in Kinship.values:
        raise BadRequest("This is no relationship.")
    if other is None:
        return _told(request, to, "There is no one with that name. Give them a name first.", level="error")
    return _told(request, to, "Saved.", relationships.relate(who, other, Kinship(kind), by=request.user))


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def split(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """Take wrong faces (`face`) out of a person: they are somebody called `name`, or not known yet."""
    who = person_of(request, person_id)
    faces = people.find_faces(request.studio, uuids(request.POST.getlist("face"), most=people.MOST))
    if not faces:
        return _told(request, _person(request, who.pk), "Choose the faces that are wrong first.", level="error")
    _, entry = people.split(who, faces, by=request.user, name=request.POST.get("name", "")[:120])
    return _told(request, _person(request, who.pk), "Taken out.", entry)


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def thumbnail(request: StudioRequest, person_id: UUID, face_id: UUID) -> HttpResponse:
    """Let this face stand for the person."""
    who = person_of(request, person_id)
    entry = people.change(who, by=request.user, thumbnail_id=face_of(request, face_id).pk)
    return _told(request, _person(request, who.pk), "This picture stands for them now.", entry)


@require_POST
@studio_page(Role.OWNER)
@_refusing
def erase(request: StudioRequest, person_id: UUID) -> HttpResponse:
    """Keep nothing of a person. Their name, or "erase", is typed as `confirm`."""
    who = person_of(request, person_id)
    if request.POST.get("confirm", "").strip().casefold() != (who.name or "erase").casefold():
        word = who.name or "erase"
        return _told(request, _person(request, who.pk), f"Type “{word}” to erase this person.", level="error")
    erasing.erase_person(who, by=request.user)
    return _told(request, _wall(request), "Erased. Nothing of this person is kept.")


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def many(request: StudioRequest) -> HttpResponse:
    """Do one thing (`do`: merge, ignore, unignore, hide, show, never) to the chosen people (`person`)."""
    chosen = people.find(request.studio, uuids(request.POST.getlist("person"), most=people.MOST))
    deed = request.POST.get("do", "")
    if deed not in {"merge", "never", *_SET}:
        raise BadRequest("This cannot be done to people.")
    if not chosen or (deed in ("merge", "never") and len(chosen) < 2):
        return _told(request, _wall(request), "Choose people first.", level="error")
    for person in chosen:
        person.studio = request.studio
    if deed == "merge":
        into = next((person for person in chosen if person.name), chosen[0])
        entry = people.merge(into, chosen, by=request.user)
        return _told(request, _wall(request), f"{len(chosen)} are one person now.", entry)
    if deed == "never":
        entry = people.never(chosen[0], chosen[1], by=request.user)
        return _told(request, _wall(request), "They will never be taken for one.", entry)
    entry = people.change_all(request.studio, chosen, by=request.user, **_SET[deed])
    return _told(request, _wall(request), f"{_people_word(entry.count if entry else 0)} changed.", entry)


def _people_word(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


_SET: dict[str, dict[str, bool]] = {
    "ignore": {"is_ignored": True},
    "unignore": {"is_ignored": False},
    "hide": {"is_hidden": True},
    "show": {"is_hidden": False},
}


@require_POST
@studio_page(Role.EDITOR)
@_refusing
def answer(request: StudioRequest) -> HttpResponse:
    """Answer a doubt: `says` yes, no or skip to `face` being `person`."""
    says = request.POST.get("says", "")
    if says not in ("yes", "no", "skip"):
        raise BadRequest("The answer is yes, no or skip.")
    asked = uuids([request.POST.get("face", ""), request.POST.get("person", "")], most=2)
    if len(asked) < 2:
        raise BadRequest("A face and a person are asked about.")
    face, who = face_of(request, asked[0]), person_of(request, asked[1])
    entry = people.answer(face, who, says, by=request.user)
    to = SeeOther("faces:doubtful", request.studio.slug)
    return to if entry is None else _told(request, to, "Answered.", entry)
