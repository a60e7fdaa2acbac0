"""The one table of what can be asked of a photo: pages, search, the API and smart collections all read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.albums.marks import LABELS
from apps.albums.models import Flag
from apps.library.places.countries import names
from apps.library.questions import colors
from apps.library.questions.kinds import (
    AllWords,
    BoxKind,
    ChoiceKind,
    ColorKind,
    CountryKind,
    Day,
    Exposure,
    Guests,
    KeywordList,
    Kind,
    MomentKind,
    Number,
    OccasionName,
    PeopleNumber,
    PersonKind,
    PlaceKind,
    PlaceName,
    Shape,
    StageKind,
    Text,
    TierKind,
    TimeSource,
    Yes,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of rules. label: as in sentences.  title: as in lists to choose from.

    aliases: other names in a search.  typed: the operator that `name:value` in a search means.
    of_guests: it tells what clients did, or who is in photos, which contributors do not learn.
    """

    name: str
    label: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    typed: str = "is"
    of_guests: bool = False

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize() if not self.label else self.label[0].upper() + self.label[1:]

    @property
    def operators(self) -> tuple[str, ...]:
        return tuple(self.kind.phrases)

    def words_for(self, value: Any) -> str:
        """A value as a person reads it beside a count."""
        if self.name == "rating":
            return f"{value} star{'' if value == 1 else 's'}"
        if isinstance(self.kind, CountryKind):
            return str(self.kind.choices.get(value, value))
        if isinstance(self.kind, ChoiceKind):
            return self.kind.choices.get(value, str(value)).capitalize()
        return str(value)


_NAMES = {
    "red": "red label", "yellow": "yellow label", "green": "green label", "blue": "blue label",
    "purple": "purple label",
}  # fmt: skip
_FLAGS = {Flag.PICK.value: "picked", Flag.REJECT.value: "rejected"}
_FLAG_WORDS = {"picked": "pick", "picks": "pick", "rejected": "reject", "rejects": "reject"}
_TIERS = {"bronze": "being processed", "silver": "to review", "gold": "approved"}
_STACKS = {"burst": "in a burst", "manual": "in a stack by hand"}
_SOURCES = {"hand": "date set by hand", "camera": "date with the camera's offset", "zone": "date in the studio's zone"}
_REACHED = {
    "ingested": "taken in", "thumbnailed": "with a thumbnail", "geocoded": "looked up on the map",
    "faces": "looked at for faces", "described": "described", "stacked": "looked at for stacks",
    "backed_up": "backed up",
}  # fmt: skip
_GPS = Q(latitude__isnull=False)
_PROBLEM = Q(has_problem=True)
_PICKED = Q(photo__picks__isnull=False)
_DOWNLOADED = Q(photo__taken__isnull=False)
_COMMENTED = Q(photo__comments__isnull=False, photo__comments__removed_at__isnull=True)

_TABLE = (
    Field("text", "words", AllWords(), ("caption", "words"), "contains"),
    Field("taken_at", "", Day("wall", dated="is_dated"), ("taken", "date", "datum")),
    Field("taken_from", "source of the date", TimeSource(choices=_SOURCES)),
    Field("uploaded_at", "uploaded ", MomentKind("uploaded_at"), ("uploaded", "added")),
    Field("album", "gallery", PlaceKind("album_id"), ("gallery", "galerie")),
    Field("section", "section", PlaceKind("section_id"), ("set",)),
    Field("event", "event", OccasionName(), ("anlass",), "contains"),
    Field("person", "person", PersonKind(), ("who", "wer", "people"), of_guests=True),
    Field("people_count", "people", PeopleNumber(), ("number", "personen"), of_guests=True),
    Field("camera", "camera", Text("camera"), ("kamera",), "contains"),
    Field("lens", "lens", Text("lens"), ("objektiv",), "contains"),
    Field("photographer", "photographer", Text("photographer"), ("by", "fotograf"), "contains"),
    Field("iso", "ISO", Number("iso")),
    Field("aperture", "aperture f/", Number("aperture"), ("f", "blende")),
    Field("exposure", "exposure", Exposure("exposure"), ("shutter",)),
    Field("focal_length", "focal length", Number("focal_length", unit=" mm"), ("focal", "mm")),
    Field("width", "width", Number("photo__width", unit=" px")),
    Field("height", "height", Number("photo__height", unit=" px")),
    Field(
        "orientation",
        "orientation",
        Shape(choices={"landscape": "landscape", "portrait": "portrait", "square": "square"}),
        ("shape",),
    ),
    Field(
        "kind",
        "kind",
        ChoiceKind("kind", choices={"image": "photos", "raw": "raw files", "video": "videos"}, is_own=True),
    ),
    Field("rating", "rating", Number("rating", nullable=False), ("stars", "bewertung")),
    Field("label", "label", ChoiceKind("label", choices={name: _NAMES[name] for name in LABELS})),
    Field("flag", "flag", ChoiceKind("flag", choices=_FLAGS, aliases=_FLAG_WORDS)),
    Field("tier", "tier", TierKind("tier", choices=_TIERS, is_own=True)),
    Field("stack", "stack", ChoiceKind("stacked", choices=_STACKS, is_own=True)),
    Field(
        "color",
        "colour",
        ColorKind(choices={name: f"mostly {name}" for name in colors.NAMES}, aliases=colors.ALIASES),
        ("colour", "farbe"),
    ),
    Field("keyword", "keyword", KeywordList("keywords"), ("keywords", "kw", "stichwort", "tag", "tags")),
    Field("place", "place", PlaceName(), ("ort",), "contains"),
    Field("country", "country", CountryKind("country", choices=names()), ("land",)),
    Field("city", "city", Text("city"), ("stadt",), "contains"),
    Field("within", "part of the map", BoxKind()),
    Field("has_gps", "position", Yes(holds=_GPS, words=("with a position", "without a position")), ("gps",)),
    Field("camera_name", "file name", Text("photo__camera_name"), ("name", "file", "datei"), "contains"),
    Field("stage", "stage", StageKind(choices=_REACHED), ("stages", "stufe")),
    Field("problem", "problem", Yes(holds=_PROBLEM, words=("with a problem", "without a problem")), ("has_errors",)),
    Field(
        "favourite",
        "favourite",
        Guests(
            inner=Yes(words=("a client's favourite", "no client's favourite")),
            shown="photo__picks__selection__shown_id",
            present=_PICKED,
        ),
        ("favorite",),
        of_guests=True,
    ),
    Field(
        "commented",
        "comment",
        Guests(
            inner=Yes(words=("with comments", "without comments")),
            shown="photo__comments__shown_id",
            present=_COMMENTED,
        ),
        of_guests=True,
    ),
    Field(
        "downloaded",
        "download",
        Guests(
            inner=Yes(words=("downloaded by a client", "not downloaded by clients")),
            shown="photo__taken__link__shown_id",
            present=_DOWNLOADED,
        ),
        of_guests=True,
    ),
    Field(
        "client_rating",
        "client's rating",
        Guests(
            inner=Number("photo__marks__stars", nullable=False),
            shown="photo__marks__shown_id",
            present=Q(photo__marks__stars__gt=0),
        ),
        of_guests=True,
    ),
    Field(
        "client_label",
        "client's label",
        Guests(
            inner=ChoiceKind("photo__marks__label", choices={name: f"client's {name} label" for name in LABELS}),
            shown="photo__marks__shown_id",
            present=Q(photo__marks__label__gt=""),
        ),
        of_guests=True,
    ),
)
FIELDS = {field.name: field for field in _TABLE}
# As rules name them: the tags of other programs are keywords here, and a photo says `has_errors` of itself.
IN_RULES = FIELDS | {"tag": FIELDS["keyword"], "has_errors": FIELDS["problem"]}
BY_WORD = {word: field for field in _TABLE for word in (field.name, *field.aliases)}
