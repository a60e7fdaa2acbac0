"""Photos by the names that people write: "IMG_1234, 1250-1262, DSC_9.CR3" in any spelling.

Case, endings, folders, leading zeros, umlauts and what stands between letters and digits do not matter. No
database: names in, positions of names out. What a client writes by hand is read generously; what fits several
photos gives all of them and says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import unquote

from apps.albums.filenames.index import ENDING, ENDINGS, Hit, NameIndex, Tokens, spellings, stem_of

LONGEST_TEXT = 100_000
MOST_NAMES = 5_000
LONGEST_RANGE = 2_000
# Near names are looked for so often at most; a list with more misses is of another album.
MOST_EXPLAINED = 200
MOST_WORDS = 12
# Words of all kinds, with what people write beside the names; and letters of one word.
MOST_READ = 10_000
LONGEST_WORD = 255

_FILE = re.compile(rf".+?\.(?:{ENDINGS})(?=\s|$)|.+", re.IGNORECASE)
_DASH = r"-|–|—|‒|−|~|\.\.\.?|…|\bto\b|\bbis\b|\bthrough\b|\bthru\b|\buntil\b"
_RANGE = re.compile(rf"(?P<left>.*?[0-9])\s*(?:{_DASH})\s*(?P<right>[^0-9]*[0-9]+|.*[^0-9][0-9]+)", re.IGNORECASE)
_NUMBER_AT_END = re.compile(r"(.*?)([0-9]{1,12})")
_CALLED = re.compile(r"^(?:no|nr|nummer|number|bild|foto|photo|picture)[.:#]*(?=[0-9])", re.IGNORECASE)
_REMARK = re.compile(r"\((?![0-9]{1,3}\))[^()\n]*\)")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»\n]+)[\"“”„«»]|(?<!\w)['‘’]([^'‘’\n]+)['‘’](?!\w)")
_SEPARATOR = re.compile(r"[\n\r\t,;|]+")
_BULLET = re.compile(r"^\s*(?:[-*+•·‣▪◦–—>✓✔☐☑]\s+|\[[ xX]?\]\s*)+", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*([0-9]{1,4})[.)]\s+(?=\S)", re.MULTILINE)
# How cameras begin their names: before a number they belong to it even if the album has no such name.
_CAMERAS = "img mg dsc dscf dscn pict pic pxl dji gopr gp sam cimg mvi p r l a b c d x t k vid pano hdr"
_FILLERS = (
    "a and und et y e plus also sowie or oder nr no number numbers nummer nummern bild bilder photo photos foto fotos "
    "picture pictures pic pics image images file files datei dateien please bitte the die das der from von"
)
CAMERAS, FILLERS = frozenset(_CAMERAS.split()), frozenset(_FILLERS.split())


class TooMuch(ValueError):
    """More text, names or numbers than are read at once; the message says which."""


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


def match(text: str, names: Sequence[str]) -> Matches:
    """Which of these file names a text asks for. Raises TooMuch."""
    if len(text) > LONGEST_TEXT:
        raise TooMuch(f"Too long: at most {LONGEST_TEXT:,} characters are read at once.")
    return _Reader(NameIndex(names)).read(unicodedata.normalize("NFKC", text.replace("\x00", "")))


class _Reader:
    """Goes through a text once and keeps what was found and what was not."""

    def __init__(self, known: NameIndex) -> None:
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
            raise TooMuch(f"Too long: at most {MOST_READ:,} words are read at once.")
        most = min(max(self.known.words + 1, 5), MOST_WORDS)
        at, found = 0, False
        idle: list[str] = []
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
        if any(c.isdecimal() for c in word) or ENDING.search(word):
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
        written = spellings(word)
        return any(" ".join(tokens) in CAMERAS or tokens in self.known.prefixes for tokens in written)

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
        prefix, last_prefix = spellings(left[1]) or {()}, spellings(right[1])
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
            written_ways = {(*tokens, str(number)) for tokens in prefix}
            fits: list[int] = []
            for table in (self.known.whole, self.known.tails, self.known.loose):
                fits = fits or sorted({at for tokens in written_ways for at in table.get(tokens, ())})
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
