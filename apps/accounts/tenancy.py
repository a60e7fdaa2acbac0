"""The guard between studios: every row of a studio is read through its studio, twice.

First wall, in Python: a query on a studio's rows begins at a related row (`studio.albums`,
`album.placements`), at `.for_studio(studio)`, or inside `across_studios()`. Anything else raises
`Unscoped` before a statement is sent.

Second wall, in PostgreSQL: row-level security is enabled and forced on every table with a studio, and
the application's role is neither owner nor superuser. `acting_in(studio)` opens a transaction and names
the studio in it; outside of it the tables look empty and refuse writes.

Third, keys: `SameStudio` makes a foreign key of (studio, parent), so a row of one studio cannot point
into another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.constraints import BaseConstraint

from apps.accounts.tenant_keys import SYSTEM_ROLE
from apps.web.compiled_queries import Asked, together, written
from apps.web.ids import uuid7

if TYPE_CHECKING:
    from apps.accounts.models import Studio, User

NO_ROLE = "none"

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """A query on a studio's rows did not say which studio."""


# -- the second wall's key ---------------------------------------------------------------------------


@contextmanager
def acting_in(studio: Studio | UUID) -> Iterator[None]:
    """Open a transaction in which PostgreSQL shows the rows of `studio` and no others.

    Nested calls restore the outer studio on leaving; inside `across_studios()` this is the way back to one
    studio. The setting dies with the transaction, so a connection that goes back to a pool carries nothing over.
    """
    with _wall(_Wall.of(studio if isinstance(studio, UUID) else studio.pk)):
        yield


def joining(studio: Studio | UUID) -> AbstractContextManager[None]:
    """`acting_in()`, or nothing where the transaction is this studio's already.

    Without a savepoint, so an error inside ends the whole transaction.
    """
    studio_id = studio if isinstance(studio, UUID) else studio.pk
    return nullcontext() if is_acting_in(studio_id) else acting_in(studio_id)


@contextmanager
def across_studios() -> Iterator[None]:
    """Open a transaction that sees all studios, by another database role.

    The one way out: token look-ups, sweeps, platform administration. Each use is listed in
    tests/accounts/test_tenancy.py.
    """
    with _wall(_ACROSS):
        yield


def read_only() -> None:
    """From here to its end this transaction or savepoint can only read: PostgreSQL refuses every write."""
    with connection.cursor() as cursor:
        cursor.execute("set transaction read only")


def together_across(*asked: Asked) -> list[list[Any]]:
    """The rows of each of these queries, asked as in `across_studios()`, in one exchange. For reading in a transaction.

    There is no savepoint, so an error ends the whole transaction.
    """
    held = _held()
    if held is None:
        with across_studios():
            return together(*asked)
    _, *found, _ = together(written(_settings(_ACROSS), {}), *asked, written(_settings(held), {}))
    return found


class Arrival:
    """A transaction that begins with a question to all studios and goes on within one.

    rows: the answer.
    """

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows

    def into(self, studio: Studio) -> None:
        """Go on in this studio, whichever it was."""
        wanted = _Wall.of(studio.pk)
        if _held() != wanted:
            _swap(wanted)
            connection.wall = wanted  # type: ignore[attr-defined]


@contextmanager
def arriving_in(question: str, values: Sequence[Any], *, hint: UUID | None) -> Iterator[Arrival]:
    """Ask as in `across_studios()` and go on as in `acting_in()`, in one transaction, which begins with one exchange.

    question: one statement that reads.  hint: the studio that the answer will most likely tell. Whoever knows by the
    answer calls `into`; until then nothing but the answer may be believed. None: no studio's rows are seen before.
    """
    is_outermost, outer = not connection.in_atomic_block, _held()
    wanted = _Wall("", NO_ROLE) if hint is None else _Wall.of(hint)
    with transaction.atomic():
        before = None
        if is_outermost:
            told = _settings(_ACROSS), question, values, _settings(wanted)
            rows = connection.begin_asking(*told)  # type: ignore[attr-defined]
        else:
            before = _swap(_ACROSS)
            with connection.cursor() as cursor:
                cursor.execute(question, values)
                rows = cursor.fetchall()
            _swap(wanted)
        connection.wall = wanted  # type: ignore[attr-defined]
        try:
            yield Arrival(rows)
        finally:
            connection.wall = outer  # type: ignore[attr-defined]
        if before is not None and not connection.needs_rollback:
            _swap(before)


def asking_in(studio: Studio | UUID, question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that one statement gives, as in `acting_in()`, committed by itself: all in one exchange.

    question: SQL with a %s for each of the values.  Inside of a transaction it is part of that.
    """
    if connection.in_atomic_block:
        with joining(studio), connection.cursor() as cursor:
            cursor.execute(question, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
    else:
        wall = _Wall.of(studio if isinstance(studio, UUID) else studio.pk)
        rows = connection.ask_apart(_settings(wall), question, values)  # type: ignore[attr-defined]
    return rows


class _Wall(NamedTuple):
    """What a transaction says to PostgreSQL of itself. studio: its id, "" for none. role: of the database."""

    studio: str
    role: str

    @classmethod
    def of(cls, studio_id: UUID) -> _Wall:
        # It becomes part of a statement: whatever is no id ends here.
        return cls(str(studio_id if isinstance(studio_id, UUID) else UUID(studio_id)), NO_ROLE)


_ACROSS: Final = _Wall("", SYSTEM_ROLE)


@contextmanager
def _wall(wanted: _Wall) -> Iterator[None]:
    is_outermost, outer = not connection.in_atomic_block, _held()
    is_another = not is_outermost and outer != wanted
    if is_another and outer is not None:
        # Where we come from is known, so both ways go with the savepoint: an exchange less each.
        connection.beside = _settings(wanted)  # type: ignore[attr-defined]
    with transaction.atomic():
        before = None
        if is_outermost:
            connection.begin(_settings(wanted))  # type: ignore[attr-defined]
        elif is_another and (outer is None or _untaken()):
            before = _swap(wanted)
        connection.wall = wanted  # type: ignore[attr-defined]
        try:
            yield
        finally:
            connection.wall = outer  # type: ignore[attr-defined]
        # The end of the transaction forgets both settings, and so does a rollback to the savepoint, by an
        # exception or on purpose.
        if before is not None and not connection.needs_rollback:
            _swap(before)
        elif is_another and outer is not None and not connection.needs_rollback:
            connection.beside = _settings(outer)  # type: ignore[attr-defined]


def _untaken() -> bool:
    """True if no savepoint was made and so nothing was sent beside it: the transaction is to be rolled back."""
    beside, connection.beside = connection.beside, ""  # type: ignore[attr-defined]
    return bool(beside)


def _held() -> _Wall | None:
    """The wall of this transaction, or None outside of all walls."""
    return getattr(connection, "wall", None)


def _settings(wall: _Wall) -> str:
    # Both are of our making: the text of an id, and the name of a role.
    return f"select set_config('app.studio', '{wall.studio}', true), set_config('role', '{wall.role}', true)"


def _swap(wanted: _Wall) -> _Wall:
    """Build this wall in the transaction; returns the one before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """with before as materialized (
                   select coalesce(current_setting('app.studio', true), '') as studio, current_setting('role') as role
               )
               select studio, role, set_config('app.studio', %s, true), set_config('role', %s, true) from before""",
            wanted,
        )
        row = cursor.fetchone()
        return _Wall(str(row[0]), str(row[1]))


def is_across() -> bool:
    """True inside `across_studios()`."""
    held = _held()
    return held is not None and held.role == SYSTEM_ROLE


def is_acting_in(studio_id: UUID) -> bool:
    """True inside `acting_in()` this studio."""
    return _held() == _Wall.of(studio_id)


# -- the first wall ----------------------------------------------------------------------------------


class Works(Protocol):
    """A member, as `accounts.access` lets one in. album_ids: the galleries of a restricted one, None for all."""

    @property
    def studio(self) -> Studio: ...

    @property
    def user(self) -> User: ...

    @property
    def album_ids(self) -> frozenset[UUID] | None: ...


def _knows_studio(row: object) -> bool:
    """A related row that itself belongs to one studio (or is one)."""
    return isinstance(row, StudioModel) or getattr(row, "is_studio", False)


class Unseen(models.Func):
    """An id that the planner does not see: it expects as many rows as such an id has on average.

    A studio or an album that came after its last look at the table it takes for one row, and then any index that begins
    with that for as good as the key that names the row: a look at one photo reads all of them.
    """

    template = "(SELECT %(expressions)s)"

    def __init__(self, key: UUID) -> None:
        super().__init__(models.Value(key), output_field=models.UUIDField())


class StudioQuerySet(models.QuerySet[M]):
    """A query set that runs only when it knows its studio; else every way to run it raises `Unscoped`."""

    _scoped: bool = False

    def for_studio(self, studio: Studio | UUID, *, by_key: bool = False) -> Self:
        """Only the rows of `studio`.

        by_key: of these the ones that another key than the id names, see `Unseen`.
        """
        key = studio if isinstance(studio, UUID) else studio.pk
        scoped = self.filter(studio_id=Unseen(key) if by_key else key)
        scoped._scoped = True
        return scoped

    def visible_to(self, member: Works) -> Self:
        """Of these rows the ones that lie in galleries in which `member` works."""
        if member.album_ids is None:
            return self
        return self.filter(self.model.within(member))  # type: ignore[attr-defined]

    @property
    def is_scoped(self) -> bool:
        """True if the query itself knows its studio."""
        return self._scoped

    def _clone(self) -> Self:
        copy: Self = super()._clone()  # type: ignore[misc]
        copy._scoped = self._scoped
        return copy

    def _guard(self) -> None:
        hints: dict[str, object] = getattr(self, "_hints", {})
        if not (self._scoped or _knows_studio(hints.get("instance")) or is_across()):
            raise Unscoped(f"a query on {self.model.__name__} must begin at its studio")

    def _fetch_all(self) -> None:
        self._guard()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._guard()
        return super().iterator(chunk_size)

    def aiterator(self, chunk_size: int = 2000) -> AsyncIterator[M]:
        self._guard()
        return super().aiterator(chunk_size)

    def count(self) -> int:
        self._guard()
        return super().count()

    def exists(self) -> bool:
        self._guard()
        return super().exists()

    def contains(self, obj: models.Model) -> bool:
        self._guard()
        return super().contains(obj)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._guard()
        return super().aggregate(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._guard()
        return super().explain(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._guard()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._guard()
        return super().delete()

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        self._guard()
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        self._guard()
        return super().bulk_update(objs, fields, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self._guard()
        return super().raw(*args, **kwargs)

    def _raw_delete(self, using: str | None) -> int:
        self._guard()
        return super()._raw_delete(using)

    # A scoped query set must not become wider by what it is joined with.

    def __and__(self, other: models.QuerySet[M, Any]) -> Self:
        _guard(other)
        return super().__and__(other)

    def __or__(self, other: models.QuerySet[M, Any]) -> Self:
        _guard(other)
        return super().__or__(other)

    def __xor__(self, other: models.QuerySet[M, Any]) -> Self:
        _guard(other)
        return super().__xor__(other)

    def _combinator_query(self, combinator: str, *others: Self, all: bool = False) -> Self:
        for other in others:
            other._guard()
        return super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc,no-any-return]

    # `create` is not listed: the manager below refuses to give out an unscoped query set, and a row's
    # own studio is checked by the database.
    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    bulk_create.alters_data = True  # type: ignore[attr-defined]
    bulk_update.alters_data = True  # type: ignore[attr-defined]


def _guard(other: models.QuerySet[Any, Any]) -> None:
    if isinstance(other, StudioQuerySet):
        other._guard()


class GuardedManager(models.Manager[M]):
    """Django's `_base_manager` for rows of a studio.

    Django itself goes through it to save one instance and to follow a key from a row at hand; those
    pass, because they carry the instance. A query written on it by hand does not.
    """

    _hints: dict[str, models.Model]

    def get_queryset(self) -> StudioQuerySet[M]:
        return StudioQuerySet(self.model, using=self._db, hints=self._hints)


class StudioManager(models.Manager[M]):
    """`objects` of every model of a studio: `Album.objects.all()` raises `Unscoped`."""

    _hints: dict[str, models.Model]

    def get_queryset(self) -> StudioQuerySet[M]:
        queryset = self._rows()
        # What begins in `across_studios()` is asked again when it runs: it may not outlive the block.
        queryset._scoped = _knows_studio(getattr(self, "instance", None)) or self._hinted()
        if not (queryset._scoped or is_across()):
            raise Unscoped(f"begin at the studio: studio.{self.model._meta.model_name}s or for_studio(studio)")
        return queryset

    def for_studio(self, studio: Studio | UUID, *, by_key: bool = False) -> StudioQuerySet[M]:
        """As `StudioQuerySet.for_studio`."""
        return self._rows().for_studio(studio, by_key=by_key)

    def visible_to(self, member: Works) -> StudioQuerySet[M]:
        """Only the rows of the member's studio that lie in galleries in which the member works."""
        return self.for_studio(member.studio).visible_to(member)

    def _rows(self) -> StudioQuerySet[M]:
        return StudioQuerySet(self.model, using=self._db, hints=self._hints)

    def _hinted(self) -> bool:
        return _knows_studio(self._hints.get("instance"))


class StudioModel(models.Model):
    """A row that belongs to one studio.

    journalled: the columns whose values may stand in the journal, each with the word for it in "... of 3 photos was
    changed since". What is not named here (secrets, vectors, guests' words) cannot get there.
    noun: the word for such a row there.
    """

    journalled: ClassVar[Mapping[str, str]] = {}
    noun: ClassVar[str] = "row"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    studio = models.ForeignKey(
        "accounts.Studio", on_delete=models.DO_NOTHING, db_index=False, related_name="%(class)ss"
    )

    guarded: ClassVar[GuardedManager[Self]] = GuardedManager()
    objects: ClassVar[StudioManager[Self]] = StudioManager()

    class Meta:
        abstract = True
        base_manager_name = "guarded"
        default_manager_name = "objects"
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(fields=["studio", "id"], name="%(app_label)s_%(class)s_studio_id")
        ]

    @classmethod
    def within(cls, member: Works) -> models.Q:
        """Which rows lie in a restricted member's galleries. A model without an album says its own way, or fails."""
        return models.Q(album_id__in=member.album_ids)
