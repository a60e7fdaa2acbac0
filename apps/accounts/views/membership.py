"""Members of a studio: who they are, their roles and galleries, invitations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from apps.accounts import members, outbox, studios, visits
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.forms import InviteForm, RoleForm
from apps.accounts.models import Email, Invitation, Membership, MembershipAlbum, Role, Studio
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.refusal import Refusal

FORM_METHODS = ["GET", "HEAD", "POST"]
# More than these are not offered one by one; those that are chosen stand first.
MOST_OFFERED = 1_000


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A member as the list shows them. galleries: how many the member works in, None for all.

    lacks_factor: their two-step sign-in is off; told to owners.
    """

    id: UUID
    name: str
    email: str
    role: str
    is_you: bool
    galleries: int | None = None
    lacks_factor: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An open invitation as the list shows it. galleries: how many it is for, None for all.

    state, trouble: of its email, where it did not go out at once.
    """

    id: UUID
    email: str
    role: str
    expires_at: datetime
    galleries: int | None = None
    state: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A gallery to be chosen."""

    id: UUID
    title: str
    is_chosen: bool
    is_trashed: bool


def offered(studio: Studio, chosen: Collection[UUID]) -> list[Offered]:
    """The studio's galleries, the chosen ones first, then the newest. One that is chosen may lie in the trash."""
    rows = studio.albums.filter(Q(trashed_at__isnull=True) | Q(pk__in=chosen)).order_by("-created_at", "pk")
    found = [
        Offered(pk, title, pk in chosen, trashed_at is not None)
        for pk, title, trashed_at in rows.values_list("pk", "title", "trashed_at")
    ]
    return sorted(found, key=lambda gallery: not gallery.is_chosen)[:MOST_OFFERED]


# -- the list ----------------------------------------------------------------------------------------------------


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
        offer = members.invite(
            request.entered, form.cleaned_data["email"], Role(form.cleaned_data["role"]), form.works_in()
        )
    except Refusal as refusal:
        form.add_error("email" if isinstance(refusal, members.AlreadyMember) else "reach", str(refusal))
        return _members(request, form)
    return _members_changed(request, outbox.on_its_way(f"The invitation to {offer.email}"))


def _members(request: StudioRequest, form: InviteForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {"members": _shown(request), "visits": visits.latest_of(request.studio)}
    # Who was invited, and who works where, is the owners' business.
    if request.entered.may_manage:
        context |= {
            "form": form or InviteForm(initial={"role": Role.EDITOR, "reach": RoleForm.ALL}),
            "invitations": _offers(request.studio),
            "galleries": offered(request.studio, _chosen(form)),
        }
    template = "accounts/_members.html" if htmx.wants(request) else "accounts/members.html"
    answer = htmx.vary(render(request, template, context, status=422 if form else 200))
    # Also from the dialog of a member it is the list behind it that is drawn anew.
    return reswap(retarget(answer, "#members"), "outerHTML") if htmx.wants(request) else answer


def _shown(request: StudioRequest) -> list[ShownMember]:
    rows = MembershipAlbum.objects.for_studio(request.studio)
    here = Membership.objects.for_studio(request.studio).select_related("user").order_by("created_at", "id")
    tells = request.entered.may_manage
    return [
        ShownMember(
            row.pk, row.user.name, row.user.email, row.role, row.user_id == request.user.pk,
            len(row.albums) if tells and row.albums is not None else None, tells and not row.user.has_second_factor,
        )
        for row in here.prefetch_related(Prefetch("gallery_rows", rows))
    ]  # fmt: skip


def _offers(studio: Studio) -> list[Offer]:
    open_ones = Invitation.objects.for_studio(studio).filter(accepted_at__isnull=True, expires_at__gt=timezone.now())
    found = list(open_ones.order_by("created_at"))
    rows = Email.of(studio.pk).filter(key__in=[invitation.email_key for invitation in found]).defer("sealed")
    emails = {row.key: row for row in rows}
    offers = []
    for one in found:
        email = emails.get(one.email_key)
        told = (email.get_state_display(), email.error) if email else ("", "")
        galleries = None if one.albums is None else len(one.albums)
        offers.append(Offer(one.pk, one.email, one.role, one.expires_at, galleries, *told))
    return offers


@require_POST
@studio_page(Role.OWNER)
def second_factor(request: StudioRequest) -> HttpResponse:
    """Ask members for two-step sign-in, or no longer."""
    on = request.POST.get("on") == "1"
    try:
        studios.require_second_factor(request.entered, on)
    except studios.OwnFactorFirst as refusal:
        return _members_changed(request, str(refusal), level="warning")
    said = "Members now need two-step sign-in." if on else "Members no longer need two-step sign-in."
    return _members_changed(request, said)


def _chosen(form: RoleForm | None) -> list[UUID]:
    """The galleries ticked in a form that is shown again."""
    return form.cleaned_data.get("albums", []) if form is not None and form.is_bound else []


def _members_changed(request: StudioRequest, sentence: str, *, level: str = "info") -> HttpResponse:
    answer = _members(request) if htmx.wants(request) else SeeOther("accounts:members", request.studio.slug)
    return htmx.tell(request, answer, sentence, level=level)


# -- one member --------------------------------------------------------------------------------------------------


def _member(request: StudioRequest, member_id: UUID) -> Membership:
    rows = Membership.objects.for_studio(request.studio).select_related("user")
    return get_object_or_404(rows, pk=member_id)


@never_cache
@require_http_methods(FORM_METHODS)
@studio_page(Role.OWNER)
def member_role(request: StudioRequest, member_id: UUID) -> HttpResponse:
    """Which role a member has, and in which galleries."""
    member = _member(request, member_id)
    works_in = member.albums
    if request.method != "POST":
        reach = RoleForm.ALL if works_in is None else RoleForm.SOME
        return _role_page(request, member, RoleForm(initial={"role": member.role, "reach": reach}), works_in or [])
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _role_page(request, member, form, _chosen(form))
    role = Role(form.cleaned_data["role"])
    try:
        members.change_role(request.entered, member, role, form.works_in(works_in))
    except members.NotMember as refusal:
        return _members_changed(request, str(refusal), level="error")
    except Refusal as refusal:
        form.add_error("role" if isinstance(refusal, members.LastOwner) else "reach", str(refusal))
        return _role_page(request, member, form, _chosen(form))
    return htmx.trigger(_members_changed(request, f"{member.user} is {role.label.lower()} now."), dialog_close="")


def _role_page(request: StudioRequest, member: Membership, form: RoleForm, chosen: Collection[UUID]) -> HttpResponse:
    context = {"member": member, "form": form, "galleries": offered(request.studio, chosen)}
    template = "accounts/_member.html" if htmx.wants(request) else "accounts/member.html"
    return htmx.vary(render(request, template, context, status=422 if form.is_bound else 200))


@require_POST
@studio_page(Role.OWNER)
def member_remove(request: StudioRequest, member_id: UUID) -> HttpResponse:
    member = _member(request, member_id)
    try:
        members.remove(request.entered, member)
    except Refusal as refusal:
        return _members_changed(request, str(refusal), level="error")
    return _members_changed(request, f"{member.user} is no longer a member.")


@require_POST
@studio_page(Role.OWNER)
def invitation_revoke(request: StudioRequest, invitation_id: UUID) -> HttpResponse:
    rows = Invitation.objects.for_studio(request.studio).filter(accepted_at__isnull=True)
    members.take_back(request.entered, get_object_or_404(rows, pk=invitation_id))
    return _members_changed(request, "Invitation cancelled.")
