"""Names that a client wrote, as photos: found, missing, and what to do with them."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums.filenames.index import stem_of
from apps.albums.filenames.matching import LONGEST_TEXT, Matches, TooMuch, match
from apps.albums.marks import LABELS, BadOwnMark, set_own
from apps.albums.models import Album, Flag
from apps.albums.request_params import one_uuid, shared_of, uuids
from apps.sharing.favourites import studio
from apps.sharing.models import Selection
from apps.sharing.review import answers, grid
from apps.smart_collections.asked import photos_of
from apps.web import htmx
from apps.web.answers import SeeOther

MOST_SHOWN = 200
MOST_TOLD = 200


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def find(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """A box for names; POST shows which photos they mean. It changes nothing."""
    album = shared_of(request, album_id)
    text = request.POST.get("names", "")
    context = {"album": album, "text": text, "longest": LONGEST_TEXT}
    if request.method == "POST":
        try:
            return render(request, "sharing/review/find.html", context | _found(album, text))
        except TooMuch as too_much:
            context["problem"] = str(too_much)
            return render(request, "sharing/review/find.html", context, status=422)
    return render(request, "sharing/review/find.html", context)


def _found(album: Album, text: str) -> dict[str, object]:
    rows = list(photos_of(album).live().in_order().values_list("photo_id", "photo__camera_name"))
    ids, names = [photo for photo, _ in rows], [name for _, name in rows]
    matches: Matches = match(text, names)
    photos = [ids[position] for position in matches.positions]
    return {
        "is_asked": True,
        "photos": photos,
        "stems": " ".join(stem_of(names[position]) for position in matches.positions),
        "proofs": grid.of(album, photos[:MOST_SHOWN]),
        "left_out": max(0, len(photos) - MOST_SHOWN),
        "misses": [(miss.asked, [names[at] for at in miss.nearest]) for miss in matches.misses[:MOST_TOLD]],
        "misses_count": len(matches.misses),
        "ambiguous": [(hit.asked, [names[at] for at in hit.positions]) for hit in matches.ambiguous[:MOST_TOLD]],
        "lists": answers.every_list(album),
        "labels": LABELS,
    }


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def find_mark(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Give all found photos a flag or a label of the studio's own (`mark`, like "pick" or "red")."""
    album = shared_of(request, album_id)
    wanted = request.POST.get("mark", "")
    photos, is_flag = uuids(request.POST.getlist("photo")), wanted in Flag.values
    try:
        marked = set_own(
            album, photos, by=request.user, flag=wanted if is_flag else None, label=None if is_flag else wanted
        )
    except BadOwnMark as bad:
        raise BadRequest(str(bad)) from bad
    answer = SeeOther(f"{album.get_absolute_url()}?mark={wanted}")
    text = f"{photos_word(marked.count if marked else 0)} marked."
    return htmx.tell(request, answer, text, undo=undo_url(request, marked))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def find_add(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Put all found photos into a client's list."""
    album = shared_of(request, album_id)
    rows = Selection.objects.for_studio(request.studio).filter(shown_id=album.pk).select_related("visitor")
    row = get_object_or_404(rows, pk=one_uuid(request.POST.get("selection")))
    row.album, row.studio = album, request.studio
    added = studio.add_for(row, uuids(request.POST.getlist("photo")), by=request.user)
    words = "1 photo" if added == 1 else f"{added:,} photos"
    answer = SeeOther("sharing:selection", request.studio.slug, album.pk, row.pk)
    return htmx.tell(request, answer, f"{words} put into {row.visitor.name}’s list “{row.title}”.")
