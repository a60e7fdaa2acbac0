"""Remove bytes that nothing refers to; see apps.media.sweeping."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.media import sweeping
from apps.media.management.studios import chosen


class Command(BaseCommand):
    """Ends with 1 if the sweep of a studio was stopped because it would remove too much."""

    help = "Mark bytes that nothing refers to, and remove those that were marked long enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--studio", metavar="SLUG", help="only this studio")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--now", action="store_true", help="do not wait for the graces of 7 days")
        parser.add_argument("--confirm", type=int, default=0, metavar="N", help="a human agrees to N removals")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["confirm"] and not options["studio"]:
            raise CommandError("--confirm goes with --studio: look at each studio by itself.")
        grace = timedelta(0) if options["now"] else sweeping.GRACE
        stopped = 0
        for studio in chosen(options["studio"]):
            if options["dry_run"]:
                report = sweeping.foresee(studio.pk, grace=grace)
            else:
                report = sweeping.sweep(studio.pk, grace=grace, confirmed=options["confirm"])
            stopped += bool(report.stopped)
            self.stdout.write(self._line(studio.slug, report, options["dry_run"]))
        if not options["dry_run"]:
            sweeping.remove_old_temp()
        if stopped:
            raise CommandError(f"{stopped} of the studios were not swept, see above.")

    def _line(self, slug: str, report: sweeping.Report, dry: bool) -> str:
        if report.stopped:
            return f"{slug}: stopped. {report.stopped.replace('<slug>', slug)}"
        would = "would be " if dry else ""
        return (
            f"{slug}: {report.doomed} {would}marked, {report.spared} {would}spared, "
            f"{report.swept} {would}removed ({report.size / 10**6:.1f} MB)"
            + (f", {report.put_off} {would}put off while the upgrade can be rolled back" if report.put_off else "")
        )
