"""How a studio begins: by sign-up, or by the first person of a new installation."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from apps.accounts import outbox
from apps.accounts.journal import note
from apps.accounts.models import Membership, Role, Studio, User, secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from apps.web.rate_limit import RateLimit, is_left
from apps.web.refusal import Refusal

LONGEST_SLUG = 60
SIGN_UP_LIFETIME = timedelta(days=1)
# Of one address; by the pages and the API together.
SIGN_UPS = RateLimit("sign-up", tries=10, window=3600)
EMAILED_TO = RateLimit("sign-up-email", tries=3, window=3600)
_SIGN_UP_SALT = "accounts.sign-up"
_FIRST_OWNER_LOCK = 0x676C6173


class SignUpOff(Refusal):
    """Studios are opened here by whoever runs the installation."""

    status = 403
    code = "sign_up_off"
    sentence = "Sign-up is turned off here. Ask whoever runs this installation."


class AddressTaken(Refusal):
    """There is an account with this e-mail address."""

    status = 409
    code = "address_taken"
    sentence = "There is already an account with this email address."


class AlreadyOwned(Refusal):
    """The installation has its first person, or the code is not right."""

    status = 409
    code = "already_owned"
    sentence = "This code is not valid. Use the latest one in the log."


def open_studio(owner: User, name: str, *, time_zone: str = "UTC") -> Studio:
    """A new studio with its owner. Its slug is made from the name and is nobody else's."""
    while True:
        studio = Studio(name=name, slug=_free_slug(name), time_zone=time_zone)
        try:
            with acting_in(studio):
                studio.save(force_insert=True)
                Membership(studio=studio, user=owner, role=Role.OWNER).save(force_insert=True)
                note(studio, owner, "studio.opened", studio)
        except IntegrityError:
            # Somebody took the slug between our look and our insert.
            if not _is_taken(studio.slug):
                raise
        else:
            return studio


def _free_slug(name: str) -> str:
    base = slugify(name)[: LONGEST_SLUG - 5].strip("-_") or "studio"
    slug, number = base, 1
    while _is_taken(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _is_taken(slug: str) -> bool:
    with across_studios():
        return Studio.objects.filter(slug=slug).exists()


def ask_to_sign_up(*, email: str, name: str, studio_name: str) -> None:
    """Email a link that opens a studio. A known address gets another email; the caller cannot tell which."""
    email = email.lower()
    if not is_left(EMAILED_TO, email):
        # Said to nobody: whoever owns the mailbox did not ask for it.
        return
    token = signing.dumps([email, name, studio_name], salt=_SIGN_UP_SALT)
    known = User.objects.filter(email=email).first()
    if known is None:
        url = settings.PUBLIC_URL + reverse("accounts:sign_up_finish", args=[token])
        # Nothing that was typed stands in it: a stranger could write to anybody in our name.
        words = outbox.rendered("Open your studio", "accounts/emails/sign_up.txt", url=url)
    else:
        words = outbox.rendered(
            "You have an account",
            "accounts/emails/sign_up_known.txt",
            name=str(known),
            login_url=settings.PUBLIC_URL + reverse("accounts:login"),
            reset_url=settings.PUBLIC_URL + reverse("accounts:reset_request"),
        )
    until = timezone.now() + SIGN_UP_LIFETIME
    outbox.put(None, f"sign-up:{secret_hash(token)}", email, words, useful_until=until)


def asked_to_sign_up(token: str) -> tuple[str, str, str]:
    """Email address, name and studio's name of the person who got this token. Raises signing.BadSignature."""
    email, name, studio_name = signing.loads(token, salt=_SIGN_UP_SALT, max_age=SIGN_UP_LIFETIME)
    return email, name, studio_name


def sign_up(*, email: str, name: str, studio_name: str, password: str, time_zone: str = "UTC") -> tuple[User, Studio]:
    """A new person with a new studio. Raises AddressTaken."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                owner = User.objects.create_user(email, password, name=name)
        except IntegrityError:
            raise AddressTaken from None
        return owner, open_studio(owner, studio_name, time_zone=time_zone)


# -- the first person ----------------------------------------------------------------------------------------


def is_unowned() -> bool:
    """True while nobody has an account here."""
    return not User.objects.exists()


def _code_file() -> Path:
    return Path(settings.DATA) / "first_run"


def new_code() -> str:
    """A one-time code that proves access to this machine's log; replaces the one before. Only its hash is kept."""
    code = "-".join(secrets.token_hex(2) for _ in range(6))
    path = _code_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(secret_hash(code))
    return code


def is_the_code(code: str) -> bool:
    """True for what the log printed last. Reserve a try before."""
    try:
        kept = _code_file().read_text()
    except FileNotFoundError:
        return False
    return hmac.compare_digest(kept, secret_hash(code.strip().lower()))


def first_owner(
    *,
    email: str,
    password: str,
    name: str = "",
    studio_name: str,
    time_zone: str = "UTC",
    language: str = "",
    accent: str = "",
    code: str | None = None,
) -> Studio:
    """The first person and studio of this installation; of parallel tries one wins.

    language, accent: of the studio's galleries; "" for ours.  code: what the log printed; None for who runs commands
    on this machine.  Raises AlreadyOwned.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_FIRST_OWNER_LOCK])
        if not is_unowned() or (code is not None and not is_the_code(code)):
            raise AlreadyOwned
        _, studio = sign_up(email=email, name=name, studio_name=studio_name, password=password, time_zone=time_zone)
        studio.accent = accent or studio.accent
        studio.design = {"language": language} if language else {}
        with acting_in(studio):
            Studio.objects.filter(pk=studio.pk).update(accent=studio.accent, design=studio.design)
    _code_file().unlink(missing_ok=True)
    return studio
