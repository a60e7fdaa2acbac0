"""Put photos through the pipeline again."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db.models import Exists, OuterRef

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums import reprocess
from apps.albums.models import Photo, PhotoState
from apps.media.management.studios import chosen
from apps.media.models import Rendition
from apps.media.presets import PRESETS, RECIPE

BATCH = 200


class Command(BaseCommand):
    """Works in batches, so that a run over all photos of an installation blocks nobody."""

    help = "Render photos again: those that failed, all, or those whose renditions an older recipe made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--studio", metavar="SLUG", help="only this studio")
        parser.add_argument("--album", type=UUID, metavar="ID", help="only the photos of this album")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--failed", action="store_true", help="photos that could not be processed")
        which.add_argument("--all", action="store_true", help="every photo")
        which.add_argument("--stale-recipe", action="store_true", help="photos without up-to-date renditions")

    def handle(self, *args: Any, **options: Any) -> None:
        total = sum(self._restart(studio, options) for studio in chosen(options["studio"]))
        self.stdout.write(f"{total} photos are on their way again.")

    def _restart(self, studio: Studio, options: dict[str, Any]) -> int:
        with acting_in(studio):
            ids = list(_wanted(studio, options).order_by("id").values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            with acting_in(studio):
                photos: StudioQuerySet[Photo] = Photo.objects.for_studio(studio)
                for photo in photos.filter(pk__in=ids[start : start + BATCH]):
                    reprocess.again(photo)
        return len(ids)


def _wanted(studio: Studio, options: dict[str, Any]) -> StudioQuerySet[Photo]:
    photos: StudioQuerySet[Photo] = Photo.objects.for_studio(studio).filter(trashed_at__isnull=True)
    if options["album"]:
        photos = photos.filter(placements__album=options["album"])
    if options["failed"]:
        return photos.filter(state=PhotoState.FAILED)
    if options["stale_recipe"]:
        made = Rendition.objects.for_studio(studio).filter(source=OuterRef("original"), recipe__gte=RECIPE)
        for preset in PRESETS:
            photos = photos.annotate(**{f"has_{preset.name}": Exists(made.filter(kind=preset.name))})
        return photos.exclude(**{f"has_{preset.name}": True for preset in PRESETS})
    return photos
