"""The studio's pages of emails to clients: write one, see what became of all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import outbox
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.emails import Words
from apps.accounts.models import EmailState, Role
from apps.albums import editing
from apps.albums.models import Album, AlbumState
from apps.albums.request_params import album_of, shared_of
from apps.sharing.emails import complete, composing, recipients, reminders, writing
from apps.sharing.emails.forms import VISITORS, EmailForm
from apps.sharing.links.terms import day_words
from apps.sharing.models import ClientEmail, EmailKind, ShareLink
from apps.web import htmx, keyset
from apps.web.answers import SeeOther

PAGE = 50
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; sandbox"


def _links(request: StudioRequest, album: Album) -> list[ShareLink]:
    """The album's links that are not revoked, the client's own first, then the newest, with the rows at hand."""
    found = list(album.share_links.filter(revoked_at__isnull=True).order_by("-is_main", "-created_at", "-id"))
    for link in found:
        link.album, link.studio = album, request.studio
    return found


# -- write one -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def email_new(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Send the link: to whom, what it says, when."""
    album = shared_of(request, album_id)
    links = _links(request, album)
    if request.method != "POST":
        initial = {name: request.GET[name] for name in ("link", "kind") if name in request.GET}
        initial["language"] = composing.language_of(album)
        return _new_page(request, album, EmailForm(initial=initial, studio=request.studio, links=links))
    form = EmailForm(request.POST, studio=request.studio, links=links)
    is_draft = album.state == AlbumState.DRAFT and "publish" in request.POST
    # Both or nothing: a gallery whose email cannot go out stays a draft.
    with transaction.atomic():
        if is_draft and form.is_valid():
            editing.set_state(album, AlbumState.LIVE, by=request.user)
        written = _deliver(request, form)
        if written is None and is_draft:
            transaction.set_rollback(True)
            album.state = AlbumState.DRAFT
    if written is None:
        return _new_page(request, album, form)
    count = len(written)
    people = "1 person" if count == 1 else f"{count} people"
    due_at = form.due_at()
    if due_at:
        text = f"The email to {people} will be sent on {day_words(due_at.date())}, {due_at:%H:%M}."
    else:
        text = outbox.on_its_way(f"The email to {people}")
    answer = SeeOther(reverse("sharing:album_emails", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, answer, f"The gallery is live. {text}" if is_draft else text)


def _deliver(request: StudioRequest, form: EmailForm) -> list[ClientEmail] | None:
    """Write the emails; None if the form is not right, which it then says."""
    if not form.is_valid() or form.chosen_link is None:
        return None
    data = form.cleaned_data
    try:
        return writing.deliver(
            form.chosen_link,
            kind=EmailKind(data["kind"]),
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


def _new_page(request: StudioRequest, album: Album, form: EmailForm) -> HttpResponse:
    context = {
        "album": album,
        "form": form,
        "has_links": bool(form.links),
        "reply_to": request.studio.reply_address,
        "preview_url": reverse("sharing:email_preview", args=[request.studio.slug, album.pk]),
    }
    return render(request, "sharing/emails/email_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR, album_scoped=True)
def email_preview(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The email as it will be, for the frame beside the form."""
    album = shared_of(request, album_id)
    form = EmailForm(request.POST if request.method == "POST" else request.GET, studio=request.studio,
                      links=_links(request, album))  # fmt: skip
    form.is_valid()
    # Before a link was chosen, the form stands on the first.
    link, data = form.chosen_link or next(iter(form.links.values()), None), form.cleaned_data
    language = data.get("language") or composing.language_of(album)
    client = ""
    if link and data.get("to") == VISITORS:
        client = next((visitor.name for visitor in recipients.visitors_of(link)), "")
    kind = EmailKind(data.get("kind") or EmailKind.DELIVERY)
    words = composing.draft(album, link, kind, language, note=data.get("note", ""), client=client)
    return framed(request, words)


def framed(request: StudioRequest, words: Words, to: str = "") -> HttpResponse:
    """An email in a frame of our own pages: its HTML, and below it the text that plain readers show."""
    context = {"words": words, "to": to, "reply_to": request.studio.reply_address}
    response = render(request, "sharing/emails/email_frame.html", context)
    # Emails carry their styles in attributes. The frame runs nothing, sends nothing and stands in our pages only.
    response["Content-Security-Policy"] = FRAME_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


# -- what became of them ---------------------------------------------------------------------------------------------


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def email_log(request: StudioRequest) -> HttpResponse:
    """All emails of the studio, newest first."""
    return _log(request, None)


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def album_emails(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The emails of one album, and whether its links remind."""
    return _log(request, shared_of(request, album_id))


def _log(request: StudioRequest, album: Album | None) -> HttpResponse:
    rows = ClientEmail.objects.visible_to(request.entered).select_related("email", "album", "link")
    rows = rows.defer("email__sealed")
    if album is not None:
        rows = rows.filter(album_id=album.pk)
    state = request.GET.get("state", "")
    state = state if state in EmailState.values else ""
    if state:
        rows = rows.filter(email__state=state)
    scope = f"emails {request.studio.pk} {album.pk if album else ''}"
    after = request.GET.get("after", "")
    page = keyset.page_or_first(rows, ("-created_at", "-id"), limit=PAGE, cursor=after, scope=scope)
    query = request.GET.copy()
    query["after"] = page.next or ""
    context: dict[str, Any] = {
        "album": album,
        "rows": page.rows,
        "next_url": f"?{query.urlencode()}" if page.next else "",
        "state": state,
        "states": EmailState.choices,
        "links": _closing_links(request, album) if album else [],
        "days": request.studio.reminder_days,
    }
    template = "sharing/emails/_email_rows.html" if htmx.wants(request, "more") else "sharing/emails/email_log.html"
    return htmx.vary(render(request, template, context))


def _closing_links(request: StudioRequest, album: Album) -> list[ShareLink]:
    return [link for link in _links(request, album) if link.expires_on]


def _row(request: StudioRequest, email_id: UUID) -> ClientEmail:
    rows = ClientEmail.objects.visible_to(request.entered).select_related(
        "email", "album", "link", "visitor", "selection"
    )
    row: ClientEmail = get_object_or_404(rows, pk=email_id)
    row.studio = row.album.studio = request.studio
    return row


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def email(request: StudioRequest, email_id: UUID) -> HttpResponse:
    """One email: to whom, when, what became of it, and its words."""
    row = _row(request, email_id)
    return render(request, "sharing/emails/email_page.html", {"row": row, "album": row.album})


@require_safe
@studio_page(Role.EDITOR, album_scoped=True)
def email_words(request: StudioRequest, email_id: UUID) -> HttpResponse:
    """The words of one email, for the frame: as sent, or as they would be sent now."""
    row = _row(request, email_id)
    return framed(request, composing.words_of(row), row.email.to)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def email_retry(request: StudioRequest, email_id: UUID) -> HttpResponse:
    row = _row(request, email_id)
    done = writing.retry(row, by=request.user)
    return _back(request, row, outbox.on_its_way("The email") if done else "This email did not fail.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def email_cancel(request: StudioRequest, email_id: UUID) -> HttpResponse:
    row = _row(request, email_id)
    done = writing.cancel(row, by=request.user)
    return _back(request, row, "Email cancelled." if done else "This email is no longer scheduled.")


def _back(request: StudioRequest, row: ClientEmail, text: str) -> HttpResponse:
    """After a deed: the row anew for htmx, else the email's page."""
    if not htmx.wants(request):
        return htmx.tell(request, SeeOther(reverse("sharing:email", args=[request.studio.slug, row.pk])), text)
    fresh = _row(request, row.pk)
    answer = render(request, "sharing/emails/_email_row.html", {"row": fresh, "album": None})
    return htmx.toast(answer, text)


# -- a gallery in two stages -----------------------------------------------------------------------------------------


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def more_coming(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Tell the clients that photos will follow (`on`), or that the gallery is complete: then all get an email."""
    album = album_of(request, album_id)
    on = request.POST.get("on") == "1"
    changed = editing.set_more_coming(album, on, by=request.user)
    back = SeeOther(album.get_absolute_url())
    if on or changed is None:
        return htmx.tell(
            request, back, "Clients now see that more photos are coming." if on else "The gallery is complete."
        )
    try:
        with transaction.atomic():
            count = complete.tell_everyone(album, by=request.user)
    except recipients.Unsendable as unsendable:
        return htmx.tell(request, back, f"The gallery is complete, but no email was sent. {unsendable}", level="error")
    if not count:
        # Nobody is known by address yet: whom to tell is typed.
        page = reverse("sharing:email_new", args=[request.studio.slug, album.pk])
        answer = SeeOther(f"{page}?kind={EmailKind.COMPLETE.value}")
        return htmx.tell(request, answer, "The gallery is complete.")
    people = "1 person" if count == 1 else f"{count} people"
    return htmx.tell(request, back, f"The gallery is complete. {outbox.on_its_way(f'The email to {people}')}")


# -- reminders -------------------------------------------------------------------------------------------------------


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def album_reminders(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """Reminders of one link on or off."""
    album = shared_of(request, album_id)
    try:
        link_id = UUID(request.POST.get("link", ""))
    except ValueError:
        raise BadRequest("Which link?") from None
    link = get_object_or_404(album.share_links, pk=link_id)
    link.album, link.studio = album, request.studio
    on = request.POST.get("on") == "1"
    reminders.switch(link, on, by=request.user)
    answer = SeeOther(reverse("sharing:album_emails", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, answer, "Clients are reminded." if on else "No reminders for this link.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def link_reminders(request: StudioRequest, album_id: UUID, link_id: UUID) -> HttpResponse:
    """Whether emails remind the link's clients before it closes (`on`)."""
    album = shared_of(request, album_id)
    link: ShareLink = get_object_or_404(album.share_links, pk=link_id)
    link.studio = request.studio
    on = request.POST.get("on") == "1"
    reminders.switch(link, on, by=request.user)
    back = SeeOther(reverse("sharing:links", args=[request.studio.slug, album.pk]))
    return htmx.tell(request, back, "Clients are reminded." if on else "No reminders for this link.")
