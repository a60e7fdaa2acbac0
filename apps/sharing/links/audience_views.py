"""To whom the studio shows photos and sections: all links of the album, chosen ones, or nobody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import JournalEntry, Role
from apps.albums import audiences
from apps.albums.models import Album
from apps.albums.request_params import album_of, uuids
from apps.web import htmx
from apps.web.answers import SeeOther

ALL, CHOSEN, NOBODY = "all", "chosen", "nobody"
_WORDS = {ALL: "visible to everyone with a link", CHOSEN: "visible to the chosen links", NOBODY: "hidden from clients"}
CHOICES = [(ALL, "Everyone with a link"), (CHOSEN, "Only chosen links"), (NOBODY, "Only the studio")]


class AudienceForm(forms.Form):
    """Who sees it. `links` are ids of the album's links."""

    seen_by = forms.ChoiceField(label="Visible to", widget=forms.RadioSelect)
    links = forms.MultipleChoiceField(label="Links", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, album: Album, with_nobody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(album.share_links.order_by("created_at", "id").values_list("pk", "label"))
        self.fields["seen_by"].choices = CHOICES if with_nobody else CHOICES[:2]  # type: ignore[attr-defined]
        self.fields["links"].choices = [(str(pk), label) for pk, label in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("seen_by") == CHOSEN and "links" not in self.errors and not data.get("links"):
            self.add_error("links", "Choose at least one link.")
        return data

    def audience(self) -> list[UUID] | None:
        """Ids of the chosen links; None for all of them."""
        return [UUID(pk) for pk in self.cleaned_data["links"]] if self.cleaned_data["seen_by"] == CHOSEN else None


def _initial(states: Collection[tuple[bool, list[UUID] | None]]) -> dict[str, Any]:
    """What is chosen in the form: nothing, if the photos differ."""
    if len(states) != 1:
        return {}
    ((is_hidden, audience),) = states
    if is_hidden:
        return {"seen_by": NOBODY}
    return {"seen_by": ALL} if audience is None else {"seen_by": CHOSEN, "links": [str(pk) for pk in audience]}


def _dialog(request: StudioRequest, album: Album, form: AudienceForm, *, what: str, **more: Any) -> HttpResponse:
    template = "sharing/links/_audience.html" if htmx.wants(request) else "sharing/links/audience.html"
    context = {"album": album, "form": form, "what": what, "action": request.path, **more}
    return htmx.vary(render(request, template, context, status=422 if form.is_bound else 200))


def _done(request: StudioRequest, album: Album, text: str, entry: JournalEntry | None) -> HttpResponse:
    answer: HttpResponse = SeeOther(album)
    if htmx.wants(request):
        answer = htmx.trigger(HttpResponse(status=204), dialog_close="", glassine_audience="")
    return htmx.tell(request, answer, text, undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def photos(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Who sees the selected photos: asks, and with `seen_by` does it. `photos` holds their ids, joined by commas."""
    album = album_of(request, album_id)
    ids = uuids([*request.POST.getlist("photo"), *request.POST.get("photos", "").split(",")])
    chosen = album.placements.live().filter(photo_id__in=ids)
    number = chosen.count()
    if not number:
        raise Http404
    what = "1 photo" if number == 1 else f"{number:,} photos"
    if "seen_by" not in request.POST:
        states = list(chosen.order_by().values_list("is_hidden", "audience").distinct()[:2])
        form = AudienceForm(initial=_initial(states), album=album, with_nobody=True)
        return _dialog(request, album, form, what=what, ids=ids)
    form = AudienceForm(request.POST, album=album, with_nobody=True)
    if not form.is_valid():
        return _dialog(request, album, form, what=what, ids=ids)
    seen_by = form.cleaned_data["seen_by"]
    # What nobody sees keeps its audience for the day it is shown again.
    if seen_by == NOBODY:
        entry = audiences.hide(album, ids, hidden=True, by=request.user)
    else:
        entry = audiences.show_photos_to(album, ids, form.audience(), by=request.user)
    return _done(request, album, f"{what}: {_WORDS[seen_by]}.", entry)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def section(request: StudioRequest, album_id: UUID, section_id: UUID) -> HttpResponse:
    """Who sees a section and all that lies in it."""
    album = album_of(request, album_id)
    row = get_object_or_404(album.sections, pk=section_id)
    row.album = album
    if request.method != "POST":
        form = AudienceForm(initial=_initial([(False, row.audience)]), album=album, with_nobody=False)
        return _dialog(request, album, form, what=f"“{row.title}”")
    form = AudienceForm(request.POST, album=album, with_nobody=False)
    if not form.is_valid():
        return _dialog(request, album, form, what=f"“{row.title}”")
    entry = audiences.show_section_to(row, form.audience(), by=request.user)
    return _done(request, album, f"“{row.title}”: {_WORDS[form.cleaned_data['seen_by']]}.", entry)
