"""An album's file names, to be found by whatever part or spelling of them somebody remembers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from apps.albums.filenames.distance import distance, one_edit_away

MOST_NEAREST = 3
FARTHEST = 3

ENDINGS = (
    "jpe?g|png|tiff?|hei[cf]|hif|webp|avif|gif|bmp|psd|psb|xmp|dng|cr[w23]|nef|nrw|arw|sr[2fw]|raf|orf|rw[2l]|pef|"
    "3fr|fff|iiq|rwz|x3f|mov|mp4|m4v|avi"
)
ENDING = re.compile(rf"\.(?:{ENDINGS})$", re.IGNORECASE)
COPY = re.compile(r"\s*\([0-9]{1,3}\)$")
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "aa"})

Tokens: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """What was asked and which names it fits, by position. is_ambiguous: they are different names."""

    asked: str
    positions: tuple[int, ...]
    is_ambiguous: bool = False


def stem_of(name: str) -> str:
    """A file name without folders and without its ending, or endings ("a.CR3.jpg" is "a")."""
    stem = re.split(r"[\\/]", name)[-1].strip()
    while (shorter := ENDING.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def spellings(stem: str) -> set[Tokens]:
    """A stem as letters and numbers, with umlauts written in both ways."""
    folded = _folded(unicodedata.normalize("NFKC", stem))
    plain = {_without_marks(folded), _without_marks(folded.translate(_LETTERS))}
    return {tuple(_bare(token) for token in _TOKEN.findall(text)) for text in plain} - {()}


def _bare(token: str) -> str:
    """A number without leading zeros; letters as they are."""
    return token.lstrip("0") or "0" if token.isdecimal() else token


class NameIndex:
    """The names of an album, found by exact stem, by spelling, and by how they end."""

    def __init__(self, names: Sequence[str]) -> None:
        self.stems = [stem_of(name) for name in names]
        self.exact: dict[str, list[int]] = {}
        self.whole: dict[Tokens, list[int]] = {}
        self.tails: dict[Tokens, list[int]] = {}
        self.loose: dict[Tokens, list[int]] = {}
        self.prefixes: set[Tokens] = set()
        self.numbers: dict[int, list[int]] = {}
        self.words = 1
        for position, stem in enumerate(self.stems):
            self._add(position, stem)

    def _add(self, position: int, stem: str) -> None:
        self.exact.setdefault(_folded(stem), []).append(position)
        self.words = max(self.words, len(stem.split()))
        for tokens in spellings(stem):
            self.whole.setdefault(tokens, []).append(position)
            self._add_tails(self.tails, tokens, position)
            if tokens[-1].isdecimal():
                self._add_number(tokens, position)
                continue
            # "IMG_1234-Edit" is also asked for as "1234".
            end = next((at + 1 for at in reversed(range(len(tokens))) if tokens[at].isdecimal()), 0)
            self._add_tails(self.loose, tokens[:end], position, whole=True)

    @staticmethod
    def _add_tails(into: dict[Tokens, list[int]], tokens: Tokens, position: int, *, whole: bool = False) -> None:
        for start in range(0 if whole else 1, len(tokens)):
            if any(token.isdecimal() for token in tokens[start:]):
                into.setdefault(tokens[start:], []).append(position)

    def _add_number(self, tokens: Tokens, position: int) -> None:
        for start in range(len(tokens)):
            self.prefixes.add(tokens[start:-1])
        if len(tokens[-1]) <= 12:
            self.numbers.setdefault(int(tokens[-1]), []).append(position)

    def find(self, asked: str, *, whole: bool = False) -> Hit | None:
        """The names that a piece of text fits, the strictest reading first. whole: no endings of names."""
        for stem in dict.fromkeys((stem_of(asked), stem_of(COPY.sub("", asked)), COPY.sub("", stem_of(asked)))):
            if same := self.exact.get(_folded(stem)):
                return Hit(asked, tuple(same))
            written = spellings(stem)
            for table in (self.whole,) if whole else (self.whole, self.tails, self.loose):
                fits = sorted({position for tokens in written for position in table.get(tokens, ())})
                if fits:
                    return self.hit(asked, fits)
        return None

    def hit(self, asked: str, positions: Iterable[int]) -> Hit:
        fits = tuple(positions)
        return Hit(asked, fits, len({_folded(self.stems[position]) for position in fits}) > 1)

    def nearest(self, asked: str) -> tuple[int, ...]:
        """At most three names that a typing error, another prefix or a number beside it would explain."""
        ranked: dict[int, tuple[int, int, str]] = {}
        for tokens in spellings(COPY.sub("", stem_of(asked))):
            flat = "".join(tokens)
            number = int(tokens[-1]) if tokens[-1].isdecimal() and len(tokens[-1]) <= 12 else None
            for position in self._candidates(flat, number):
                far, apart = self._how_far(position, flat, number, len(tokens))
                if far <= FARTHEST:
                    rank = (far, apart, self.stems[position])
                    ranked[position] = min(rank, ranked.get(position, rank))
        return tuple(sorted(ranked, key=lambda position: ranked[position])[:MOST_NEAREST])

    def _candidates(self, flat: str, number: int | None) -> set[int]:
        if not hasattr(self, "flat"):
            self.flat: dict[str, list[int]] = {}
            for table in (self.whole, self.tails, self.loose):
                for tokens, positions in table.items():
                    self.flat.setdefault("".join(tokens), []).extend(positions)
        found = {position for text in one_edit_away(flat) for position in self.flat.get(text, ())}
        for near in range(number - 5, number + 6) if number is not None else ():
            found.update(self.numbers.get(near, ()))
        return found

    def _how_far(self, position: int, flat: str, number: int | None, length: int) -> tuple[int, int]:
        """Edits between what was asked and as much of the name's end, and how far the numbers lie apart."""
        best = (FARTHEST + 1, 0)
        for tokens in spellings(self.stems[position]):
            tail = tokens[-length:]
            ends = number is not None and tail[-1].isdecimal()
            apart = min(abs(int(tail[-1][:12]) - number), 10**6) if ends and number is not None else 10**6
            best = min(best, (distance(flat, "".join(tail), FARTHEST), apart))
        return best
