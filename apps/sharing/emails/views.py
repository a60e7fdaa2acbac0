"""The studio's pages of mails to clients: write one, see what became of all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.accounts.views.answers import SeeOther
from apps.albums.models import Album
from apps.albums.request_params import album_of
from apps.sharing.emails import composing, outbox, recipients, reminders, templates
from apps.sharing.emails.forms import VISITORS, LetterForm
from apps.sharing.links.terms import day_words
from apps.sharing.models import Letter, LetterKind, LetterState, ShareLink
from apps.web import htmx, keyset

PAGE = 50
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; sandbox"


def _links(request: StudioRequest, album: Album) -> list[ShareLink]:
    """The album's links that are not revoked, newest first, with the rows that are at hand."""
    found = list(album.share_links.filter(revoked_at__isnull=True).order_by("-created_at", "-id"))
    for link in found:
        link.album, link.studio = album, request.studio
    return found


# -- write one -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def letter_new(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Send the link: to whom, what it says, when."""
    album = album_of(request, album_id)
    links = _links(request, album)
    if request.method != "POST":
        initial = {name: request.GET[name] for name in ("link", "kind") if name in request.GET}
        initial["language"] = composing.language_of(album)
        return _new_page(request, album, LetterForm(initial=initial, studio=request.studio, links=links))
    form = LetterForm(request.POST, studio=request.studio, links=links)
    written = _deliver(request, form)
    if written is None:
        return _new_page(request, album, form)
    count = len(written)
    people = "1 person" if count == 1 else f"{count} people"
    due_at = form.due_at()
    if due_at:
        text = f"The mail to {people} goes out on {day_words(due_at.date())}, {due_at:%H:%M}."
    else:
        text = f"The mail to {people} is on its way."
    answer = SeeOther(reverse("sharing:album_letters", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, answer, text)


def _deliver(request: StudioRequest, form: LetterForm) -> list[Letter] | None:
    """Write the mails; None if the form is not right, which it then says."""
    if not form.is_valid() or form.chosen_link is None:
        return None
    data = form.cleaned_data
    try:
        return outbox.deliver(
            form.chosen_link,
            kind=LetterKind(data["kind"]),
            to=form.recipients(),
            note=data["note"],
            language=data["language"],
            due_at=form.due_at(),
            batch=data["batch"],
            by=request.user,
        )
    except recipients.Unsendable as unsendable:
        form.add_error("day" if unsendable.field == "due" else unsendable.field, str(unsendable))
        return None


def _new_page(request: StudioRequest, album: Album, form: LetterForm) -> HttpResponse:
    context = {
        "album": album,
        "form": form,
        "has_links": bool(form.links),
        "reply_to": recipients.reply_address(request.studio),
        "preview_url": reverse("sharing:letter_preview", args=[request.studio.slug, album.pk]),
    }
    return render(request, "sharing/emails/letter_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def letter_preview(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The mail as it will be, for the frame beside the form."""
    album = album_of(request, album_id)
    form = LetterForm(request.POST if request.method == "POST" else request.GET, studio=request.studio,
                      links=_links(request, album))  # fmt: skip
    form.is_valid()
    # Before a link was chosen, the form stands on the first.
    link, data = form.chosen_link or next(iter(form.links.values()), None), form.cleaned_data
    language = data.get("language") or composing.language_of(album)
    client = ""
    if link and data.get("to") == VISITORS:
        client = next((visitor.name for visitor in recipients.visitors_of(link)), "")
    kind = LetterKind(data.get("kind") or LetterKind.DELIVERY)
    words = composing.draft(album, link, kind, language, note=data.get("note", ""), client=client)
    return as_mail(request, words)


def as_mail(request: StudioRequest, words: templates.Words, to: str = "") -> HttpResponse:
    """A mail in a frame of our own pages: its HTML, and below it the text that plain readers show."""
    context = {"words": words, "to": to, "reply_to": recipients.reply_address(request.studio)}
    response = render(request, "sharing/emails/letter_frame.html", context)
    # Mails carry their styles in attributes. The frame runs nothing, sends nothing and stands in our pages only.
    response["Content-Security-Policy"] = FRAME_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


# -- what became of them ---------------------------------------------------------------------------------------------


@require_safe
@studio_page(Role.EDITOR)
def letter_log(request: StudioRequest) -> HttpResponse:
    """All mails of the studio, newest first."""
    return _log(request, None)


@require_safe
@studio_page(Role.EDITOR)
def album_letters(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The mails of one album, and whether its links remind."""
    return _log(request, album_of(request, album_id))


def _log(request: StudioRequest, album: Album | None) -> HttpResponse:
    rows = Letter.objects.for_studio(request.studio).select_related("album", "link", "visitor").defer("html", "text")
    if album is not None:
        rows = rows.filter(album_id=album.pk)
    state = request.GET.get("state", "")
    state = state if state in LetterState.values else ""
    if state:
        rows = rows.filter(state=state)
    scope = f"letters {request.studio.pk} {album.pk if album else ''}"
    try:
        page = keyset.page(rows, ("-created_at", "-id"), limit=PAGE, cursor=request.GET.get("after", ""), scope=scope)
    except keyset.BadCursor:
        page = keyset.page(rows, ("-created_at", "-id"), limit=PAGE, scope=scope)
    query = request.GET.copy()
    query["after"] = page.next or ""
    context: dict[str, Any] = {
        "album": album,
        "letters": page.rows,
        "next_url": f"?{query.urlencode()}" if page.next else "",
        "state": state,
        "states": LetterState.choices,
        "links": _closing_links(request, album) if album else [],
        "days": request.studio.reminder_days,
    }
    template = "sharing/emails/_letter_rows.html" if htmx.wants(request, "more") else "sharing/emails/letter_log.html"
    return htmx.vary(render(request, template, context))


def _closing_links(request: StudioRequest, album: Album) -> list[ShareLink]:
    return [link for link in _links(request, album) if link.expires_on]


def _letter(request: StudioRequest, letter_id: UUID) -> Letter:
    rows = Letter.objects.for_studio(request.studio).select_related("album", "link", "visitor")
    letter: Letter = get_object_or_404(rows, pk=letter_id)
    letter.studio = letter.album.studio = request.studio
    return letter


@require_safe
@studio_page(Role.EDITOR)
def letter(request: StudioRequest, letter_id: UUID) -> HttpResponse:
    """One mail: to whom, when, what became of it, and its words."""
    row = _letter(request, letter_id)
    return render(request, "sharing/emails/letter_page.html", {"letter": row, "album": row.album})


@require_safe
@studio_page(Role.EDITOR)
def letter_words(request: StudioRequest, letter_id: UUID) -> HttpResponse:
    """The words of one mail, for the frame: as sent, or as they would be sent now."""
    row = _letter(request, letter_id)
    return as_mail(request, composing.compose(row), row.to)


@require_POST
@studio_page(Role.EDITOR)
def letter_retry(request: StudioRequest, letter_id: UUID) -> HttpResponse:
    row = _letter(request, letter_id)
    done = outbox.retry(row, by=request.user)
    return _back(request, row, "The mail is on its way again." if done else "This mail has not failed.")


@require_POST
@studio_page(Role.EDITOR)
def letter_cancel(request: StudioRequest, letter_id: UUID) -> HttpResponse:
    row = _letter(request, letter_id)
    done = outbox.cancel(row, by=request.user)
    return _back(request, row, "The mail is cancelled." if done else "This mail does not wait any more.")


def _back(request: StudioRequest, row: Letter, text: str) -> HttpResponse:
    """After a deed: the row anew for htmx, else the mail's page."""
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther(reverse("sharing:letter", args=[request.studio.slug, row.pk])), text)
    fresh = _letter(request, row.pk)
    answer = render(request, "sharing/emails/_letter_row.html", {"letter": fresh, "album": None})
    return htmx.toast(answer, text)


# -- reminders -------------------------------------------------------------------------------------------------------


@require_POST
@studio_page(Role.EDITOR)
def letter_reminders(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Reminders of one link on or off."""
    album = album_of(request, album_id)
    try:
        link_id = UUID(request.POST.get("link", ""))
    except ValueError:
        raise BadRequest("Which link?") from None
    link = get_object_or_404(album.share_links, pk=link_id)
    link.album, link.studio = album, request.studio
    on = request.POST.get("on") == "1"
    reminders.switch(link, on, by=request.user)
    answer = SeeOther(reverse("sharing:album_letters", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, answer, "Clients are reminded." if on else "No reminders for this link.")


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
