"""The watched folder over the API: what came last, what waits, what was rejected, and a look into it now."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.models import Role
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.uploads import inbox_scan, inbox_state
from apps.uploads.models import InboxRule
from apps.web import strict
from apps.web.openapi import extend_schema
from apps.web.refusal import Refusal


class NoInbox(Refusal):
    """There is no folder to look into."""

    status = 409
    code = "no_inbox"
    sentence = "This studio has no watched folder. Whoever runs this server makes one."


class InboxFileSerializer(strict.Serializer[Any]):
    """A file of the folder. reason: why it waits longer than others, or was rejected; null if it is simply next."""

    path = serializers.CharField()
    size = serializers.IntegerField()
    reason = serializers.SerializerMethodField()

    def get_reason(self, file: Any) -> str | None:
        return file.reason or None


class InboxFilesSerializer(strict.Serializer[Any]):
    """count: of all.  results: the first hundred that wait, or the last hundred that were rejected."""

    count = serializers.IntegerField()
    results = InboxFileSerializer(many=True)


class InboxSerializer(strict.Serializer[Any]):
    """state: off, no_folder or on.  duplicates: what becomes of files that the gallery has already.

    rule: which of the folders names the gallery, those below name its section: the `first`; the `second`, below a year
    or a client; `every` folder is one of its own; or `one` gallery, `album`, takes everything.
    last_event: a sentence about what was done last, null until something came.
    """

    state = serializers.ChoiceField(choices=inbox_state.STATES)
    duplicates = serializers.ChoiceField(choices=["remove", "keep"])
    rule = serializers.ChoiceField(choices=InboxRule.choices)
    album = serializers.UUIDField(allow_null=True)
    last_event = serializers.CharField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    queue = InboxFilesSerializer()
    rejects = InboxFilesSerializer()


class InboxRequest(strict.Serializer[Any]):
    """What is left out stays. duplicates: remove files that the gallery has already, or keep them in `_duplicates`.

    rule, album: as in the answer; `one` needs an album, the others have none.
    """

    duplicates = serializers.ChoiceField(choices=["remove", "keep"], required=False)
    rule = serializers.ChoiceField(choices=InboxRule.choices, required=False)
    album = serializers.UUIDField(required=False, allow_null=True)


@extend_schema(tags=["uploads"])
class InboxView(StudioView):
    """The studio's watched folder. Where it lies is the operator's to say."""

    read_role = Role.EDITOR
    write_role = Role.OWNER
    scope = "admin"

    @extend_schema(responses=InboxSerializer)
    def get(self, request: Request) -> Response:
        """What came last, what waits and what was rejected."""
        return self._answer()

    @extend_schema(request=InboxRequest, responses=InboxSerializer)
    def put(self, request: Request) -> Response:
        """Choose how folders become galleries, and what becomes of files that the gallery has already."""
        asked = InboxRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        inbox_state.choose(
            self.studio,
            keeps_duplicates=said["duplicates"] == "keep" if "duplicates" in said else None,
            rule=InboxRule(said["rule"]) if "rule" in said else None,
            album=said.get("album"),
        )
        return self._answer()

    def _answer(self) -> Response:
        found = inbox_state.read(self.studio)
        inbox = found.inbox
        shape = {
            "state": found.state,
            "duplicates": "keep" if inbox and inbox.keeps_duplicates else "remove",
            "rule": inbox.rule if inbox else InboxRule.FIRST,
            "album": inbox.album_id if inbox else None,
            "last_event": inbox.last_event or None if inbox else None,
            "last_at": inbox.last_at if inbox else None,
            "queue": {"count": found.waiting_count, "results": found.waiting_files},
            "rejects": {"count": found.rejected_count, "results": found.rejected_files},
        }
        return Response(InboxSerializer(shape).data)


@extend_schema(tags=["uploads"])
class InboxScan(StudioView):
    """Looking into the watched folder at once."""

    scope = "upload"

    @extend_schema(request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Look into the folder now, as a task: files that stand still are taken, new ones are noted."""
        if inbox_state.state_of(self.studio) != inbox_state.ON:
            raise NoInbox
        return accepted(inbox_scan.begin(self.studio, by=self.entered.user))


urlpatterns = [
    path("inbox", InboxView.as_view(), name="api-inbox"),
    path("inbox/scan", InboxScan.as_view(), name="api-inbox-scan"),
]
