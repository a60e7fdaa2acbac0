"""The words that a studio's photos hold: a mistyped one is looked for among its own, not among its neighbours'.

Triggers write down each word that comes, with a photo that holds it (see `KnownWord`). Once an hour a job looks for
another photo for those whose witness no longer holds them, and forgets what none holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.media.fsck import Finding

#: Of an answer of fsck.
WORD: Final = "word"
#: Words of one transaction.
BATCH: Final = 200


# One list, whatever its length: the ORM would write five hundred places for five hundred words.
_AMONG: Final = """select word, bool_or(witness_id is not null) from library_knownword
    where studio_id = %s and word = any(%s::text[]) group by word
"""


def among(studio: Studio, words: Collection[str]) -> dict[str, bool]:
    """Which of these words photos of the studio hold; False: one did, and maybe another does. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_AMONG, [studio.pk, list(words)])
        return dict(cursor.fetchall())


# -- words that lost their witness -----------------------------------------------------------------------------------

_DOUBTED: Final = """
    select id, studio_id, word from library_knownword k where witness_id is null
    order by studio_id, id limit %s for update skip locked
"""
# The index of words, and only then whose photos those are: see `find.Library._found_by_words`.
_BY_BITMAP: Final = "set local enable_seqscan = off; set local enable_indexscan = off"
_HOLDER: Final = """
    select f.id from (
        select id, studio_id from library_libraryphoto where words @@ quote_literal(%(word)s)::tsquery offset 0
    ) f where f.studio_id = %(studio)s and not exists (
        select from library_knownword k
        where k.studio_id = %(studio)s and k.word = %(word)s and k.witness_id is not null
    ) limit 1
"""
# Who changes this photo waits until it is the witness, or was first and is waited for.
_HELD: Final = """
    select from library_libraryphoto where studio_id = %(studio)s and id = %(holder)s
        and words @@ quote_literal(%(word)s)::tsquery for share
"""


def forget() -> int:
    """Periodic: find other witnesses, and forget words that no photo holds or of which another row tells.

    Returns how many words were looked after.
    """
    done, settled = 0, BATCH
    while settled == BATCH:
        with across_studios(), connection.cursor() as cursor:
            cursor.execute(_DOUBTED, [BATCH])
            doubted = cursor.fetchall()
            cursor.execute(_BY_BITMAP)
            settled = sum(_settle(cursor, *one) for one in doubted)
        done += settled
    return done


def _settle(cursor: Any, pk: UUID, studio_id: UUID, word: str) -> bool:
    """False if the photo that held the word changed meanwhile: the next run looks again."""
    said = {"word": word, "studio": studio_id}
    cursor.execute(_HOLDER, said)
    found = cursor.fetchone()
    if found is None:
        cursor.execute("delete from library_knownword where id = %s", [pk])
        return True
    cursor.execute(_HELD, said | {"holder": found[0]})
    if cursor.fetchone() is None:
        return False
    cursor.execute("update library_knownword set witness_id = %s where id = %s", [found[0], pk])
    return True


# -- beside the photos -----------------------------------------------------------------------------------------------

_MISSING: Final = """
    select f.word, f.witness_id from (
        select w as word, any_value(l.id) as witness_id
        from library_libraryphoto l cross join lateral library_spelt(l.words) as w
        where l.studio_id = %(studio)s group by 1
    ) f where not exists (
        select from library_knownword k
        where k.studio_id = %(studio)s and k.word = f.word and k.witness_id is not null
    )
"""
_FALSE: Final = """
    select k.id, k.word from library_knownword k
    join library_libraryphoto l on l.studio_id = k.studio_id and l.id = k.witness_id
    where k.studio_id = %(studio)s and not k.word = any (tsvector_to_array(l.words))
"""
_HEAL: Final = (
    f"update library_knownword set witness_id = null where id in (select id from ({_FALSE}) wrong)",
    f"""insert into library_knownword (id, studio_id, word, witness_id)
        select gen_random_uuid(), %(studio)s, word, witness_id from ({_MISSING}) missing""",
)
_UNKNOWN: Final = """
    select s.id from accounts_studio s
    where exists (select from library_libraryphoto l where l.studio_id = s.id)
        and not exists (select from library_knownword k where k.studio_id = s.id)
    order by s.id
"""


def complete() -> int:
    """Periodic: read the words of studios of which none is known, as after an import. Returns how many words came."""
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_UNKNOWN)
        studios = [pk for (pk,) in cursor.fetchall()]
    return sum(heal(pk) for pk in studios)


def check_studio(studio_id: UUID) -> Iterator[Finding]:
    """Words that photos hold and that are not known, and those whose witness does not hold them."""
    for question, detail in ((_MISSING, "photos hold it, and it is not known"), (_FALSE, "its photo does not hold it")):
        with acting_in(studio_id), connection.cursor() as cursor:
            cursor.execute(question, {"studio": studio_id})
            words = [row[0 if question is _MISSING else 1] for row in cursor.fetchall()]
        for word in sorted(words):
            yield Finding(WORD, studio_id, word, detail=detail)


def repair(finding: Finding) -> str:
    """Put all words of the studio right. Returns what was done, "" if they are right by now."""
    assert finding.studio_id is not None
    return "read again" if heal(finding.studio_id) else ""


def heal(studio_id: UUID) -> int:
    """Make the words of a studio those of its photos. Returns how many were wrong. Reads its whole index."""
    with acting_in(studio_id), connection.cursor() as cursor:
        healed = 0
        for statement in _HEAL:
            cursor.execute(statement, {"studio": studio_id})
            healed += int(cursor.rowcount)
        return healed
