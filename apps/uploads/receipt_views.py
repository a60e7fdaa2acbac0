"""Receipts of uploads: a gallery's list, one receipt as page and as CSV, and files that were not sent at all."""

from __future__ import annotations

import re
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.request_params import album_of
from apps.media.mime import disposition
from apps.uploads import receipts

MOST_SKIPPED = 500


@require_safe
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def album_receipts(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """The newest uploads into a gallery; a contributor's own."""
    album = album_of(request, album_id)
    context = {"album": album, "receipts": receipts.listed(request.entered, album)}
    return render(request, "uploads/receipts.html", context)


@require_safe
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def receipt(request: StudioRequest, album_id: UUID, receipt_id: UUID) -> HttpResponse:
    """What became of each file of one upload."""
    album = album_of(request, album_id)
    found = receipts.listed(request.entered, album, receipt_id)
    if not found:
        raise Http404
    files = receipts.files_of(request.entered, album, receipt_id)
    # What needs somebody stands first.
    rows = sorted(files.order_by("pk")[: receipts.LISTED], key=lambda file: file.state not in ("refused", "skipped"))
    return render(request, "uploads/receipt.html", {"album": album, "receipt": found[0], "files": rows})


@require_safe
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def receipt_csv(request: StudioRequest, album_id: UUID, receipt_id: UUID) -> HttpResponse:
    """The same as a table, with all files."""
    album = album_of(request, album_id)
    files = list(receipts.files_of(request.entered, album, receipt_id).order_by("pk")[: receipts.MOST_EXPORTED])
    if not files:
        raise Http404
    text = "".join(receipts.table(files, album))
    name = f"receipt-{album.slug}-{timezone.localdate():%Y-%m-%d}.csv"
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(name), "Cache-Control": "private, no-store"},
    )


@require_POST
@studio_page(Role.EDITOR, album_scoped=True, contributors=True)
def receipt_skipped(request: StudioRequest, album_id: UUID, receipt_id: UUID) -> JsonResponse:
    """Note files that the page did not send: `name`, `size` and `reason` of each, at most 500."""
    album = album_of(request, album_id)
    named = [request.POST.getlist(field) for field in ("name", "size", "reason")]
    if len({len(one) for one in named}) != 1 or len(named[0]) > MOST_SKIPPED or not all(map(_is_size, named[1])):
        raise BadRequest(f"Name at most {MOST_SKIPPED} files, each with size and reason.")
    told = receipts.OnReceipt(receipt_id, album, request.user.pk)
    noted = receipts.skip(told, [(name, int(size), reason) for name, size, reason in zip(*named, strict=True)])
    return JsonResponse({"noted": noted})


def _is_size(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,15}", text))
