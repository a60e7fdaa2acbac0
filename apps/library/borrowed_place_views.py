"""The page on which photos without a place take that of another camera: choose, look at what would happen, apply."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.sentences import photos_word
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums import bulk
from apps.albums.models import Album
from apps.albums.request_params import album_of
from apps.jobs.pages import goes_on
from apps.library.places import borrowed
from apps.library.places.told import time_between
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal


class BorrowForm(forms.Form):
    """Whose places ("" for those of every camera), and how far away in time they may be."""

    camera = forms.ChoiceField(label="Take places from", required=False, widget=forms.RadioSelect)
    minutes = forms.IntegerField(
        label="At most this many minutes apart",
        min_value=0,
        max_value=borrowed.MOST_MINUTES,
        initial=borrowed.MINUTES,
        help_text="Each photo takes the place of the one nearest in time.",
    )

    def __init__(self, *args: Any, lenders: list[borrowed.Lender], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.model, f"{one.model} · {photos_word(one.count)} with a place") for one in lenders]
        if len(lenders) > 1:
            choices.insert(0, ("", "Every camera, whichever is nearest in time"))
        self.fields["camera"].choices = choices  # type: ignore[attr-defined]
        self.fields["camera"].initial = choices[0][0] if choices else ""


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def of_album(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Choose a camera and a distance; `do=preview` says what would happen, `do=apply` does it."""
    album = album_of(request, album_id)
    lenders = borrowed.lenders(album)
    form = BorrowForm(request.POST or None, lenders=lenders)
    found = None
    if request.method == "POST" and form.is_valid():
        camera, minutes = form.cleaned_data["camera"], form.cleaned_data["minutes"]
        try:
            if request.POST.get("do") == "apply":
                return _applied(request, album, camera, minutes)
            found = borrowed.preview(album, camera, minutes)
        except Refusal as reason:
            form.add_error(None, str(reason))
    status = 422 if form.is_bound and not form.is_valid() else 200
    largest = time_between(found.largest) if found else ""
    context = {"album": album, "form": form, "lenders": lenders, "preview": found, "largest": largest}
    return render(request, "library/borrow_places.html", context, status=status)


def _applied(request: StudioRequest, album: Album, camera: str, minutes: int) -> HttpResponse:
    photos = borrowed.wanting(album, camera, minutes)
    onward = SeeOther("albums:detail", request.studio.slug, album.pk)
    if len(photos) > bulk.AT_ONCE:
        return goes_on(request, partial(borrowed.begin, album, photos, camera, minutes, by=request.user), onward)
    entry = borrowed.take(album, photos, camera, minutes, by=request.user)
    if entry is None:
        return htmx.tell(request, onward, "Nothing to change: that is so already.")
    text = f"{photos_word(entry.count)} got the place of another camera’s photo."
    return htmx.tell(request, onward, text, undo=undo_url(request, entry))
