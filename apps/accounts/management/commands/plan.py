"""Show or change what a studio's plan holds."""

from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.accounts.models import Studio
from apps.accounts.plans import uses_of
from apps.accounts.tenancy import across_studios, acting_in


class Command(BaseCommand):
    """Limits below what is used take nothing away; they let nothing more in."""

    help = "Show or change the plan of a studio: storage, photos, galleries, the end of a trial."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("studio", metavar="SLUG")
        parser.add_argument("--name", help="what the plan is called")
        parser.add_argument("--storage", type=int, metavar="GB", help="in gigabytes of 1,000,000,000 bytes")
        parser.add_argument("--photos", type=int, metavar="NUMBER")
        parser.add_argument("--galleries", metavar="NUMBER", help='or "any"')
        parser.add_argument("--trial-until", metavar="DAY", help='as 2027-01-31, which is still part of it, or "none"')

    def handle(self, *args: Any, **options: Any) -> None:
        with across_studios():
            studio = Studio.objects.filter(slug=options["studio"]).defer("logo").first()
            if studio is None:
                raise CommandError(f"There is no studio {options['studio']}.")
            changed = self._changes(studio, options)
            for name, value in changed.items():
                setattr(studio, name, value)
            if changed:
                studio.save(update_fields=list(changed))
        with acting_in(studio):
            for use in uses_of(studio):
                limit = "any number" if use.limit is None else f"{use.limit:,} ({use.percent}%)"
                self.stdout.write(f"{use.name}: {use.used:,} of {limit}")
        self.stdout.write(f"plan: {studio.plan}, trial until: {studio.trial_ends_at or 'none'}")

    def _changes(self, studio: Studio, options: dict[str, Any]) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if options["name"]:
            changes["plan"] = options["name"][:30]
        if options["storage"] is not None:
            changes["quota_bytes"] = _positive(options["storage"]) * 10**9
        if options["photos"] is not None:
            changes["quota_files"] = _positive(options["photos"])
        if options["galleries"] is not None:
            changes["quota_albums"] = None if options["galleries"] == "any" else _positive(options["galleries"])
        if options["trial_until"] is not None:
            changes["trial_ends_at"] = _end(studio, options["trial_until"])
        return changes


def _positive(text: int | str) -> int:
    number = int(text) if str(text).isdecimal() else -1
    if not 0 <= number < 2**31:
        raise CommandError(f"{text} is no number that a plan can have.")
    return number


def _end(studio: Studio, text: str) -> datetime | None:
    """The end of the day in the studio's zone."""
    if text == "none":
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"{text} is no day; write it as 2027-01-31.")
    return timezone.make_aware(datetime.combine(day, time.max), studio.zone)
