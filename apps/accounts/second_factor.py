"""A second factor beside the password: codes of an app (TOTP), and recovery codes for who lost the phone.

TOTP is RFC 6238 over RFC 4226: HMAC-SHA1, six digits, 30 seconds, which is what every app takes. A code works once, in
its own half minute or the neighbouring ones, as clocks differ.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time
from urllib.parse import quote, urlencode

from django.db import transaction
from django.utils import timezone

from apps.accounts import sessions
from apps.accounts.models import Membership, User, secret_hash
from apps.accounts.signing_in import note_everywhere
from apps.accounts.tenancy import across_studios
from apps.web import sealed
from apps.web.rate_limit import RateLimit, forgive, reserve
from apps.web.refusal import Refusal

STEP_SECONDS, DIGITS, LENIENCE = 30, 6, 1
RECOVERY_CODES = 10
# One in a million may be guessed; five tries in ten minutes make that years.
CODES = RateLimit("second-factor", tries=5, window=10 * 60)
PURPOSE = "second-factor"


class WrongSecondFactor(Refusal):
    """Not the code of this moment, or it was used already."""

    status = 401
    code = "wrong_code"
    sentence = "This code is not correct. Use the one that your app shows now."


class CodeNeeded(Refusal):
    """The password was right, and a second factor is switched on."""

    status = 401
    code = "second_factor_needed"
    sentence = "Add the code from your authenticator app."


def totp(secret: bytes, step: int) -> str:
    """The six digits of a half minute. step: Unix seconds // 30."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def begin(user: User) -> str:
    """A new secret for the person's app, in base32. It counts once a code of it was given (`confirm`)."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    user.totp_sealed = sealed.seal(secret, PURPOSE)
    user.save(update_fields=["totp_sealed"])
    return secret


def pending(user: User) -> str:
    """The secret that waits for its first code; a new one if there is none that can be read."""
    return _secret(user) or begin(user)


def app_uri(user: User, secret: str) -> str:
    """What a QR code tells an app."""
    label = quote(f"Glassine:{user.email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': 'Glassine'})}"


def confirm(user: User, code: str) -> list[str]:
    """Switch the second factor on by a first code; the recovery codes, which are shown once.

    Sessions of programs end: they began without it. Raises WrongSecondFactor, RateLimited.
    """
    reserve(CODES, str(user.pk))
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if not _is_current(person, code):
            raise WrongSecondFactor
        codes = _new_recovery_codes(person)
        person.totp_since = timezone.now()
        person.save(update_fields=["totp_since", "recovery_hashes", "totp_step"])
        sessions.end_all(person)
        note_everywhere(person, "member.second_factor_on")
    forgive(CODES, str(user.pk))
    user.totp_since = person.totp_since
    return codes


def check(user: User, code: str) -> None:
    """Let in who shows the code of this moment, or a recovery code, which is spent.

    Raises WrongSecondFactor, RateLimited.
    """
    reserve(CODES, str(user.pk))
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if _is_current(person, code):
            person.save(update_fields=["totp_step"])
        elif not _spend_recovery_code(person, code):
            raise WrongSecondFactor
    forgive(CODES, str(user.pk))


def require(user: User, code: str | None) -> None:
    """`check` for who has a second factor; nothing for who has none. Raises CodeNeeded without a code."""
    if not user.has_second_factor:
        return
    if not code:
        raise CodeNeeded
    check(user, code)


def asked_for_by(user: User) -> list[str]:
    """Names of the person's studios that let nobody in without it."""
    with across_studios():
        rows = Membership.objects.filter(user=user, studio__second_factor_required=True)
        return list(rows.order_by("studio__name").values_list("studio__name", flat=True))


def turn_off(user: User) -> None:
    """The password alone lets the person in again."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        person.totp_sealed, person.totp_since, person.recovery_hashes = "", None, []
        person.save(update_fields=["totp_sealed", "totp_since", "recovery_hashes"])
        note_everywhere(person, "member.second_factor_off")


def _secret(user: User) -> str:
    return sealed.unseal(user.totp_sealed, PURPOSE) if user.totp_sealed else ""


def _is_current(person: User, code: str) -> bool:
    """True for a code of now that was not used before; remembers that it is used, not saved."""
    secret = _secret(person)
    digits = "".join(code.split())
    if not secret or not (digits.isascii() and digits.isdigit()):
        return False
    now = int(time.time()) // STEP_SECONDS
    for step in range(now - LENIENCE, now + LENIENCE + 1):
        if step > person.totp_step and hmac.compare_digest(totp(base64.b32decode(secret), step), digits):
            person.totp_step = step
            return True
    return False


def _new_recovery_codes(person: User) -> list[str]:
    """Codes of 120 bits, too many for a fast hash to be a weakness; each good once. Only hashes are kept. Not saved."""
    codes = [base64.b32encode(secrets.token_bytes(15)).decode().lower() for _ in range(RECOVERY_CODES)]
    person.recovery_hashes = [secret_hash(code) for code in codes]
    return ["-".join(code[start : start + 4] for start in range(0, 24, 4)) for code in codes]


def _spend_recovery_code(person: User, code: str) -> bool:
    hashed = secret_hash("".join(letter for letter in code.lower() if letter.isalnum()))
    if hashed not in person.recovery_hashes:
        return False
    person.recovery_hashes.remove(hashed)
    person.save(update_fields=["recovery_hashes"])
    return True
