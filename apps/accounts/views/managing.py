"""What owners manage: settings, members, API keys."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import keys, members, outbox, studios
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import ApiKeyForm, InviteForm, LogoForm, RoleForm, SettingsForm
from apps.accounts.models import ApiKey, Email, Invitation, Membership, Role, Studio
from apps.accounts.views.answers import page, refused, sent
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

FORM_METHODS = ["GET", "HEAD", "POST"]


# -- settings ------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def settings(request: StudioRequest) -> HttpResponse:
    # A copy: a form that is not right must not change the studio that the page is drawn for.
    form = SettingsForm(sent(request), instance=copy(request.studio))
    context = {"logo_form": LogoForm(), "usage": _usage(request.studio), "readable": _readable(request.studio)}
    if not form.is_valid():
        return page(request, "accounts/settings.html", context, form=form)
    try:
        studio = studios.change(request.entered, **form.cleaned_data)
    except studios.SlugTaken as refusal:
        return refused(request, "accounts/settings.html", context, form, refusal, "slug")
    answer = SeeOther(reverse("accounts:settings", args=[studio.slug]))
    return htmx.tell(request, answer, "Saved.")


def _readable(studio: Studio) -> int:
    """How many links open at an address that begins with the studio's slug."""
    return studio.sharelinks.exclude(slug="").filter(revoked_at__isnull=True).count()


def _usage(studio: Studio) -> dict[str, int]:
    return {
        "bytes": studio.bytes_used,
        "quota": studio.quota_bytes,
        "files": studio.files_used,
        "percent": min(100, round(100 * studio.bytes_used / studio.quota_bytes)) if studio.quota_bytes else 100,
    }


# -- members -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A member as the list shows them."""

    id: UUID
    name: str
    email: str
    role: str
    is_you: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An open invitation as the list shows it.

    state, trouble: of its email, where it did not go out at once.
    """

    id: UUID
    email: str
    role: str
    expires_at: datetime
    state: str = ""
    trouble: str = ""


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.VIEWER)
def members_page(request: StudioRequest) -> HttpResponse:
    if request.method != "POST":
        return _members(request)
    request.entered.require(Role.OWNER)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _members(request, form)
    try:
        offer = members.invite(request.entered, form.cleaned_data["email"], Role(form.cleaned_data["role"]))
    except members.AlreadyMember as refusal:
        form.add_error("email", str(refusal))
        return _members(request, form)
    return _members_changed(request, outbox.on_its_way(f"The invitation to {offer.email}"))


def _members(request: StudioRequest, form: forms.Form | None = None) -> HttpResponse:
    part = htmx.wants(request, "members")
    here = Membership.objects.for_studio(request.studio).select_related("user").order_by("created_at", "id")
    context = {
        "members": [
            ShownMember(row.pk, row.user.name, row.user.email, row.role, row.user_id == request.user.pk) for row in here
        ],
        # Who was invited is the owners' business.
        "invitations": _offers(request.studio) if request.entered.may_manage else [],
        "roles": Role.choices,
        "form": form or InviteForm(),
    }
    template = "accounts/_members.html" if part else "accounts/members.html"
    return htmx.vary(render(request, template, context, status=422 if form else 200))


def _offers(studio: Studio) -> list[Offer]:
    open_ones = Invitation.objects.for_studio(studio).filter(accepted_at__isnull=True, expires_at__gt=timezone.now())
    found = list(open_ones.order_by("created_at"))
    rows = Email.of(studio.pk).filter(key__in=[invitation.email_key for invitation in found]).defer("sealed")
    emails = {row.key: row for row in rows}
    offers = []
    for one in found:
        email = emails.get(one.email_key)
        told = (email.get_state_display(), email.error) if email else ("", "")
        offers.append(Offer(one.pk, one.email, one.role, one.expires_at, *told))
    return offers


def _members_changed(request: StudioRequest, sentence: str, *, level: str = "info") -> HttpResponse:
    answer = (
        _members(request) if htmx.wants(request) else SeeOther(reverse("accounts:members", args=[request.studio.slug]))
    )
    return htmx.tell(request, answer, sentence, level=level)


def _member(request: StudioRequest, member_id: UUID) -> Membership:
    rows = Membership.objects.for_studio(request.studio).select_related("user")
    return get_object_or_404(rows, pk=member_id)


@require_POST
@studio_page(Role.OWNER)
def member_role(request: StudioRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _members_changed(request, "There is no such role.", level="error")
    role = Role(form.cleaned_data["role"])
    try:
        members.change_role(request.entered, member, role)
    except Refusal as refusal:
        return _members_changed(request, str(refusal), level="error")
    return _members_changed(request, f"{member.user} is {role.label.lower()} now.")


@require_POST
@studio_page(Role.OWNER)
def member_remove(request: StudioRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    try:
        members.remove(request.entered, member)
    except Refusal as refusal:
        return _members_changed(request, str(refusal), level="error")
    return _members_changed(request, f"{member.user} is no member any more.")


@require_POST
@studio_page(Role.OWNER)
def invitation_revoke(request: StudioRequest, invitation_id: UUID) -> HttpResponse:
    rows = Invitation.objects.for_studio(request.studio).filter(accepted_at__isnull=True)
    members.take_back(request.entered, get_object_or_404(rows, pk=invitation_id))
    return _members_changed(request, "The invitation no longer works.")


# -- API keys ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as the list shows it."""

    id: UUID
    label: str
    prefix: str
    scopes: list[str]
    created_at: object
    last_used_at: object


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def api_keys(request: StudioRequest) -> HttpResponse:
    form = ApiKeyForm(sent(request), role=request.entered.role)
    if not form.is_valid():
        return _keys(request, form)
    _, secret = keys.make_key(request.entered, name=form.cleaned_data["label"], scopes=form.cleaned_data["scopes"])
    # Shown in this answer and never again, so there is no page to be sent to.
    return _keys(request, ApiKeyForm(role=request.entered.role), new_key=secret)


def _keys(request: StudioRequest, form: ApiKeyForm, *, new_key: str = "") -> HttpResponse:
    rows = ApiKey.objects.for_studio(request.studio).order_by("-created_at", "id")
    shown = [ShownKey(row.pk, row.name, row.prefix, row.scopes, row.created_at, row.last_used_at) for row in rows]
    part = htmx.wants(request, "api-keys")
    template = "accounts/_api_keys.html" if part else "accounts/api_keys.html"
    return htmx.vary(page(request, template, {"keys": shown, "new_key": new_key}, form=form))


@require_POST
@studio_page(Role.OWNER)
def api_key_delete(request: StudioRequest, key_id: UUID) -> HttpResponse:
    keys.end_key(request.entered, get_object_or_404(ApiKey.objects.for_studio(request.studio), pk=key_id))
    answer = (
        _keys(request, ApiKeyForm(role=request.entered.role))
        if htmx.wants(request)
        else SeeOther(reverse("accounts:api_keys", args=[request.studio.slug]))
    )
    return htmx.tell(request, answer, "The key works no more.")
