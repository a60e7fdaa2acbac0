"""Who works in a studio: invited, joined, moved to another role, removed."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.access import Entered
from apps.accounts.emails import cancel
from apps.accounts.journal import forget_address, note
from apps.accounts.models import ApiKey, Email, Invitation, Membership, RefreshToken, Role, Studio, User, secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.refusal import Refusal


class LastOwner(Refusal):
    """A studio without an owner could not be managed by anybody."""

    status = 409
    code = "last_owner"
    sentence = "A studio needs an owner. Make somebody else an owner first."


class AlreadyMember(Refusal):
    """The person works in the studio already."""

    status = 409
    code = "already_member"
    sentence = "This person is a member already."


class NotMember(Refusal):
    """Somebody else removed the person at this moment."""

    status = 409
    code = "not_member"
    sentence = "This person is no member any more."


class InvitationOver(Refusal):
    """The invitation was used, taken back, or has run out."""

    status = 410
    code = "invitation_over"
    sentence = "This invitation no longer works."


# -- roles -----------------------------------------------------------------------------------------------------


def change_role(entered: Entered, member: Membership, role: Role) -> None:
    """Give a member another role, effective at once. Raises LastOwner, NotMember.

    Call it in the studio's transaction.
    """
    with transaction.atomic():
        member = _locked(entered.studio, member, stays_owner=role == Role.OWNER)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        note(entered.studio, entered.user, "member.role_changed", member.user, before=before, now=role)


def remove(entered: Entered, member: Membership) -> None:
    """End a membership with its API keys and sessions in this studio. Raises LastOwner, NotMember.

    The journal keeps what the person did here, but not the address to which they were invited.
    """
    with transaction.atomic():
        member = _locked(entered.studio, member, stays_owner=False)
        ApiKey.objects.for_studio(entered.studio).filter(made_by=member.user_id).delete()
        RefreshToken.objects.for_studio(entered.studio).filter(user=member.user_id).update(revoked_at=timezone.now())
        note(entered.studio, entered.user, "member.removed", member.user, role=member.role)
        forget_address(entered.studio, member.user.email)
        member.delete()


def _locked(studio: Studio, member: Membership, *, stays_owner: bool) -> Membership:
    """The membership as it is now. All owners' rows are locked, so two owners cannot leave at the same moment."""
    rows = Membership.objects.for_studio(studio)
    owners = list(rows.filter(role=Role.OWNER).order_by("id").select_for_update().values_list("id", flat=True))
    if owners == [member.pk] and not stays_owner:
        raise LastOwner
    now = rows.select_for_update(of=("self",)).select_related("user", "studio").filter(pk=member.pk).first()
    if now is None:
        raise NotMember
    return now


# -- invitations -------------------------------------------------------------------------------------------------


def invite(entered: Entered, email: str, role: Role) -> Invitation:
    """Email an offer to join; a second one to the same address replaces the first. Raises AlreadyMember."""
    email, studio = email.strip().lower(), entered.studio
    if Membership.objects.for_studio(studio).filter(user__email=email).exists():
        raise AlreadyMember
    token, now = secrets.token_urlsafe(32), timezone.now()
    offer = {
        "role": role,
        "token_hash": secret_hash(token),
        "invited_by": entered.user,
        "created_at": now,
        "expires_at": now + Invitation.LIFETIME,
        "accepted_at": None,
    }
    invitation, _ = Invitation.objects.for_studio(studio).update_or_create(
        email=email, defaults=offer, create_defaults={**offer, "studio": studio}
    )
    note(studio, entered.user, "member.invited", invitation, email=email, role=role)
    _cancel_offers(invitation)
    words = outbox.rendered(
        f"Invitation to {studio.name}",
        "accounts/emails/invitation.txt",
        inviter=str(entered.user),
        studio=studio.name,
        role=role,
        days=Invitation.LIFETIME.days,
        url=settings.PUBLIC_URL + reverse("accounts:invitation", args=[token]),
    )
    outbox.put(studio, invitation.email_key, email, words, useful_until=invitation.expires_at, is_automatic=False)
    return invitation


def take_back(entered: Entered, invitation: Invitation) -> None:
    """The link that was sent works no more."""
    note(entered.studio, entered.user, "member.invitation_taken_back", invitation, email=invitation.email)
    _cancel_offers(invitation)
    invitation.delete()


def _cancel_offers(invitation: Invitation) -> None:
    """An offer that still waits to be sent holds a link that works no more."""
    cancel(Email.of(invitation.studio_id).filter(key__startswith=f"invitation:{invitation.pk}:"))


def invitation_of(token: str) -> Invitation | None:
    """The open invitation that this token from an email belongs to, with its studio."""
    with across_studios():
        rows = Invitation.objects.filter(token_hash=secret_hash(token)).select_related("studio")
        invitation = rows.defer("studio__logo").first()
    return invitation if invitation is not None and invitation.is_open else None


def join(invitation: Invitation, user: User) -> None:
    """Accept an invitation; it is used up. Raises InvitationOver."""
    studio = invitation.studio
    with acting_in(studio):
        rows = Invitation.objects.for_studio(studio).select_for_update()
        current = rows.filter(pk=invitation.pk, token_hash=invitation.token_hash).first()
        if current is None or not current.is_open:
            raise InvitationOver
        current.accepted_at = timezone.now()
        current.save(update_fields=["accepted_at"])
        here = Membership.objects.for_studio(studio)
        here.get_or_create(user=user, defaults={"studio": studio, "role": current.role})
        note(studio, user, "member.joined", user, role=current.role)


def join_as_new(invitation: Invitation, *, name: str, password: str) -> User:
    """Make the invited person's account and accept. Raises InvitationOver, also if the account exists by now."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(invitation.email, password, name=name)
        except IntegrityError:
            raise InvitationOver from None
        join(invitation, user)
    return user
