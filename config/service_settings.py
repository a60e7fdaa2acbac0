"""Settings of what runs for a studio: presets, faces, descriptions, watched folder, webhooks; how safe, kept how long.

The same deeds as their own pages and addresses. What is made elsewhere, or is the same for all studios, is read here.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from apps.accounts import studios
from apps.accounts.access import Entered
from apps.accounts.long_tasks import Task
from apps.accounts.models import ApiKey, Studio
from apps.albums.models import TRASH_KEPT
from apps.backups import retention as backups
from apps.faces import consent as faces
from apps.portability.deletion import GRACE
from apps.portability.models import StudioExport
from apps.sharing.activity import history
from apps.sharing.links import presets
from apps.sharing.models import Preset, PresetKind
from apps.tagging import configure, prompts
from apps.tagging import consent as ai
from apps.tagging.models import Purpose
from apps.uploads import inbox_state
from apps.uploads.models import InboxRule
from apps.web import strict
from apps.webhooks.models import Webhook, WebhookDelivery

_MOST: Final = 500


class PresetSerializer(strict.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=PresetKind.choices)
    name = serializers.CharField()


class PresetsSettings(strict.Serializer[Any]):
    """default_album, default_link: ids of those with which new galleries and links begin; null for none."""

    default_album = serializers.UUIDField(allow_null=True)
    default_link = serializers.UUIDField(allow_null=True)
    presets = PresetSerializer(many=True, read_only=True)


def read_presets(studio: Studio) -> dict[str, Any]:
    rows = [*presets.of_kind(studio, PresetKind.ALBUM), *presets.of_kind(studio, PresetKind.LINK)]
    chosen = {row.kind: row.pk for row in rows if row.is_default}
    return {
        "default_album": chosen.get(PresetKind.ALBUM),
        "default_link": chosen.get(PresetKind.LINK),
        "presets": rows,
    }


def write_presets(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    for field, kind in (("default_album", PresetKind.ALBUM), ("default_link", PresetKind.LINK)):
        wanted = said.get(field, held[field])
        if wanted == held[field]:
            continue
        row: Preset | None = presets.find(entered.studio, kind, wanted or held[field])
        if row is None:
            raise ValidationError({field: ["There is no preset of this id."]})
        row.studio = entered.studio
        presets.save(row, name=row.name, is_default=wanted is not None, values=row.values, by=entered.user)


class FacesSettings(strict.Serializer[Any]):
    """i_may_process_faces: has to be true to switch on.  Switching off deletes all that was computed."""

    enabled = serializers.BooleanField()
    i_may_process_faces = serializers.BooleanField(write_only=True)
    consent_by = serializers.CharField(read_only=True, allow_null=True)
    consent_at = serializers.DateTimeField(read_only=True, allow_null=True)


def read_faces(studio: Studio) -> dict[str, Any]:
    row = faces.settings_of(studio)
    by = str(row.consent_by) if row.consent_by else None
    return {"enabled": row.is_on, "consent_by": by, "consent_at": row.consent_at}


def write_faces(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    if said.get("enabled", held["enabled"]) == held["enabled"]:
        return
    if said["enabled"]:
        agreed = said.get("i_may_process_faces", False)
        faces.switch_on(entered.studio, by=entered.user, agreed=agreed, in_all_galleries=False)
    else:
        faces.switch_off(entered.studio, by=entered.user, keeps_names=False)


class AiSettingsSerializer(strict.Serializer[Any]):
    """enabled: photos may be sent; switching it on needs `i_may_send_photos`.  Servers are set at `/api/ai/config`."""

    enabled = serializers.BooleanField()
    i_may_send_photos = serializers.BooleanField(write_only=True)
    purposes = serializers.ListField(child=serializers.ChoiceField(choices=Purpose.choices), max_length=4)
    language = serializers.ChoiceField(choices=list(prompts.LANGUAGES))
    describes_new = serializers.BooleanField()
    accept_from = serializers.IntegerField(min_value=1, max_value=100, allow_null=True)
    monthly_cap = serializers.IntegerField(min_value=0, max_value=10_000_000)


_AI: Final = ("purposes", "language", "describes_new", "accept_from", "monthly_cap")


def read_ai(studio: Studio) -> dict[str, Any]:
    row, providers = ai.settings_of(studio), ai.providers_of(studio)
    is_on = any(ai.may_send(row, provider) for provider in providers)
    return {"enabled": is_on, **{name: getattr(row, name) for name in _AI}}


def write_ai(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    values = {name: said[name] for name in _AI if name in said}
    if "purposes" in values:
        values["purposes"] = list(dict.fromkeys(values["purposes"]))
    if values:
        configure.change(entered.studio, by=entered.user, **values)
    if said.get("enabled", held["enabled"]) == held["enabled"]:
        return
    if said["enabled"]:
        ai.switch_on(entered.studio, by=entered.user, agreed=said.get("i_may_send_photos", False))
    else:
        ai.switch_off(entered.studio, by=entered.user)


class InboxSettings(strict.Serializer[Any]):
    """As at `/api/inbox`. duplicates: what becomes of files that the gallery has already.  state: of the folder.

    rule, album: which folders name the gallery; `one` needs an album, the others have none.
    """

    duplicates = serializers.ChoiceField(choices=["remove", "keep"])
    rule = serializers.ChoiceField(choices=InboxRule.choices)
    album = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=inbox_state.STATES, read_only=True)


def read_inbox(studio: Studio) -> dict[str, Any]:
    found = inbox_state.read(studio)
    inbox = found.inbox
    return {
        "duplicates": "keep" if inbox and inbox.keeps_duplicates else "remove",
        "rule": inbox.rule if inbox else InboxRule.FIRST,
        "album": inbox.album_id if inbox else None,
        "state": found.state,
    }


def write_inbox(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    inbox_state.choose(
        entered.studio,
        keeps_duplicates=said["duplicates"] == "keep" if "duplicates" in said else None,
        rule=InboxRule(said["rule"]) if "rule" in said else None,
        album=said.get("album"),
    )


class HookSerializer(strict.Serializer[Webhook]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    is_active = serializers.BooleanField()
    failing_since = serializers.DateTimeField(allow_null=True)


class WebhooksSettings(strict.Serializer[Any]):
    """Made and changed at `/api/webhooks`."""

    webhooks = HookSerializer(many=True, read_only=True)


def read_webhooks(studio: Studio) -> dict[str, Any]:
    return {"webhooks": Webhook.objects.for_studio(studio).order_by("id")[:_MOST]}


class RetentionSettings(strict.Serializer[Any]):
    """For how many days what is kept. The same for all studios of an installation.

    closed_studio: a studio that an owner deleted, until it is gone for good.  backups: bytes in the backups, at most.
    """

    trash = serializers.IntegerField(read_only=True)
    activity = serializers.IntegerField(read_only=True)
    tasks = serializers.IntegerField(read_only=True)
    exports = serializers.IntegerField(read_only=True)
    webhook_deliveries = serializers.IntegerField(read_only=True)
    closed_studio = serializers.IntegerField(read_only=True)
    backups = serializers.IntegerField(read_only=True)


def read_retention(studio: Studio) -> dict[str, Any]:
    kept = {
        "trash": TRASH_KEPT,
        "activity": history.KEPT,
        "tasks": Task.KEPT,
        "exports": StudioExport.KEPT,
        "webhook_deliveries": WebhookDelivery.KEPT,
        "closed_studio": GRACE,
    }
    return {**{name: time.days for name, time in kept.items()}, "backups": backups.MONTHS * 31}


class SecuritySettings(strict.Serializer[Any]):
    """How members and programs come in. api_keys: those that work.  never_ending_keys: of them those without an end.

    second_factor_required: members come in only with two-step sign-in; API keys go on working.
    """

    second_factor_required = serializers.BooleanField(required=False)
    members = serializers.IntegerField(read_only=True)
    without_second_factor = serializers.IntegerField(read_only=True)
    api_keys = serializers.IntegerField(read_only=True)
    never_ending_keys = serializers.IntegerField(read_only=True)


def read_security(studio: Studio) -> dict[str, Any]:
    people = [member.user for member in studio.memberships.select_related("user")]
    live = ApiKey.objects.for_studio(studio).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
    keys = live.aggregate(all=Count("pk"), endless=Count("pk", filter=Q(expires_at__isnull=True)))
    return {
        "second_factor_required": studio.second_factor_required,
        "members": len(people),
        "without_second_factor": sum(not person.has_second_factor for person in people),
        "api_keys": keys["all"],
        "never_ending_keys": keys["endless"],
    }


def write_security(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    """Whether two-step sign-in is asked for. Raises OwnFactorFirst."""
    if "second_factor_required" in said:
        studios.require_second_factor(entered, said["second_factor_required"])


def write_nothing(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    """Of a subject that is only read: read-only fields may be sent back, and change nothing."""
