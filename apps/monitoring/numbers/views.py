"""The studio's page of numbers, and each of its parts as a table file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Tier
from apps.media.mime import disposition
from apps.monitoring.numbers import charts, figures
from apps.web import tables


@require_safe
@studio_page(Role.VIEWER)
def numbers(request: StudioRequest) -> HttpResponse:
    """All numbers, drawn, with the table behind each."""
    found = figures.numbers_of(request.entered, now=timezone.now())
    return render(request, "monitoring/numbers/numbers.html", _drawn(found))


@require_safe
@studio_page(Role.VIEWER)
def numbers_file(request: StudioRequest, kind: str) -> HttpResponse:
    """One part as CSV."""
    found = figures.tables_of(figures.numbers_of(request.entered, now=timezone.now()))
    if kind not in found:
        raise Http404
    response = HttpResponse(
        "".join([tables.UTF8_MARK, *map(tables.line, found[kind])]), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = disposition(f"{kind}-{request.studio.slug}.csv")
    response["Cache-Control"] = "private, no-store"
    return response


def _steps(one: figures.Funnel) -> list[tuple[str, int]]:
    return [("Visits", one.visits), ("Favourites", one.favourites), ("Downloads", one.downloads)]


def _drawn(found: figures.Numbers) -> dict[str, Any]:
    months = [(f"{first:%b %Y}", count) for first, count in found.uploads]
    sizes = [(row.name, row.size) for row in found.storage]
    words = [f"{filesizeformat(row.size)}, {row.files:,} files" for row in found.storage]
    tiers = [(str(Tier(name).label), count) for name, count in found.tiers]
    return {
        "columns": charts.columns(months),
        "chart_width": charts.COLUMN_WIDTH * len(months),
        "dots": charts.dots(figures.DAYS, found.activity),
        "days": [(day, number * charts.CELL + 16) for number, day in enumerate(figures.DAYS)],
        "hours": [(f"{hour:02}", hour * charts.CELL + charts.CELL // 2) for hour in range(0, 24, 3)],
        "activity": list(zip(figures.DAYS, found.activity, strict=True)),
        "bar_charts": [
            ("storage", "Storage by kind", charts.bars(sizes, words)),
            ("tiers", "Photos by tier", charts.bars(tiers)),
            ("cameras", "Cameras", charts.bars(found.cameras)),
            ("lenses", "Lenses", charts.bars(found.lenses)),
            ("people", "People", charts.bars(found.people)),
        ],
        "galleries": [(one.title, charts.bars(_steps(one))) for one in found.galleries],
    }
