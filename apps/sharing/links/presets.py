"""Presets: a studio's named choices for new links and albums. Run the deeds in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.sharing.links import lifecycle
from apps.sharing.models import Preset, PresetKind
from apps.web.refusal import Refusal

MOST = 100
# What a preset of a link keeps, besides `open_days`. A password or an address is one link's own.
LINK_TERMS = (*(name for name in lifecycle.STORED if name not in {"label", "slug"}), "has_pin")


class NameTaken(Refusal):
    """Two presets of one kind cannot have the same name."""

    status = 409
    code = "name_taken"
    sentence = "You already have a preset with that name."


class TooManyPresets(Refusal):
    """More presets than anybody could choose from."""

    status = 409
    code = "too_many_presets"
    sentence = f"A studio can have at most {MOST} presets."


def of_kind(studio: Studio, kind: PresetKind) -> list[Preset]:
    """The studio's presets of a kind, the default first, then by name."""
    return list(Preset.objects.for_studio(studio).filter(kind=kind).order_by("-is_default", "name", "id"))


def save(preset: Preset, *, name: str, is_default: bool, values: Mapping[str, Any], by: User) -> None:
    """Keep a new or changed preset. A new default takes the place of the one before.

    Raises NameTaken or TooManyPresets; then nothing is changed.
    """
    # One after the other: two at once would both be the default, or slip past the limit.
    Studio.objects.select_for_update(no_key=True).only("pk").get(pk=preset.studio_id)
    same = Preset.objects.for_studio(preset.studio).filter(kind=preset.kind)
    is_new = not same.filter(pk=preset.pk).exists()
    if is_new and same.count() >= MOST:
        raise TooManyPresets
    preset.name, preset.values, preset.is_default = " ".join(name.split()), dict(values), is_default
    try:
        with transaction.atomic():
            if is_default:
                same.exclude(pk=preset.pk).update(is_default=False)
            preset.save(force_insert=is_new)
    except IntegrityError as error:
        if "sharing_preset_name" not in str(error):
            raise
        raise NameTaken from error
    note(preset.studio, by, "preset.created" if is_new else "preset.changed", preset, name=preset.name)


def link_form_of(preset: Preset | None, today: date) -> dict[str, Any]:
    """What a new link's form begins with; without a preset nothing that the form does not say itself."""
    if preset is None:
        return {}
    days = preset.values.get("open_days")
    return {**_link_terms(preset), "expires_on": today + timedelta(days=days) if days else None}


def _link_terms(preset: Preset) -> dict[str, Any]:
    return {name: preset.values[name] for name in LINK_TERMS if name in preset.values}


def find(studio: Studio, kind: PresetKind, preset_id: UUID | None) -> Preset | None:
    """One preset; without an id the default, if there is one."""
    those = Preset.objects.for_studio(studio).filter(kind=kind)
    found: Preset | None = those.filter(**({"pk": preset_id} if preset_id else {"is_default": True})).first()
    return found
