"""Days on a zone's calendar, and the moments at which they end. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which `day` is over in `zone`, whatever the clocks do that night."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def last_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day in `zone` that ends at a moment or, if none does, holds it: the end of a day is the start of the next."""
    return (moment - timedelta(microseconds=1)).astimezone(zone).date()
