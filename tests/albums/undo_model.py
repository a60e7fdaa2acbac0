"""Galleries in plain Python: what acts and their undos must do, without a database.

A row is a dict of its columns. An act's difference is found by comparing the rows before and after it; an undo asks
that what the act left is still there, and writes back what was there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

FIRST, STEP = 10**18, 10**9
CHANGED, GONE = 409, 410

Row = dict[str, Any]
Tables = dict[str, dict[Any, Row]]
# Before and after of one row; None for "no row". Witnesses have the same on both sides.
Difference = dict[tuple[str, Any], tuple[Row | None, Row | None]]


@dataclass
class Act:
    """What happened. is_whole: it was about a whole gallery, so it can be taken back in the trash too."""

    difference: Difference
    albums: list[UUID]
    is_whole: bool = False
    is_undone: bool = False


@dataclass
class Model:
    """tables: album {title, ordering, cover, trashed}, section {album, title, rank}, photo {trashed, rating, label,
    flag, name}, placed {id, album, photo, section, key, trashed, hidden}; trashed is the number of the act or None.
    """

    tables: Tables
    acts: list[Act | None] = field(default_factory=list)
    clock: int = 0

    def placed(self, album: UUID, *, live: bool = True) -> dict[Any, Row]:
        rows = self.tables["placed"].items()
        return {pk: row for pk, row in rows if row["album"] == album and not (live and row["trashed"])}

    def rank(self, section: UUID | None) -> int:
        return self.tables["section"][section]["rank"] if section else 0

    def sort_key(self, row: Row) -> Any:
        photo, how = self.tables["photo"][row["photo"]], self.tables["album"][row["album"]]["ordering"]
        return f"{row['key']:020d}" if how == "manual" else photo[how]

    def order(self, album: UUID, *, live: bool) -> list[Any]:
        """Placements in reading order."""
        rows = self.placed(album, live=live)
        return sorted(rows, key=lambda pk: (self.rank(rows[pk]["section"]), self.sort_key(rows[pk]), pk))

    # -- acts ----------------------------------------------------------------------------------------

    def act(
        self,
        change: Callable[[], object],
        albums: Iterable[UUID],
        *,
        witnesses: Iterable[tuple[str, Any]] = (),
        is_whole: bool = False,
    ) -> bool:
        """Do something and remember what it changed. False if it changed nothing, then it is not remembered."""
        before = deepcopy(self.tables)
        self.clock += 1
        change()
        difference = _difference(before, self.tables)
        if not difference:
            return False
        for table, pk in witnesses:
            now = self.tables[table][pk]["trashed"]
            difference.setdefault((table, pk), ({"trashed": now}, {"trashed": now}))
        self.acts.append(Act(difference, list(albums), is_whole))
        return True

    def trash_of(self, photos: Iterable[UUID]) -> list[tuple[str, Any]]:
        """Where it stands whether these photos are in the trash."""
        wanted = set(photos)
        lying = [("placed", pk) for pk, row in self.tables["placed"].items() if row["photo"] in wanted]
        return [("photo", pk) for pk in wanted] + lying

    def take_out(self, album: UUID, photos: list[UUID]) -> bool:
        rows = {pk: row for pk, row in self.placed(album).items() if row["photo"] in photos}
        out = {row["photo"] for row in rows.values()}

        def change() -> None:
            for row in rows.values():
                row["trashed"] = self.clock
            for photo in out:
                if all(row["trashed"] for row in self.tables["placed"].values() if row["photo"] == photo):
                    self.tables["photo"][photo]["trashed"] = self.clock
            if self.tables["album"][album]["cover"] in out:
                self.tables["album"][album]["cover"] = None

        return self.act(change, [album], witnesses=self.trash_of(out))

    def restore_photo(self, photo: UUID) -> bool:
        row = self.tables["photo"][photo]
        back = [p for p in self.tables["placed"].values() if p["photo"] == photo and p["trashed"] >= row["trashed"]]
        if back and all(self.tables["album"][one["album"]]["trashed"] for one in back):
            return False

        def change() -> None:
            row["trashed"] = None
            for one in back:
                one["trashed"] = None

        return self.act(change, {one["album"] for one in back}, witnesses=self.trash_of([photo]))

    def purge(self, photo: UUID) -> bool:
        """For good: nothing to remember."""
        if not self.tables["photo"][photo]["trashed"]:
            return False
        del self.tables["photo"][photo]
        gone = [pk for pk, row in self.tables["placed"].items() if row["photo"] == photo]
        for pk in gone:
            del self.tables["placed"][pk]
        return True

    def to_section(self, album: UUID, photos: list[UUID], section: UUID | None) -> bool:
        def change() -> None:
            for row in self.placed(album).values():
                if row["photo"] in photos:
                    row["section"] = section

        return self.act(change, [album])

    def order_by_hand(self, album: UUID, moving: list[UUID], before: UUID | None, section: UUID | None) -> bool:
        def change() -> None:
            row_of = {row["photo"]: pk for pk, row in self.placed(album).items()}
            chosen = [row_of[photo] for photo in dict.fromkeys(moving) if photo in row_of]
            if not chosen:
                return
            rows = self.tables["placed"]
            is_by_hand = self.tables["album"][album]["ordering"] == "manual"
            gap = self._gap(album, chosen, row_of.get(before), section) if is_by_hand else None
            if gap is None:
                for place, pk in enumerate(self.order(album, live=False), start=1):
                    rows[pk]["key"] = FIRST + place * STEP
                self.tables["album"][album]["ordering"] = "manual"
                gap = self._gap(album, chosen, row_of.get(before), section)
                assert gap
            lower, upper = gap
            for place, pk in enumerate(chosen, start=1):
                rows[pk]["key"] = lower + (upper - lower) * place // (len(chosen) + 1)
                rows[pk]["section"] = section

        return self.act(change, [album])

    def _gap(self, album: UUID, chosen: list[Any], before: Any, section: UUID | None) -> tuple[int, int] | None:
        staying = {pk: row["key"] for pk, row in self.placed(album).items() if row["section"] == section}
        staying = {pk: key for pk, key in staying.items() if pk not in chosen}
        room = STEP * (len(chosen) + 1)
        if before in staying:
            upper = staying[before]
            lower = max((key for pk, key in staying.items() if pk != before and key <= upper), default=upper - room)
        else:
            lower = max(staying.values(), default=FIRST)
            upper = lower + room
        return (lower, upper) if upper - lower > len(chosen) else None

    def sort(self, album: UUID, how: str) -> bool:
        return self.act(lambda: self.tables["album"][album].update(ordering=how), [album])

    def change_album(self, album: UUID, **values: Any) -> bool:
        return self.act(lambda: self.tables["album"][album].update(values), [album])

    def trash_album(self, album: UUID, *, out: bool) -> bool:
        trashed = None if out else self.clock + 1
        return self.act(lambda: self.tables["album"][album].update(trashed=trashed), [album], is_whole=True)

    def mark(self, album: UUID, photos: list[UUID], name: str, value: Any) -> bool:
        def change() -> None:
            for row in self.placed(album).values():
                if row["photo"] in photos:
                    self.tables["photo"][row["photo"]][name] = value

        return self.act(change, [album])

    def hide(self, album: UUID, photos: list[UUID], *, hidden: bool) -> bool:
        def change() -> None:
            for row in self.placed(album).values():
                if row["photo"] in photos:
                    row["hidden"] = hidden

        return self.act(change, [album])

    # -- sections ------------------------------------------------------------------------------------

    def sections(self, album: UUID) -> list[UUID]:
        rows = {pk: row for pk, row in self.tables["section"].items() if row["album"] == album}
        return sorted(rows, key=lambda pk: rows[pk]["rank"])

    def next_rank(self, album: UUID) -> int:
        return max((self.rank(pk) for pk in self.sections(album)), default=0) + 1

    def has_title(self, album: UUID, title: str, *, beside: UUID | None = None) -> bool:
        return any(self.tables["section"][pk]["title"] == title for pk in self.sections(album) if pk != beside)

    def add_section(self, pk: UUID, album: UUID, title: str) -> bool:
        row = {"album": album, "title": title, "rank": self.next_rank(album)}
        return self.act(lambda: self.tables["section"].update({pk: row}), [album])

    def rename_section(self, pk: UUID, title: str) -> bool:
        row = self.tables["section"][pk]
        return self.act(lambda: row.update(title=title), [row["album"]])

    def order_sections(self, album: UUID, first: list[UUID]) -> bool:
        def change() -> None:
            rest = [pk for pk in self.sections(album) if pk not in first]
            for rank, pk in enumerate([*first, *rest], start=1):
                self.tables["section"][pk]["rank"] = rank

        return self.act(change, [album])

    def delete_section(self, pk: UUID) -> bool:
        album = self.tables["section"][pk]["album"]

        def change() -> None:
            for row in self.tables["placed"].values():
                if row["section"] == pk:
                    row["section"] = None
            del self.tables["section"][pk]

        return self.act(change, [album])

    # -- taking back ---------------------------------------------------------------------------------

    def undo(self, number: int) -> set[int]:
        """Take back an act of `acts`; returns why not, as statuses. Empty: it is taken back."""
        act = self.acts[number]
        assert act
        if act.is_undone:
            return {CHANGED}
        back = {key: (after, before) for key, (before, after) in act.difference.items()}
        problems = self._differs(back) | self._closed(act)
        if problems:
            return problems
        kept = deepcopy(self.tables)
        for (table, pk), (_, wanted) in back.items():
            if wanted is None:
                del self.tables[table][pk]
            else:
                self.tables[table].setdefault(pk, {}).update(wanted)
        problems = self._broken(act)
        if problems:
            self.tables = kept
            return problems
        act.is_undone = True
        self.acts.append(Act(back, act.albums, act.is_whole))
        return set()

    def _differs(self, back: Difference) -> set[int]:
        """What the act left is not there."""
        problems = set()
        for (table, pk), (left, _) in back.items():
            row = self.tables[table].get(pk)
            if row is None and left is not None:
                problems.add(CHANGED if table == "section" else GONE)
            elif row is not None and (left is None or any(row[name] != value for name, value in left.items())):
                problems.add(CHANGED)
        return problems

    def _closed(self, act: Act) -> set[int]:
        albums = [self.tables["album"][pk] for pk in act.albums]
        return {CHANGED for album in albums if album["trashed"] and not act.is_whole}

    def _broken(self, act: Act) -> set[int]:
        """What would not hold together afterwards."""
        tables, problems = self.tables, set()
        for row in tables["placed"].values():
            is_lost = row["section"] and row["section"] not in tables["section"]
            if is_lost or (tables["photo"][row["photo"]]["trashed"] and not row["trashed"]):
                problems.add(CHANGED)
        for pk in act.albums:
            rows = [tables["section"][one] for one in self.sections(pk)]
            for name in ("title", "rank"):
                if len({row[name] for row in rows}) < len(rows):
                    problems.add(CHANGED)
            cover = tables["album"][pk]["cover"]
            if cover and cover not in tables["photo"]:
                problems.add(GONE)
            elif cover and cover not in {row["photo"] for row in self.placed(pk).values()}:
                problems.add(CHANGED)
        return problems


def _difference(before: Tables, after: Tables) -> Difference:
    found: Difference = {}
    for table, rows in after.items():
        for pk in before[table].keys() | rows.keys():
            old, new = before[table].get(pk), rows.get(pk)
            if old is None or new is None:
                found[table, pk] = (deepcopy(old), deepcopy(new))
            elif names := [name for name in new if old[name] != new[name]]:
                found[table, pk] = ({name: old[name] for name in names}, {name: new[name] for name in names})
    return found
