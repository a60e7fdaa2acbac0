"""The studio's steps of a delivery that are one click each: more photos are coming, the link stays open longer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.accounts.views.answers import SeeOther
from apps.albums import editing
from apps.albums.asked import album_of
from apps.sharing import extending, reminders
from apps.sharing.links import Unsuitable
from apps.sharing.models import LetterKind, ShareLink
from apps.sharing.terms import Standing, Terms, day_words
from apps.web import htmx


@require_POST
@studio_page(Role.EDITOR)
def more_coming(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Tell the clients that photos will follow (`on`), or that the gallery is complete, and offer to write to them."""
    album = album_of(request, album_id)
    on = request.POST.get("on") == "1"
    editing.set_more_coming(album, on, by=request.user)
    if on:
        return htmx.tell(request, SeeOther(album.get_absolute_url()), "Clients read that more photos are coming.")
    page = reverse("sharing:letter_new", args=[request.studio.slug, album.pk])
    return htmx.tell(request, SeeOther(f"{page}?kind={LetterKind.COMPLETE.value}"), "The gallery is complete.")


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def link_extend(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Keep a link open for 30 more days. The mail about a client's wish leads here: reading it changes nothing."""
    album = album_of(request, album_id)
    link: ShareLink = get_object_or_404(album.share_links, pk=link_id)
    link.album, link.studio = album, request.studio
    if request.method != "POST":
        context = {"album": album, "link": link, "days": extending.DAYS, "is_open": _is_open(link)}
        return render(request, "sharing/link_extend.html", context)
    back = SeeOther(reverse("sharing:links", args=[request.studio.slug, album.pk]))
    try:
        last_day = extending.extend(link, by=request.user)
    except Unsuitable as unsuitable:
        return htmx.tell(request, back, str(unsuitable), level="error")
    return htmx.tell(request, back, f"“{link.label}” is open until {day_words(last_day)}.")


@require_POST
@studio_page(Role.EDITOR)
def link_reminders(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Whether mails remind the link's clients before it closes (`on`)."""
    album = album_of(request, album_id)
    link: ShareLink = get_object_or_404(album.share_links, pk=link_id)
    link.studio = request.studio
    on = request.POST.get("on") == "1"
    reminders.switch(link, on, by=request.user)
    back = SeeOther(reverse("sharing:links", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, back, "Clients are reminded." if on else "No reminders for this link.")


def _is_open(link: ShareLink) -> bool:
    return Terms.of(link, link.album).standing(timezone.now()) == Standing.OPEN
