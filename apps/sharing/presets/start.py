"""A gallery starts as a preset wants it. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from apps.accounts.models import Studio, User
from apps.albums import editing, sections
from apps.albums.design import understood
from apps.albums.models import Album, Ordering
from apps.sharing.branding import choice, watermarks
from apps.sharing.emails import templates
from apps.sharing.favourites import prepared_lists
from apps.sharing.links import lifecycle, presets
from apps.sharing.models import EmailKind, Preset, PresetKind, Shown, Watermark


def start_album(studio: Studio, preset: Preset | None, *, by: User, today: date, **values: Any) -> Album:
    """A new draft as the preset wants it: order, look, sections, lists, watermark, email and a first link.

    values: those of `editing.create`. What is wanted is copied: a preset that changes later changes no gallery.
    """
    album = editing.create(studio, by=by, **values)
    if preset is None:
        return album
    wanted: Mapping[str, Any] = preset.values
    ordering = wanted.get("ordering", album.ordering)
    if ordering in Ordering.values:
        editing.sort(album, Ordering(ordering), by=by)
    if look := understood(wanted.get("look")):
        editing.set_design(album, look, by=by)
    for title in wanted.get("sections", ()):
        sections.named(album, title, by=by)
    for one in wanted.get("lists", ()):
        prepared_lists.create(album, by=by, title=one["title"], minimum=one["minimum"], maximum=one["maximum"])
    if text := wanted.get("watermark"):
        _mark(album, text, by=by)
    if wanted.get("email_body"):
        words = templates.Template(wanted.get("email_subject", ""), wanted["email_body"], is_own=True)
        templates.set_of_gallery(Shown.of(album), EmailKind.DELIVERY, words)
    _first_link(album, wanted.get("link") or None, by=by, today=today)
    return album


def _mark(album: Album, text: str, *, by: User) -> None:
    """The gallery's own watermark, as strong and wide as the studio's."""
    like = watermarks.own(album.studio, None) or Watermark()
    choice.choose(
        album.studio, album, by=by, text=text, picture=None, is_picture=False, opacity=like.opacity, scale=like.scale
    )


def _first_link(album: Album, wanted: str | None, *, by: User, today: date) -> None:
    """A link by the preset of links that is wanted, as long as there is that preset."""
    those = Preset.objects.for_studio(album.studio_id).filter(kind=PresetKind.LINK)
    link = those.filter(pk=wanted).first() if wanted else None
    if link is not None:
        lifecycle.create(album, by=by, label=link.name, **presets.link_form_of(link, today))
