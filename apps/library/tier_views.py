"""Reviewing what is known of photos, one after the other, and approving many at once."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django import forms
from django.db.models.fields.tuple_lookups import TupleGreaterThan
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.journal.views import undo_url
from apps.accounts.models import Role
from apps.albums import information, marks
from apps.albums.models import Album, Photo, PhotoState, PlacementQuerySet
from apps.albums.request_params import album_of, photo_of, uuid_or_none
from apps.albums.scope import WHERE
from apps.jobs.pages import goes_on
from apps.library.pages import act, chosen, onward
from apps.library.places import told
from apps.library.tiers import approve
from apps.media.facts import CAPTION_LIMIT
from apps.media.serving import picture_url
from apps.web import htmx
from apps.web.answers import SeeOther

# Where a placement stands in the order of its gallery.
KEY = ("section_rank", "sort_key", "id")


class ReviewForm(forms.Form):
    """What a person corrects before a record is approved. keywords: with commas between them."""

    caption = forms.CharField(max_length=CAPTION_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    keywords = forms.CharField(max_length=4000, required=False)
    place = forms.CharField(max_length=200, required=False)
    photographer = forms.CharField(max_length=120, required=False)
    rating = forms.TypedChoiceField(
        coerce=int, choices=[(0, "None"), *((n, f"{n} ★") for n in range(1, marks.MOST_STARS + 1))], label="Stars"
    )

    def clean_keywords(self) -> list[str]:
        """The words, each once."""
        text = str(self.cleaned_data["keywords"])
        try:
            return marks.keywords_of(text) if text.strip(" ,") else []
        except marks.BadKeywords as bad:
            raise forms.ValidationError(str(bad)) from bad


def _waiting(album: Album) -> PlacementQuerySet:
    """What of a gallery nobody has approved yet, in its order."""
    return album.placements.live().filter(photo__approved_at__isnull=True, photo__state=PhotoState.READY).in_order()


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def review(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The next photo of a gallery to be reviewed; `after`: the one that was passed over."""
    album = album_of(request, album_id)
    rows = _waiting(album)
    passed = uuid_or_none(request.GET.get("after"))
    key = album.placements.filter(photo_id=passed).values_list(*KEY).first() if passed else None
    if key is not None:
        rows = rows.filter(TupleGreaterThan(WHERE, key))
    first = rows.values_list("photo_id", flat=True).first()
    if first is None:
        context = {"album": album, "left": _waiting(album).count()}
        return render(request, "library/review.html", context)
    photo = photo_of(album, first)
    initial = {name: getattr(photo, name) for name in ("caption", "place", "photographer", "rating")}
    return _page(request, album, photo, ReviewForm(initial=initial | {"keywords": ", ".join(photo.keywords)}))


def _page(request: StudioRequest, album: Album, photo: Photo, form: ReviewForm) -> HttpResponse:
    context = {
        "album": album,
        "photo": photo,
        "form": form,
        "facts": information.of(photo, request.studio.zone, place=told.place_of(photo)),
        "left": _waiting(album).count(),
        "picture": picture_url(request.studio.pk, album.pk, photo.pk, "web"),
    }
    return render(request, "library/review.html", context, status=422 if form.errors else 200)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def review_photo(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """Keep what was corrected; with `do=approve` the photo is approved, too."""
    album = album_of(request, album_id)
    photo = photo_of(album, photo_id)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, album, photo, form)
    entry = marks.mark(photo, by=request.user, album=album, **form.cleaned_data)
    text = f"{photo.camera_name} saved."
    if request.POST.get("do") == "approve":
        mine = request.entered.album_ids or ()
        entry = approve.approve(request.studio, [photo.pk], by=request.user, albums=mine) or entry
        text = f"{photo.camera_name} approved."
    address = reverse("library:review", args=[request.studio.slug, album.pk])
    return htmx.tell_next(request, SeeOther(f"{address}?after={photo.pk}"), text, undo=undo_url(request, entry))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def approve_photos(request: StudioRequest) -> HttpResponse:
    """Approve photos and write what is known of them into copies, in the background."""
    ids = chosen(request)
    mine = request.entered.album_ids
    return goes_on(request, partial(approve.begin, request.studio, ids, by=request.user, mine=mine), onward(request))


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def unapprove_photos(request: StudioRequest) -> HttpResponse:
    """Have photos reviewed once more."""
    ids, mine, by = chosen(request), request.entered.album_ids, request.user
    begin = partial(approve.begin_back, request.studio, ids, by=by, mine=mine)
    do = partial(approve.unapprove, request.studio, ids, by=by, albums=mine or ())
    return act(request, ids, begin, do, "{photos} put back to be reviewed.")
