"""What owners agree to with who runs the installation: a data-processing agreement, where the operator has one.

The text is the operator's (GLASSINE_AGREEMENT). It is kept with each agreement as it was read, with person and time;
another text asks again. Nothing is blocked meanwhile: photos of a wedding do not wait for a signature.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from apps.accounts.journal import note
from apps.accounts.models import ProcessingAgreement, Studio, User
from apps.web.refusal import Refusal


class TextChanged(Refusal):
    """Another text than the one that was read."""

    status = 409
    code = "agreement_changed"
    sentence = "The text was changed while you read it. Read the new one, then agree."


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_digest = lru_cache(maxsize=4)(digest_of)


def current() -> str:
    """The digest of the text that is to be agreed to; "" if the operator has none."""
    return _digest(settings.AGREEMENT) if settings.AGREEMENT else ""


def is_due(studio: Studio) -> bool:
    """True if no owner has agreed to the text of now."""
    return bool(settings.AGREEMENT) and studio.agreed_to != current()


def agree(studio: Studio, by: User, *, digest: str) -> ProcessingAgreement:
    """Keep that a person agrees to the text with this digest. Run in the studio. Raises TextChanged."""
    text = settings.AGREEMENT
    if text is None or digest != digest_of(text):
        raise TextChanged
    with transaction.atomic():
        # Two owners at once: the first one's agreement counts.
        who = {"text": text, "agreed_by": by, "name": by.name, "email": by.email}
        row, is_new = ProcessingAgreement.objects.for_studio(studio).get_or_create(
            sha256=digest, defaults={"studio": studio, **who}
        )
        Studio.objects.filter(pk=studio.pk).update(agreed_to=digest)
        if is_new:
            note(studio, by, "studio.agreed", studio)
    return row
