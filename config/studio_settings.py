"""The settings of a studio over the API, one address for each subject. The same forms and deeds as the pages."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import domains, studios
from apps.accounts.access import Entered
from apps.accounts.api import StudioView
from apps.accounts.forms import SettingsForm
from apps.accounts.models import DomainState, Role, Studio
from apps.albums import editing
from apps.albums.design import CHOICES, Design
from apps.albums.design_views import DesignForm
from apps.library.events import keep
from apps.library.events.occasions import MOST_SETS
from apps.library.events_api import BadEventAsked, CalendarSerializer
from apps.library.models import HolidaySet
from apps.sharing.branding import choice, watermarks
from apps.sharing.downloads import studio_sizes
from apps.sharing.emails import reminders
from apps.sharing.emails.forms import MOST_REMINDERS
from apps.web import strict
from apps.web.openapi import extend_schema
from apps.web.refusal import Unsuitable
from config import service_settings as service


class StudioSettings(strict.Serializer[Any]):
    """slug: in the addresses of pages.  time_zone: of the IANA data base.  accent: "#rrggbb"."""

    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60)
    time_zone = serializers.CharField(max_length=60)
    accent = serializers.CharField(max_length=7)


class DomainRecordSerializer(strict.Serializer[Any]):
    """A record that has to be there: of what type, where, saying what."""

    type = serializers.ChoiceField(choices=["TXT", "CNAME"])
    name = serializers.CharField()
    value = serializers.CharField()


class DomainSettings(strict.Serializer[Any]):
    """host: of the studio's own, "" for none; another one, or the removal, counts at once. It is looked at by itself.

    url: what addresses for guests begin with.  problem: what was seen and what is wanted, in sentences.
    records: what DNS has to have; instead of the CNAME there may be A and AAAA with equal addresses.
    """

    host = serializers.CharField(max_length=300, allow_blank=True)
    url = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=DomainState.choices, read_only=True, allow_null=True)
    problem = serializers.CharField(read_only=True)
    checked_at = serializers.DateTimeField(read_only=True, allow_null=True)
    records = DomainRecordSerializer(many=True, read_only=True)


class LooksSettings(strict.Serializer[Any]):
    """The look of galleries that choose none of their own."""

    cover = serializers.ChoiceField(choices=list(CHOICES["cover"]))
    grid = serializers.ChoiceField(choices=list(CHOICES["grid"]))
    typeface = serializers.ChoiceField(choices=list(CHOICES["typeface"]))
    theme = serializers.ChoiceField(choices=list(CHOICES["theme"]))
    language = serializers.ChoiceField(choices=list(CHOICES["language"]))
    stacks = serializers.ChoiceField(choices=list(CHOICES["stacks"]))


class DownloadSizeSerializer(strict.Serializer[Any]):
    """edge: the longest one, in pixels."""

    edge = serializers.IntegerField(min_value=studio_sizes.SMALLEST, max_value=studio_sizes.LARGEST)
    label = serializers.CharField(  # type: ignore[assignment]  # the stubs know it as the words beside a field
        max_length=studio_sizes.LABEL_LENGTH, allow_blank=True, default=""
    )


class DownloadsSettings(strict.Serializer[Any]):
    """sizes: besides the original and the web size; none of them gives back those of the installation."""

    sizes = serializers.ListSerializer[Any](child=DownloadSizeSerializer(), max_length=studio_sizes.MOST_SIZES)


class EmailsSettings(strict.Serializer[Any]):
    """reminder_days: how many days before a link ends its clients are reminded; empty for never."""

    reminder_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=reminders.MOST_DAYS), max_length=MOST_REMINDERS
    )


class WatermarkSettings(strict.Serializer[Any]):
    """text: "" for the studio's name; naming it takes a picture away, which is uploaded in Settings.

    opacity: percent.  scale: width in percent of the photo's long side.
    """

    text = serializers.CharField(max_length=80, allow_blank=True)
    opacity = serializers.IntegerField(min_value=5, max_value=100)
    scale = serializers.IntegerField(min_value=5, max_value=100)
    has_picture = serializers.BooleanField(read_only=True)


class HolidaysSettings(strict.Serializer[Any]):
    """sets: the calendars that the studio follows."""

    sets = serializers.ListSerializer[Any](child=CalendarSerializer(), max_length=MOST_SETS)


@dataclass(frozen=True, slots=True)
class Subject:
    """read: what holds.  write: deals with what was named, beside what held before."""

    serializer: type[strict.Serializer[Any]]
    read: Callable[[Studio], dict[str, Any]]
    write: Callable[[Entered, dict[str, Any], dict[str, Any]], None]


def _valid(form: forms.BaseForm) -> dict[str, Any]:
    """What a page's form understands. Raises ValidationError with its sentences."""
    if not form.is_valid():
        raise ValidationError({name: list(map(str, said)) for name, said in form.errors.items()})
    found: dict[str, Any] = form.cleaned_data
    return found


def _studio(studio: Studio) -> dict[str, Any]:
    return {name: getattr(studio, name) for name in studios.CHANGEABLE}


def _set_studio(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    form = SettingsForm({**held, **said}, instance=copy(entered.studio))
    studios.change(entered, **_valid(form))


def _domain(studio: Studio) -> dict[str, Any]:
    held = domains.of(studio)
    if held is None:
        return {"host": "", "url": studio.base_url, "state": None, "problem": "", "checked_at": None, "records": []}
    records = [
        {"type": "TXT", "name": held.record, "value": held.text},
        {"type": "CNAME", "name": held.host, "value": held.target},
    ]
    told = {name: getattr(held, name) for name in ("host", "state", "problem", "checked_at")}
    return {**told, "url": studio.base_url, "records": records}


def _set_domain(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    host = said.get("host", held["host"])
    if host:
        domains.name(entered, host)
    else:
        domains.remove(entered)


def _looks(studio: Studio) -> dict[str, Any]:
    design = Design.of(studio.design)
    return {name: getattr(design, name) for name in CHOICES}


def _set_looks(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    form = DesignForm({**held, **said})
    _valid(form)
    editing.set_studio_design(entered.studio, form.values(), by=entered.user)


def _downloads(studio: Studio) -> dict[str, Any]:
    return {"sizes": [{"edge": edge, "label": label} for edge, label in studio_sizes.offered(studio).items()]}


def _set_downloads(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    sizes = said.get("sizes", held["sizes"])
    studio_sizes.choose(entered.studio, {one["edge"]: one["label"] for one in sizes}, by=entered.user)


def _emails(studio: Studio) -> dict[str, Any]:
    return {"reminder_days": studio.reminder_days}


def _set_emails(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    reminders.set_days(entered.studio, said.get("reminder_days", held["reminder_days"]), by=entered.user)


def _watermark(studio: Studio) -> dict[str, Any]:
    mark = watermarks.of(studio, None)
    return {
        "text": mark.text,
        "opacity": mark.opacity,
        "scale": mark.scale,
        "has_picture": bool(mark.picture),
    }


def _set_watermark(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    is_picture = held.pop("has_picture") and "text" not in said
    try:
        choice.choose(entered.studio, None, by=entered.user, picture=None, is_picture=is_picture, **{**held, **said})
    except Unsuitable as bad:
        raise ValidationError({bad.field: [str(bad)]}) from bad


def _holidays(studio: Studio) -> dict[str, Any]:
    rows = HolidaySet.objects.for_studio(studio).order_by("country", "region")[:MOST_SETS]
    return {"sets": [{"country": row.country, "region": row.region} for row in rows]}


def _set_holidays(entered: Entered, held: dict[str, Any], said: dict[str, Any]) -> None:
    wanted = [(one["country"].upper(), one["region"].upper()) for one in said.get("sets", held["sets"])]
    try:
        keep.follow(entered.studio, wanted, by=entered.user)
    except keep.BadEvent as bad:
        raise BadEventAsked(str(bad)) from bad


SUBJECTS: Final[dict[str, Subject]] = {
    "studio": Subject(StudioSettings, _studio, _set_studio),
    "domain": Subject(DomainSettings, _domain, _set_domain),
    "looks": Subject(LooksSettings, _looks, _set_looks),
    "downloads": Subject(DownloadsSettings, _downloads, _set_downloads),
    "emails": Subject(EmailsSettings, _emails, _set_emails),
    "watermark": Subject(WatermarkSettings, _watermark, _set_watermark),
    "holidays": Subject(HolidaysSettings, _holidays, _set_holidays),
    "presets": Subject(service.PresetsSettings, service.read_presets, service.write_presets),
    "faces": Subject(service.FacesSettings, service.read_faces, service.write_faces),
    "ai": Subject(service.AiSettingsSerializer, service.read_ai, service.write_ai),
    "inbox": Subject(service.InboxSettings, service.read_inbox, service.write_inbox),
    "webhooks": Subject(service.WebhooksSettings, service.read_webhooks, service.write_nothing),
    "retention": Subject(service.RetentionSettings, service.read_retention, service.write_nothing),
    "security": Subject(service.SecuritySettings, service.read_security, service.write_security),
}
SHAPE: Final = PolymorphicProxySerializer(
    component_name="StudioSetting",
    serializers=[one.serializer for one in SUBJECTS.values()],
    resource_type_field_name=None,
)
KEY: Final = OpenApiParameter("key", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(SUBJECTS))


@extend_schema(tags=["studio"], parameters=[KEY])
class StudioSettingView(StudioView):
    """One subject of the studio's settings."""

    read_role = write_role = Role.OWNER
    scope = "admin"

    @extend_schema(responses=SHAPE)
    def get(self, request: Request, key: str) -> Response:
        """What holds."""
        return self._shown(self._subject(key))

    @extend_schema(request=SHAPE, responses=SHAPE)
    def put(self, request: Request, key: str) -> Response:
        """Change what is named; the rest stays. What derives from it follows as a task (see `GET /api/tasks`)."""
        subject = self._subject(key)
        asked = subject.serializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        subject.write(self.entered, subject.read(self.studio), dict(asked.validated_data))
        return self._shown(subject)

    def _subject(self, key: str) -> Subject:
        if key not in SUBJECTS:
            raise Http404
        return SUBJECTS[key]

    def _shown(self, subject: Subject) -> Response:
        # Afresh: a deed may have written another copy of the row.
        studio = Studio.objects.defer("logo").get(pk=self.studio.pk)
        return Response(subject.serializer(subject.read(studio)).data)


urlpatterns = [path("settings/<slug:key>", StudioSettingView.as_view(), name="api-studio-setting")]
