"""Names of countries by their code of two letters, English and German."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from apps.library.folding import fold, words_of

DATA: Final = Path(__file__).parent / "data"
# Where the German name has other letters than the English one, and people say it to a search.
_GERMAN: Final = {
    "AL": "Albanien", "AR": "Argentinien", "AT": "Österreich", "AU": "Australien", "BA": "Bosnien und Herzegowina",
    "BE": "Belgien", "BG": "Bulgarien", "BR": "Brasilien", "BY": "Weißrussland", "CA": "Kanada", "CH": "Schweiz",
    "CO": "Kolumbien", "CU": "Kuba", "CY": "Zypern", "CZ": "Tschechien", "DE": "Deutschland", "DK": "Dänemark",
    "DZ": "Algerien", "EE": "Estland", "EG": "Ägypten", "ES": "Spanien", "ET": "Äthiopien", "FI": "Finnland",
    "FR": "Frankreich", "GB": "Großbritannien", "GE": "Georgien", "GR": "Griechenland", "HR": "Kroatien",
    "HU": "Ungarn", "ID": "Indonesien", "IE": "Irland", "IN": "Indien", "IS": "Island", "IT": "Italien",
    "JO": "Jordanien", "KE": "Kenia", "KH": "Kambodscha", "LB": "Libanon", "LT": "Litauen", "LU": "Luxemburg",
    "LV": "Lettland", "MA": "Marokko", "MD": "Moldawien", "ME": "Montenegro", "MK": "Nordmazedonien",
    "MV": "Malediven", "MX": "Mexiko", "NA": "Namibia", "NL": "Niederlande", "NO": "Norwegen", "NZ": "Neuseeland",
    "PH": "Philippinen", "PL": "Polen", "RO": "Rumänien", "RS": "Serbien", "RU": "Russland", "SA": "Saudi-Arabien",
    "SE": "Schweden", "SG": "Singapur", "SI": "Slowenien", "SK": "Slowakei", "TN": "Tunesien", "TR": "Türkei",
    "TZ": "Tansania", "UA": "Ukraine", "US": "Vereinigte Staaten", "VA": "Vatikan", "ZA": "Südafrika",
}  # fmt: skip

# What people say as well.
_ALSO: Final = {
    "GB": ("Vereinigtes Königreich", "Great Britain"),
    "US": ("USA", "America", "Amerika"),
    "NL": ("Holland",),
    "CZ": ("Czech Republic",),
    "TR": ("Turkey",),
}


@cache
def names() -> dict[str, str]:
    """Code -> English name."""
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as lines:
        return dict(csv.reader(lines))


def name_of(code: str, language: str) -> str:
    """What a country is called in English, or in German for "de"; "" for a code of none."""
    english = names().get(code, "")
    return _GERMAN.get(code, english) if language.startswith("de") else english


@cache
def spoken() -> dict[str, str]:
    """Folded name, English or German -> code."""
    german = {fold(name): code for code, name in _GERMAN.items()}
    german |= {fold(name): code for code, names in _ALSO.items() for name in names}
    return german | {fold(name): code for code, name in names().items()}


def beginning(word: str) -> list[str]:
    """Codes of the countries with a word of their name that begins so. word: folded."""
    return sorted({code for part, code in _parts() if part.startswith(word)})


@cache
def _parts() -> list[tuple[str, str]]:
    """Each word of the folded names -> code."""
    return [(part, code) for name, code in spoken().items() for part in words_of(name)]
