"""A studio is deleted: closed at once, restored by one click for 30 days, and then gone for good.

What goes is read from the database's catalogue, so a table that is added later goes too. Rows go before bytes, as
always: what is broken off is found again by the studio's own row, which goes last.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from apps.accounts import outbox, smtp
from apps.accounts.access import Entered
from apps.accounts.journal import note
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import across_studios
from apps.backups import dump, load
from apps.backups.destination import open_destination
from apps.media.storage import partial_directory, store
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

GRACE: Final = timedelta(days=30)
# Triggers write down what was deleted, into tables that were empty by then.
_ROUNDS = 5


class WrongName(Refusal):
    """What was typed is not the studio's name."""

    status = 422
    code = "wrong_name"
    sentence = "Type the name of the studio exactly as it is written above."


def gone_on(studio: Studio) -> datetime:
    """When the studio is deleted for good. studio: one that is closing."""
    assert studio.closing_since is not None
    return studio.closing_since + GRACE


def close(entered: Entered, typed: str) -> Studio:
    """Delete the studio: no link opens from now on, and members can only read. Twice is once.

    All members are told. Raises WrongName. Call it in the studio's transaction.
    """
    studio = _held(entered.studio)
    if " ".join(typed.split()) != " ".join(studio.name.split()):
        raise WrongName
    if not studio.is_closing:
        studio.closing_since = timezone.now()
        studio.save(update_fields=["closing_since"])
        note(studio, entered.user, "studio.deleted", studio)
        _tell(studio, f"{studio.name} was deleted", "portability/emails/closing.txt", who=str(entered.user))
    return studio


def restore(entered: Entered) -> Studio:
    """Take the deletion back; all is as it was. Twice is once. Call it in the studio's transaction."""
    studio = _held(entered.studio)
    if studio.is_closing:
        _tell(studio, f"{studio.name} was restored", "portability/emails/restored.txt", who=str(entered.user))
        studio.closing_since = None
        studio.save(update_fields=["closing_since"])
        note(studio, entered.user, "studio.restored", studio)
    return studio


def _held(studio: Studio) -> Studio:
    """The row as it is now, locked: of two owners at one moment the second sees what the first did."""
    return Studio.objects.defer("logo").select_for_update(no_key=True).get(pk=studio.pk)


def _tell(studio: Studio, subject: str, template: str, *, who: str) -> None:
    until = timezone.localtime(gone_on(studio), studio.zone)
    url = settings.PUBLIC_URL + reverse("portability:deletion", args=[studio.slug])
    words = outbox.rendered(subject, template, studio=studio.name, who=who, until=until, url=url)
    since = int(gone_on(studio).timestamp())
    outbox.tell(studio, list(Role), f"{Path(template).stem}:{since}", words)


# -- for good ----------------------------------------------------------------------------------------


def remove_due(now: datetime | None = None) -> int:
    """Remove the studios whose grace is over; how many. Trouble with one does not stop the others."""
    with across_studios():
        before = (now or timezone.now()) - GRACE
        due = list(Studio.objects.filter(closing_since__lt=before).values_list("pk", flat=True))
    removed = 0
    for studio_id in due:
        try:
            remove(studio_id)
            removed += 1
        except Exception:
            log.exception("studio %s could not be removed; it is tried again", studio_id)
    return removed


def remove(studio_id: UUID) -> None:
    """Remove all rows, files and emails of a studio that is closing, and the accounts that were in no other.

    Does nothing to a studio that was restored meanwhile.
    """
    with across_studios(), connection.cursor() as cursor:
        if not _hold_closing(cursor, studio_id):
            return
        _remove_kept_emails(cursor, studio_id)
        uploads = _column(cursor, "select id from uploads_upload where studio_id = %s", studio_id)
        people = _column(cursor, "select user_id from accounts_membership where studio_id = %s", studio_id)
        _remove_rows(cursor, studio_id)
        _remove_people(cursor, people)
    for upload_id in uploads:
        (partial_directory() / str(upload_id)).unlink(missing_ok=True)
    _remove_bytes(studio_id)
    _destroy_key(studio_id)
    with across_studios(), connection.cursor() as cursor:
        # What a worker that was still at it wrote meanwhile.
        _remove_rows(cursor, studio_id)
        cursor.execute("delete from accounts_studio where id = %s", [studio_id])
    _remove_bytes(studio_id)
    log.info("studio %s was removed", studio_id)


def _destroy_key(studio_id: UUID) -> None:
    """Make its bytes in old backups unreadable.

    Raises what keeps that from being done; then the studio's own row is left, and this is tried again in an hour.
    """
    if settings.BACKUP is not None:
        open_destination(settings.BACKUP, settings.BACKUP_KEY, create=True).destroy_key(studio_id)


def _hold_closing(cursor: Any, studio_id: UUID) -> bool:
    cursor.execute(
        "select 1 from accounts_studio where id = %s and closing_since is not null for no key update", [studio_id]
    )
    return cursor.fetchone() is not None


def _column(cursor: Any, question: str, studio_id: UUID) -> list[UUID]:
    cursor.execute(question, [studio_id])
    return [row[0] for row in cursor.fetchall()]


def _remove_rows(cursor: Any, studio_id: UUID) -> None:
    """Delete the rows of the studio in every table but its own. Foreign keys are checked at the commit."""
    tables = [name for name, columns in dump.tables(cursor) if "studio_id" in columns]
    for _round in range(_ROUNDS):
        gone = 0
        for name in tables:
            cursor.execute(sql.SQL("delete from {} where studio_id = %s").format(sql.Identifier(name)), [studio_id])
            gone += cursor.rowcount
        if not gone:
            return
    raise RuntimeError("rows come back while a studio is removed")


def _remove_people(cursor: Any, people: list[UUID]) -> None:
    """Delete the accounts of these people that are members of no studio any more and named by no row of another one."""
    everywhere = [name for name, _columns in dump.tables(cursor)]
    named = [
        (name, column)
        for name, column in load.columns_of_people(cursor, everywhere)
        if name != "accounts_browsersession"
    ]
    free = sql.SQL(" and ").join(
        sql.SQL("not exists (select from {} t where t.{} = u.id)").format(sql.Identifier(name), sql.Identifier(column))
        for name, column in named
    )
    cursor.execute(
        sql.SQL("select u.id, u.email from accounts_user u where u.id = any(%s) and {}").format(free), [people]
    )
    found = cursor.fetchall()
    ids, addresses = [row[0] for row in found], [row[1].lower() for row in found]
    cursor.execute('delete from accounts_email where studio_id is null and lower("to") = any(%s)', [addresses])
    cursor.execute("delete from accounts_browsersession where user_id = any(%s)", [ids])
    cursor.execute("delete from accounts_user where id = any(%s)", [ids])


def _remove_kept_emails(cursor: Any, studio_id: UUID) -> None:
    """Without a mail server emails lie as files, which name the people they were for."""
    folder = smtp.kept_in()
    if not folder or not Path(folder).is_dir():
        return
    mine = {
        one.hex.encode() for one in _column(cursor, "select id from accounts_email where studio_id = %s", studio_id)
    }
    for path in Path(folder).iterdir():
        if path.is_file() and any(one in path.read_bytes() for one in mine):
            path.unlink(missing_ok=True)


def _remove_bytes(studio_id: UUID) -> None:
    prefix = f"{studio_id}/"
    for entry in store().entries(prefix):
        store().delete(entry.key)
    store().forget_aside(prefix)
