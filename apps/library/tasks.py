"""Periodic tasks of the library."""

from celery import shared_task

from apps.library import index, months
from apps.library.places import locate as locating
from apps.library.places import squares


@shared_task(name="library.fold_months")
def fold_months() -> None:
    """Every minute: the changes of the months and of the map are added up."""
    months.fold()
    squares.fold()


@shared_task(name="library.complete")
def complete() -> None:
    """Every hour: photos that the index, or the map, does not know come in; after an update, those of before it."""
    index.complete()
    squares.complete()


@shared_task(name="library.locate")
def locate() -> None:
    """Every hour: photos whose place nobody has found yet; after an update, those of before it."""
    locating.catch_up()
