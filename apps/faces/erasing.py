"""Forgetting: of a whole studio when it switches faces off, and of one person. Photos stay as they are."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from apps.accounts import journal
from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.faces.consent import FacesOff
from apps.faces.listing import forget_counts
from apps.faces.models import SCAN, Face, FaceSettings, NeverTwo, Person, hold
from apps.jobs import queue
from apps.jobs.models import Job

#: Faces deleted per claim: under a second, so that other studios' photos have their turn between.
SLICE: Final = 5_000


def erase(job: queue.Claimed) -> None:
    """Step of the job that a studio's switching off puts: one slice, then the end of the lane, until all is gone."""
    with acting_in(job.studio_id):
        hold(job.studio_id)
        settings = FaceSettings.objects.for_studio(job.studio_id).filter(erasing=True).first()
        if settings is None:
            return
        # Their crops and answers go with them, by the keys of the database.
        if _delete(job.studio_id, "faces_face") or _delete(job.studio_id, "faces_scan"):
            queue.put_back(job)
            return
        Job.objects.for_studio(job.studio_id).filter(kind=SCAN).delete()
        people = Person.objects.for_studio(job.studio_id)
        if settings.keeps_names:
            people = people.filter(name="")
        going = list(people.values_list("pk", flat=True))
        people.delete()
        if not settings.keeps_names:
            NeverTwo.objects.for_studio(job.studio_id).delete()
        journal.forget(settings.studio, going)
        settings.erasing = False
        settings.save(update_fields=["erasing"])


def _delete(studio_id: UUID, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""delete from "{table}" where studio_id = %(studio)s and id in (
                select id from "{table}" where studio_id = %(studio)s limit %(slice)s)""",
            {"studio": studio_id, "slice": SLICE},
        )
        return int(cursor.rowcount)


def left(settings: FaceSettings) -> int:
    """How many faces of a studio that switched off are still to be deleted."""
    return Face.objects.for_studio(settings.studio_id).count() if settings.erasing else 0


def erase_person(person: Person, *, by: User) -> int:
    """Keep nothing of a person: no name, outline, number or crop, nor what the journal says. Returns their faces.

    Nothing is kept by which they would be known again, so photos that come later may form a new group of them; who
    shall not come back is ignored instead. Cannot be undone.
    """
    studio, pk = person.studio, person.pk
    if not FaceSettings.objects.for_studio(studio).filter(is_on=True).exists():
        raise FacesOff
    hold(studio)
    faces = Face.objects.for_studio(studio).filter(person_id=pk)
    forget_counts(studio.pk, people=[pk])
    count, _ = faces.count(), faces.delete()
    Person.objects.for_studio(studio).filter(pk=pk).delete()
    journal.forget(studio, [pk])
    journal.note(studio, by, "person.erased", faces=count)
    return count
