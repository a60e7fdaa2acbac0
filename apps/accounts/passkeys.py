"""Passkeys: signing in by a key that a device or a password manager holds (WebAuthn level 2).

A passkey stands for password and second factor at once: it lies on a device (or in a manager) of the person, and opens
after a finger, a face or a PIN ("user verification"). It is bound to this installation's name, so no look-alike site
can ask for it. Protocol and signatures are checked by the library `fido2`, which is loaded with the
first question for a passkey: no page needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404

from apps.accounts.models import Passkey, User, WrongPasskey
from apps.accounts.signing_in import ADDRESS, note_everywhere
from apps.web.rate_limit import give_back, reserve
from apps.web.refusal import Refusal

if TYPE_CHECKING:
    from fido2.server import Fido2Server

MOST: Final = 10
State = dict[str, str]


class TooManyPasskeys(Refusal):
    """The person has `MOST`."""

    status = 409
    code = "too_many_passkeys"
    sentence = f"You have {MOST} passkeys. Remove one first."


class PasskeyKnown(Refusal):
    """The device has a passkey for this person already."""

    status = 409
    code = "passkey_known"
    sentence = "This device has a passkey for you already."


def are_offered() -> bool:
    """Whether browsers make passkeys for this installation: it needs a name, and https but on the machine itself."""
    site = urlsplit(settings.PUBLIC_URL)
    host = site.hostname or ""
    return (site.scheme == "https" and not _is_number(host)) or host == "localhost"


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _server() -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    site = urlsplit(settings.PUBLIC_URL)
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.hostname or "", name="Glassine"),
        # Exactly ours: no other port and no sub-domain.
        verify_origin=lambda origin: origin == f"{site.scheme}://{site.netloc}",
    )


def begin_adding(user: User) -> tuple[dict[str, Any], State]:
    """What the browser is asked for, and what to keep until it answers. Raises TooManyPasskeys."""
    from fido2.webauthn import (
        AttestedCredentialData,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = list(user.passkeys.all()[: MOST + 1])
    if len(known) >= MOST:
        raise TooManyPasskeys
    person = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.email, display_name=str(user))
    options, state = _server().register_begin(
        person,
        [AttestedCredentialData(bytes(one.credential)) for one in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


def add(user: User, state: State, answer: dict[str, Any], name: str) -> Passkey:
    """Keep the key that a device has made. Raises WrongPasskey, PasskeyKnown."""
    try:
        made = _server().register_complete(state, answer)
    except (ValueError, TypeError, KeyError) as error:
        raise WrongPasskey from error
    found = made.credential_data
    if found is None:
        raise WrongPasskey
    row = Passkey(
        user=user,
        name=name.strip()[:60] or "Passkey",
        credential_id=found.credential_id,
        credential=bytes(found),
        sign_count=made.counter,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            note_everywhere(user, "member.passkey_added")
    except IntegrityError as error:
        raise PasskeyKnown from error
    return row


def begin_signing_in() -> tuple[dict[str, Any], State]:
    """What the browser is asked for: any passkey that it has for this installation."""
    from fido2.webauthn import UserVerificationRequirement

    options, state = _server().authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    return dict(options), state


def sign_in(state: State, answer: dict[str, Any], *, client_ip: str) -> User:
    """The person whose passkey signed the question. Raises WrongPasskey, RateLimited."""
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    reserve(ADDRESS, client_ip)
    try:
        asked = AuthenticationResponse.from_dict(answer)
    except (ValueError, TypeError, KeyError) as error:
        raise WrongPasskey from error
    with transaction.atomic():
        rows = Passkey.objects.select_for_update(of=("self",)).select_related("user")
        row = rows.filter(credential_id=asked.raw_id, user__is_active=True).first()
        if row is None or asked.response.user_handle not in (None, row.user.pk.bytes):
            raise WrongPasskey
        try:
            _server().authenticate_complete(state, [AttestedCredentialData(bytes(row.credential))], asked)
        except (ValueError, TypeError, KeyError) as error:
            raise WrongPasskey from error
        row.note_use(asked.response.authenticator_data.counter)
    give_back(ADDRESS, client_ip)
    user: User = row.user
    return user


def remove(user: User, passkey_id: Any) -> None:
    """The key opens nothing any more. Raises Http404 when it is not this person's."""
    with transaction.atomic():
        gone, _ = user.passkeys.filter(pk=passkey_id).delete()
        if not gone:
            raise Http404
        note_everywhere(user, "member.passkey_removed")
