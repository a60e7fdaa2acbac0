"""Who works in a studio and in which of its galleries: invited, joined, moved to another role, removed."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.access import Entered
from apps.accounts.emails import cancel
from apps.accounts.journal import forget_address, note
from apps.accounts.models import ApiKey, Email, Invitation, Membership, RefreshToken, Role, Studio, User, secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.refusal import Refusal

GALLERIES_MOST = 500
# So many galleries are named in an invitation, the rest are counted.
TOLD = 5


class LastOwner(Refusal):
    """A studio without an owner could not be managed by anybody."""

    status = 409
    code = "last_owner"
    sentence = "A studio needs an owner. Make someone else an owner first."


class AlreadyMember(Refusal):
    """The person works in the studio already."""

    status = 409
    code = "already_member"
    sentence = "This person is already a member."


class NotMember(Refusal):
    """Somebody else removed the person at this moment."""

    status = 409
    code = "not_member"
    sentence = "This person is no longer a member."


class OwnerRestricted(Refusal):
    """Who manages the studio cannot be kept from a part of it."""

    status = 422
    code = "owner_restricted"
    sentence = "Owners have access to every gallery. Choose another role to limit access."


class NoGallery(Refusal):
    """A restricted member without a gallery could do nothing."""

    status = 422
    code = "no_gallery"
    sentence = "Choose at least one gallery."


class UnknownGallery(Refusal):
    """Not a gallery of this studio."""

    status = 422
    code = "unknown_gallery"
    sentence = "One of these galleries no longer exists."


class TooManyGalleries(Refusal):
    """The list is read at every request of the member."""

    status = 422
    code = "too_many_galleries"
    sentence = f"Choose at most {GALLERIES_MOST} galleries, or all of them."


class InvitationOver(Refusal):
    """The invitation was used, taken back, or has run out."""

    status = 410
    code = "invitation_over"
    sentence = "This invitation no longer works."


# -- roles and galleries ---------------------------------------------------------------------------------------


def change_role(entered: Entered, member: Membership, role: Role, albums: Collection[UUID] | None = None) -> None:
    """Give a member this role in these galleries (None: in all), effective at once.

    Raises LastOwner, NotMember, OwnerRestricted, NoGallery, UnknownGallery, TooManyGalleries.
    Call it in the studio's transaction.
    """
    check_galleries(entered.studio, role, albums)
    with transaction.atomic():
        member = _locked(entered.studio, member, stays_owner=role == Role.OWNER)
        before, member.role = member.role, role
        member.work_in(albums)
        note(
            entered.studio, entered.user, "member.role_changed", member.user,
            before=before, now=role, albums=_listed(albums),
        )  # fmt: skip


def check_galleries(studio: Studio, role: Role, albums: Collection[UUID] | None) -> None:
    """May somebody of this role work in these galleries (None: in all)?

    Raises OwnerRestricted, NoGallery, UnknownGallery, TooManyGalleries.
    """
    if albums is None:
        if role == Role.CONTRIBUTOR:
            raise NoGallery
        return
    if role == Role.OWNER:
        raise OwnerRestricted
    wanted = set(albums)
    if not wanted:
        raise NoGallery
    if len(wanted) > GALLERIES_MOST:
        raise TooManyGalleries
    if studio.albums.filter(pk__in=wanted).count() != len(wanted):
        raise UnknownGallery


def _listed(albums: Collection[UUID] | None) -> list[str] | None:
    """The galleries as the journal keeps them."""
    return None if albums is None else sorted(map(str, albums))


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


def invite(entered: Entered, email: str, role: Role, albums: Collection[UUID] | None = None) -> Invitation:
    """Email an offer to join and to work in these galleries (None: in all). A second one replaces the first.

    Raises AlreadyMember, OwnerRestricted, NoGallery, UnknownGallery, TooManyGalleries.
    """
    email, studio = email.strip().lower(), entered.studio
    check_galleries(studio, role, albums)
    if Membership.objects.for_studio(studio).filter(user__email=email).exists():
        raise AlreadyMember
    token, now = secrets.token_urlsafe(32), timezone.now()
    offer = {
        "role": role,
        "albums": None if albums is None else sorted(albums),
        "token_hash": secret_hash(token),
        "invited_by": entered.user,
        "created_at": now,
        "expires_at": now + Invitation.LIFETIME,
        "accepted_at": None,
    }
    invitation, _ = Invitation.objects.for_studio(studio).update_or_create(
        email=email, defaults=offer, create_defaults={**offer, "studio": studio}
    )
    invitation.studio = studio
    note(studio, entered.user, "member.invited", invitation, email=email, role=role, albums=_listed(albums))
    _cancel_offers(invitation)
    words = outbox.rendered(
        f"Invitation to {studio.name}",
        "accounts/emails/invitation.txt",
        inviter=str(entered.user),
        studio=studio.name,
        role=role,
        galleries=gallery_words(invitation),
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
        _enrol(studio, user, current)
        note(studio, user, "member.joined", user, role=current.role, albums=_listed(current.albums))


def _enrol(studio: Studio, user: User, offer: Invitation) -> None:
    """Make the person a member, as offered. Who has become one in another way stays as they are."""
    terms = {"studio": studio, "role": offer.role, "is_restricted": offer.albums is not None}
    member, is_new = Membership.objects.for_studio(studio).get_or_create(user=user, defaults=terms)
    if is_new and offer.albums is not None:
        # What was deleted for ever since the invitation is left out; who is left with nothing sees nothing.
        member.work_in(list(studio.albums.filter(pk__in=offer.albums).values_list("pk", flat=True)))


def gallery_words(offer: Invitation) -> str:
    """The galleries of an offer as a sentence names them; "" if it is for the whole studio."""
    if offer.albums is None:
        return ""
    rows = offer.studio.albums.filter(pk__in=offer.albums, trashed_at__isnull=True)
    titles = [f"“{title}”" for title in rows.order_by(Lower("title"), "pk").values_list("title", flat=True)]
    told, more = titles[:TOLD], len(titles) - TOLD
    last = [f"{more} more" if more > 0 else told.pop()] if told else []
    return " and ".join([*([", ".join(told)] if told else []), *last])


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
