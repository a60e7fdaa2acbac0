"""Photos by the names that people write: "IMG_1234, 1250-1262, DSC_9.CR3" in any spelling.

Case, endings, folders, leading zeros, umlauts and what stands between letters and digits do not matter. No
database: names in, positions of names out. What a client writes by hand is read generously; what fits several
photos gives all of them and says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias
from urllib.parse import unquote

from apps.albums.name_distance import distance, one_edit_away

LONGEST_TEXT = 100_000
MOST_NAMES = 5_000
LONGEST_RANGE = 2_000
MOST_NEAREST = 3
FARTHEST = 3
# Near names are looked for so often at most; a list with more misses is of another album.
MOST_EXPLAINED = 200
MOST_WORDS = 12
# Words of all kinds, with what people write beside the names; and letters of one word.
MOST_READ = 10_000
LONGEST_WORD = 255

ENDINGS = (
    "jpe?g|png|tiff?|hei[cf]|hif|webp|avif|gif|bmp|psd|psb|xmp|dng|cr[w23]|nef|nrw|arw|sr[2fw]|raf|orf|rw[2l]|pef|"
    "3fr|fff|iiq|rwz|x3f|mov|mp4|m4v|avi"
)
_ENDING = re.compile(rf"\.(?:{ENDINGS})$", re.IGNORECASE)
_FILE = re.compile(rf".+?\.(?:{ENDINGS})(?=\s|$)|.+", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_DASH = r"-|–|—|‒|−|~|\.\.\.?|…|\bto\b|\bbis\b|\bthrough\b|\bthru\b|\buntil\b"
_RANGE = re.compile(rf"(?P<left>.*?[0-9])\s*(?:{_DASH})\s*(?P<right>[^0-9]*[0-9]+|.*[^0-9][0-9]+)", re.IGNORECASE)
_NUMBER_AT_END = re.compile(r"(.*?)([0-9]{1,12})")
_CALLED = re.compile(r"^(?:no|nr|nummer|number|bild|foto|photo|picture)[.:#]*(?=[0-9])", re.IGNORECASE)
_COPY = re.compile(r"\s*\([0-9]{1,3}\)$")
_REMARK = re.compile(r"\((?![0-9]{1,3}\))[^()\n]*\)")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»\n]+)[\"“”„«»]|(?<!\w)['‘’]([^'‘’\n]+)['‘’](?!\w)")
_SEPARATOR = re.compile(r"[\n\r\t,;|]+")
_BULLET = re.compile(r"^\s*(?:[-*+•·‣▪◦–—>✓✔☐☑]\s+|\[[ xX]?\]\s*)+", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*([0-9]{1,4})[.)]\s+(?=\S)", re.MULTILINE)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "aa"})
# How cameras begin their names: before a number they belong to it even if the album has no such name.
_CAMERAS = "img mg dsc dscf dscn pict pic pxl dji gopr gp sam cimg mvi p r l a b c d x t k vid pano hdr"
_FILLERS = (
    "a and und et y e plus also sowie or oder nr no number numbers nummer nummern bild bilder photo photos foto fotos "
    "picture pictures pic pics image images file files datei dateien please bitte the die das der from von"
)
CAMERAS, FILLERS = frozenset(_CAMERAS.split()), frozenset(_FILLERS.split())

Tokens: TypeAlias = tuple[str, ...]


class TooMuch(ValueError):
    """More text, names or numbers than are read at once; the message says which."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What was asked and which names it fits, by position. is_ambiguous: they are different names."""

    asked: str
    positions: tuple[int, ...]
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """What was asked and is not there; nearest: positions of at most three similar names, the best first."""

    asked: str
    nearest: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """What a text asks for, in its order."""

    hits: list[Hit] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    @property
    def positions(self) -> list[int]:
        """Every name that was asked for, once, in the order of the text."""
        return list(dict.fromkeys(position for hit in self.hits for position in hit.positions))

    @property
    def ambiguous(self) -> list[Hit]:
        return [hit for hit in self.hits if hit.is_ambiguous]


def stem_of(name: str) -> str:
    """A file name without folders and without its ending, or endings ("a.CR3.jpg" is "a")."""
    stem = re.split(r"[\\/]", name)[-1].strip()
    while (shorter := _ENDING.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem


def match(text: str, names: Sequence[str]) -> Matches:
    """Which of these file names a text asks for. Raises TooMuch."""
    if len(text) > LONGEST_TEXT:
        raise TooMuch(f"This is too long: at most {LONGEST_TEXT:,} characters are read at once.")
    return _Reader(_Known(names)).read(unicodedata.normalize("NFKC", text.replace("\x00", "")))


# -- the names that there are ------------------------------------------------------------------------------


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _spellings(stem: str) -> set[Tokens]:
    """A stem as letters and numbers, with umlauts written in both ways."""
    folded = _folded(unicodedata.normalize("NFKC", stem))
    plain = {_without_marks(folded), _without_marks(folded.translate(_LETTERS))}
    return {tuple(_bare(token) for token in _TOKEN.findall(text)) for text in plain} - {()}


def _bare(token: str) -> str:
    """A number without leading zeros; letters as they are."""
    return token.lstrip("0") or "0" if token.isdecimal() else token


class _Known:
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
        for tokens in _spellings(stem):
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
        for stem in dict.fromkeys((stem_of(asked), stem_of(_COPY.sub("", asked)), _COPY.sub("", stem_of(asked)))):
            if same := self.exact.get(_folded(stem)):
                return Hit(asked, tuple(same))
            spellings = _spellings(stem)
            for table in (self.whole,) if whole else (self.whole, self.tails, self.loose):
                fits = sorted({position for tokens in spellings for position in table.get(tokens, ())})
                if fits:
                    return self.hit(asked, fits)
        return None

    def hit(self, asked: str, positions: Iterable[int]) -> Hit:
        fits = tuple(positions)
        return Hit(asked, fits, len({_folded(self.stems[position]) for position in fits}) > 1)

    def nearest(self, asked: str) -> tuple[int, ...]:
        """At most three names that a typing error, another prefix or a number beside it would explain."""
        ranked: dict[int, tuple[int, int, str]] = {}
        for tokens in _spellings(_COPY.sub("", stem_of(asked))):
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
        for tokens in _spellings(self.stems[position]):
            tail = tokens[-length:]
            ends = number is not None and tail[-1].isdecimal()
            apart = min(abs(int(tail[-1][:12]) - number), 10**6) if ends and number is not None else 10**6
            best = min(best, (distance(flat, "".join(tail), FARTHEST), apart))
        return best


# -- the text ------------------------------------------------------------------------------------------------


class _Reader:
    """Goes through a text once and keeps what was found and what was not."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.result = Matches()
        self.count = self.words = 0

    def read(self, text: str) -> Matches:
        for piece, is_quoted in self._pieces(_without_numbering(_BULLET.sub("", text))):
            hit = self.known.find(piece, whole=True) if is_quoted and len(piece) <= LONGEST_WORD else None
            if hit:
                self._found(hit)
                continue
            for chunk in _SEPARATOR.split(_REMARK.sub(" ", piece)):
                for part in _without_folders(chunk):
                    self._chunk(part.split())
        return self.result

    @staticmethod
    def _pieces(text: str) -> Iterator[tuple[str, bool]]:
        at = 0
        for quoted in _QUOTED.finditer(text):
            yield text[at : quoted.start()], False
            inner = quoted.group(1) or quoted.group(2)
            yield (re.split(r"[\\/]", inner)[-1].strip(), True)
            at = quoted.end()
        yield text[at:], False

    def _chunk(self, words: list[str]) -> None:
        """Words between two separators: the longest run of words that makes sense, again and again."""
        self.words += len(words)
        if self.words > MOST_READ:
            raise TooMuch(f"This is too long: at most {MOST_READ:,} words are read at once.")
        most = min(max(self.known.words + 1, 5), MOST_WORDS)
        at, found, idle = 0, False, []
        while at < len(words):
            for length in range(min(most, len(words) - at), 0, -1):
                if self._take(" ".join(words[at : at + length]), is_one_word=length == 1):
                    found = True
                    break
            else:
                length = self._missing(words, at, idle)
                found = found or length > 0
            at += length or 1
        # A line of words alone is a name, too; beside names it is what people say about them.
        if idle and not found and not all(word.casefold().strip(".:!") in FILLERS for word in idle):
            self._missed(" ".join(idle))

    def _missing(self, words: list[str], at: int, idle: list[str]) -> int:
        """Write down the name that begins here and is not there; 0 if it is none."""
        word = words[at]
        if any(c.isdecimal() for c in word) or _ENDING.search(word):
            self._missed(word)
            return 1
        after = words[at + 1] if at + 1 < len(words) else ""
        if after[:1].isdecimal() and self._is_prefix(word) and not _RANGE.fullmatch(after):
            self._missed(f"{word} {after}")
            return 2
        if any(c.isalpha() for c in word):
            idle.append(word)
        return 0

    def _is_prefix(self, word: str) -> bool:
        spellings = _spellings(word)
        return any(" ".join(tokens) in CAMERAS or tokens in self.known.prefixes for tokens in spellings)

    def _take(self, piece: str, *, is_one_word: bool) -> bool:
        piece = piece.strip(" .:!?'\"()") if is_one_word else piece
        if not 0 < len(piece) <= LONGEST_WORD:
            return False
        hit = self.known.find(piece, whole=True)
        if hit is None and self._range(piece):
            return True
        if hit is None and (is_one_word or not piece[0].isdecimal()):
            hit = self.known.find(piece) or (self.known.find(_CALLED.sub("", piece)) if is_one_word else None)
        if hit is None:
            return False
        self._found(hit)
        return True

    def _range(self, piece: str) -> bool:
        """Take "DSC_0010-0015", "DSC_0010 – DSC_0015", "10 to 15", "1250-62"; False if it is no range."""
        parts = _RANGE.fullmatch(piece)
        left = _NUMBER_AT_END.fullmatch(stem_of(parts["left"])) if parts else None
        right = _NUMBER_AT_END.fullmatch(stem_of(parts["right"])) if parts else None
        if left is None or right is None:
            return False
        prefix, last_prefix = _spellings(left[1]) or {()}, _spellings(right[1])
        if last_prefix and not last_prefix & prefix:
            return False
        # "page 10-15" is a word and a range; "Foo_10-15" is a range of Foo.
        is_apart = any(c.isdecimal() or c.isspace() for c in left[1])
        if is_apart and not prefix & self.known.prefixes and not self._is_prefix(left[1]):
            return False
        bounds = _bounds(left[2], right[2], is_short=not last_prefix)
        if bounds is None:
            return False
        self._numbers(piece, left[1], prefix, range(bounds[0], bounds[1] + 1))
        return True

    def _numbers(self, piece: str, written: str, prefix: set[Tokens], numbers: range) -> None:
        if len(numbers) > LONGEST_RANGE:
            raise TooMuch(f"“{piece}” is too long: a range has at most {LONGEST_RANGE:,} numbers.")
        missing = []
        for number in numbers:
            spellings = {(*tokens, str(number)) for tokens in prefix}
            fits: list[int] = []
            for table in (self.known.whole, self.known.tails, self.known.loose):
                fits = fits or sorted({at for tokens in spellings for at in table.get(tokens, ())})
            if fits:
                self._found(self.known.hit(f"{written}{number}", fits))
            else:
                missing.append(number)
                self._counted()
        for run in _runs(missing):
            ends = f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0])
            self.result.misses.append(Miss(f"{written}{ends}"))

    def _found(self, hit: Hit) -> None:
        self._counted()
        self.result.hits.append(hit)

    def _missed(self, piece: str) -> None:
        self._counted()
        asked = piece.strip(" .:!?'\"") or piece
        explained = len(self.result.misses) < MOST_EXPLAINED and len(asked) <= LONGEST_WORD
        self.result.misses.append(Miss(asked[:LONGEST_WORD], self.known.nearest(asked) if explained else ()))

    def _counted(self) -> None:
        self.count += 1
        if self.count > MOST_NAMES:
            raise TooMuch(f"These are too many: at most {MOST_NAMES:,} names are read at once.")


def _bounds(first: str, last: str, *, is_short: bool) -> tuple[int, int] | None:
    """The ends of a range. "1250-62" ends at 1262; "1262-1250" is turned round; None if it makes no sense."""
    low, high = int(first), int(last)
    if high < low and is_short and len(last) < len(first):
        high = int(first[: -len(last)] + last)
        return (low, high) if high >= low else None
    return min(low, high), max(low, high)


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        yield [number for _, number in run]


def _without_numbering(text: str) -> str:
    """Without "1." and "2)" before the lines, if they count the lines."""
    marks = [int(mark.group(1)) for mark in _NUMBERED.finditer(text)]
    return _NUMBERED.sub("", text) if len(marks) > 1 and marks == list(range(1, len(marks) + 1)) else text


def _without_folders(chunk: str) -> Iterator[str]:
    """The last parts of the paths in a piece of text."""
    if "/" not in chunk and "\\" not in chunk:
        yield chunk
        return
    if chunk.strip().startswith(("file:", "http:", "https:")):
        chunk = unquote(chunk)
    parts = [part.strip() for part in re.split(r"[\\/]", chunk)]
    if len(parts) > 1 and all(re.fullmatch(r"[0-9][0-9 –-]*", part) for part in parts):
        yield from parts
        return
    for path in _FILE.findall(chunk):
        yield re.split(r"[\\/]", path)[-1]
