"""Bring the library's index to what it should be; see apps.library.index."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.library import index
from apps.media.management.studios import chosen


class Command(BaseCommand):
    help = "Compare the library's index with the photos and put right what differs, photos and counts of months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--studio", metavar="SLUG", help="only this studio")

    def handle(self, *args: Any, **options: Any) -> None:
        for studio in chosen(options["studio"]):
            self.stdout.write(f"{studio.slug}: {index.rebuild(studio.pk)} photos put right")
