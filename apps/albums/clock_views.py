"""The page that moves the times of one camera's photos in a gallery: choose, look at the new order, apply."""

from __future__ import annotations

import re
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
from apps.albums import clock
from apps.albums.models import Album
from apps.albums.request_params import album_of
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

_SHIFT = re.compile(r"\s*([+\u2212-]?)\s*(?:(\d{1,6}):)?(\d{1,2}):(\d{2})\s*")


def seconds_of(text: str) -> int | None:
    """ "+00:03:12", "-3:12" or "26:00:00" in seconds; None for what is no time to move by."""
    match = _SHIFT.fullmatch(text)
    if match is None or int(match[3]) > 59 or int(match[4]) > 59:
        return None
    seconds = int(match[2] or 0) * 3600 + int(match[3]) * 60 + int(match[4])
    return seconds if match[1] in ("", "+") else -seconds


class ClockForm(forms.Form):
    """Which camera, and by how much."""

    camera = forms.ChoiceField(label="Camera", widget=forms.RadioSelect)
    shift = forms.CharField(
        label="Move by",
        max_length=20,
        help_text="Hours, minutes and seconds, such as +00:03:12 or -1:00:00.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "+00:00:00"}),
    )

    def __init__(self, *args: Any, cameras: list[clock.Camera], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.model, f"{one.model} · {photos_word(one.count)}") for one in cameras]
        self.fields["camera"].choices = choices  # type: ignore[attr-defined]

    def clean_shift(self) -> int:
        """The shift in seconds."""
        seconds = seconds_of(self.cleaned_data["shift"])
        if not seconds:
            raise forms.ValidationError("Write how far to move, such as +00:03:12.")
        return seconds


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def of_album(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Choose a camera and a shift; `do=preview` shows the new order, `do=apply` moves the times."""
    album = album_of(request, album_id)
    cameras = clock.cameras(album)
    form = ClockForm(request.POST or None, cameras=cameras)
    found = None
    if request.method == "POST" and form.is_valid():
        camera, seconds = form.cleaned_data["camera"], form.cleaned_data["shift"]
        try:
            if request.POST.get("do") == "apply":
                return _applied(request, album, camera, seconds)
            found = clock.preview(album, camera, seconds)
        except Refusal as reason:
            form.add_error(None, str(reason))
    status = 422 if form.is_bound and not form.is_valid() else 200
    context = {"album": album, "form": form, "cameras": cameras, "preview": found}
    return render(request, "albums/clock.html", context, status=status)


def _applied(request: StudioRequest, album: Album, camera: str, seconds: int) -> HttpResponse:
    entry = clock.shift(album, camera, seconds, by=request.user)
    text = f"{photos_word(entry.count)} of the {camera} moved by {clock.shift_in_words(seconds)}."
    onward = SeeOther("albums:detail", request.studio.slug, album.pk)
    return htmx.tell(request, onward, text, undo=undo_url(request, entry))
