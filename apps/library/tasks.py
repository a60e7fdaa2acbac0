"""Periodic tasks of the library."""

from celery import shared_task

from apps.library import index, known_words, months, value_counts
from apps.library.places import locate as locating
from apps.library.places import squares


@shared_task(name="library.fold_months")
def fold_months() -> None:
    """Every minute: the changes of the months, of the map and of values are added up."""
    months.fold()
    squares.fold()
    value_counts.fold()


@shared_task(name="library.complete")
def complete() -> None:
    """Every hour: photos that the index, the map or counts do not know come in; after an update, those of before it.

    Words that no photo holds any more are forgotten.
    """
    index.complete()
    squares.complete()
    index.rebuild_unknown()
    known_words.complete()
    known_words.forget()


@shared_task(name="library.locate")
def locate() -> None:
    """Every hour: photos whose place nobody has found yet; after an update, those of before it."""
    locating.catch_up()
