"""Who is asked, for what and how much: changed as one act. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.accounts import journal
from apps.accounts.models import Studio, User
from apps.tagging import consent
from apps.tagging.addresses import check_url
from apps.tagging.models import AiProvider, AiSettings

SETTINGS: Final = ("purposes", "language", "describes_new", "accept_from", "monthly_cap")
#: Of a provider; `key` is beside them, and never told.
PROVIDER: Final = ("kind", "url", "model", "price_in", "price_out")
MOST_PROVIDERS: Final = 2


def change(
    studio: Studio, *, by: User, providers: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> AiSettings:
    """Change what is given. providers: in order, at most two; a `key` of None keeps the one of that position.

    A provider at another address than before is sent nothing until somebody agrees again, and loses the key: a key
    must not go where it was not entered for.  Raises AddressRefused.
    """
    urls = [check_url(one["url"]) for one in providers or ()]
    settings = consent.settings_of(studio)
    for name, value in values.items():
        assert name in SETTINGS, name
        setattr(settings, name, value)
    settings.save()
    if providers is not None:
        _providers(studio, [{**one, "url": url} for one, url in zip(providers, urls, strict=True)])
    journal.note(studio, by, "ai.settings", fields=sorted([*values, *(["providers"] if providers is not None else [])]))
    return settings


def _providers(studio: Studio, wanted: Sequence[Mapping[str, Any]]) -> None:
    mine = AiProvider.objects.for_studio(studio)
    known = {row.position: row for row in mine.select_for_update().order_by("position")}
    for position, values in enumerate(wanted[:MOST_PROVIDERS], start=1):
        row = known.get(position) or AiProvider(studio=studio, position=position)
        if values["url"] != row.url:
            row.key, row.failures, row.rests_until = "", 0, None
        for name in PROVIDER:
            if name in values:
                setattr(row, name, values[name])
        if values.get("key") is not None:
            row.key = values["key"].strip()
        row.save()
    mine.filter(position__gt=len(wanted)).delete()
