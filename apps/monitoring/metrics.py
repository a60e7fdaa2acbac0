"""Figures for Prometheus, in its text format (version 0.0.4). No name of a studio, file or person stands in them."""

from __future__ import annotations

from collections.abc import Iterator

from apps.monitoring import overview
from apps.monitoring.models import Condition

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LEVEL = {Condition.OK: 0, Condition.WARNING: 1, Condition.FAULT: 2}


def text() -> str:
    """All figures."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    services = overview.services()
    yield from _head("glassine_condition", "How a part is: 0 well, 1 look soon, 2 not well.")
    for shown in services:
        yield f'glassine_condition{{service="{shown.service}"}} {_LEVEL[shown.condition]}'
    yield from _head("glassine_fact", "Figures of the last look at a part.")
    for shown in services:
        for name, value in sorted(shown.facts.items()):
            if isinstance(value, int | float):
                yield f'glassine_fact{{service="{shown.service}",name="{name}"}} {value}'
    yield from _head("glassine_jobs", "Jobs of all studios by queue and state.")
    for count in overview.all_queues():
        for state in ("waiting", "running", "given_up"):
            yield f'glassine_jobs{{queue="{count.queue}",state="{state}"}} {getattr(count, state)}'


def _head(name: str, sentence: str) -> Iterator[str]:
    yield f"# HELP {name} {sentence}"
    yield f"# TYPE {name} gauge"
