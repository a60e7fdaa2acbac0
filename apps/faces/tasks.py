"""Periodic tasks of faces."""

from celery import shared_task

from apps.faces import counting, scanning


@shared_task(name="faces.catch_up")
def catch_up() -> None:
    """Every minute: have photos looked at that a switch, a move or a new engine left without faces."""
    scanning.catch_up()


@shared_task(name="faces.regroup")
def regroup() -> None:
    """By night: group anew what no human has touched."""
    # With numpy, which a worker does without until then.
    from apps.faces import regrouping

    regrouping.regroup_all()


@shared_task(name="faces.fold_counts")
def fold_counts() -> None:
    """Every minute: add up in how many photos people are, so that reading it stays cheap."""
    counting.fold()
