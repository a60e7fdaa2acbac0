"""What the download page offers: what, in which sizes with their megabytes, in how many files. Run in `acting_in`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Sum
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.albums.models import PlacementQuerySet
from apps.media.models import Rendition
from apps.sharing.access import Grant
from apps.sharing.downloads import quota, sizes, studio_sizes
from apps.sharing.downloads.archive import plan
from apps.sharing.downloads.archive.plan import Wish
from apps.sharing.favourites import lists
from apps.sharing.links.terms import WEB_EDGE
from apps.sharing.models import Pick, Selection, Visitor
from apps.web.compiled_queries import together

MOST_SECTIONS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One option. value: for the query string.  note: how much it is.  reason: why it cannot be chosen, or ""."""

    value: str
    title: str
    note: str
    url: str = ""
    is_chosen: bool = False
    reason: str = ""


def amount(size: float) -> str:
    """A size in words: "820 MB", "1.5 GB"."""
    for unit, one in (("GB", 1e9), ("MB", 1e6)):
        if size >= one * 0.9995:
            places = 0 if size / one >= 99.5 else 1
            # The formatter cuts off what it is not to show.
            return f"{number_format(round(size / one, places), places)}\u00a0{unit}"
    return f"{number_format(max(1, round(size / 1000)))}\u00a0KB"


def photos(count: int) -> str:
    """ "1 photo", "12 photos"."""
    return _("1 photo") if count == 1 else _("%(count)s photos") % {"count": number_format(count)}


def whats(grant: Grant, token: str, wish: Wish, visitor: Visitor | None) -> list[Choice]:
    """The choices of what: all, favourites, lists, sets, and the single photos that were chosen before.

    Whoever has several lists chooses among these: all of them together would count some photos under two names.
    """
    grouped = grant.photos().order_by("section_rank").values_list("section_id", "section__title").annotate(Count("pk"))
    sections = list(grouped)
    choices = [("all", _("All photos"), sum(count for *_section, count in sections), "")]
    if grant.rights.favourite:
        mine = _lists(grant, visitor)
        if not mine or wish.what == "favourites":
            count = plan.members(grant, "favourites", visitor).count()
            reason = "" if count else _("You have no favourites yet.")
            choices.append(("favourites", _("Your favourites"), count, reason))
        choices += mine
    if wish.what.startswith(("photos:", "people:", "either:")):
        choices.append((wish.what, _("Selected photos"), plan.members(grant, wish.what, visitor).count(), ""))
    named = [(f"section:{pk}", title, count, "") for pk, title, count in sections if pk]
    if len(sections) > 1:
        choices += named[:MOST_SECTIONS]
    return [
        Choice(what, title, photos(count), _address(token, what, wish.size), what == wish.what, reason)
        for what, title, count, reason in choices
    ]


def _lists(grant: Grant, visitor: Visitor | None) -> list[tuple[str, str, int, str]]:
    """A visitor's lists one by one, when there are several."""
    if visitor is None:
        return []
    mine = Selection.objects.for_studio(grant.studio).filter(visitor=visitor).order_by("created_at", "pk")
    rows = list(mine.values_list("pk", "title")[: lists.PER_VISITOR])
    if len(rows) < 2:
        return []
    picks = Pick.objects.for_studio(grant.studio).filter(
        selection__in=[pk for pk, _title in rows], photo_id__in=grant.photos().values("photo_id")
    )
    counted = dict(picks.order_by().values_list("selection_id").annotate(Count("pk")))
    return [(f"list:{pk}", title, counted[pk], "") for pk, title in rows if pk in counted]


def measures(grant: Grant, token: str, wish: Wish, chosen: PlacementQuerySet, *, photo: str = "") -> list[Choice]:
    """The sizes with pixels and megabytes each; those that the link does not give say so. photo: if it is one alone."""
    edge = Max(Greatest("photo__width", "photo__height"))
    totals = chosen.order_by().aggregate(count=Count("pk"), size=Sum("photo__original__size"), edge=edge)
    count, size = totals["count"], int(totals["size"] or 0)
    names = _fitting(grant, wish, totals["edge"] or 0)
    wanted = {name: sizes.rendition_of(name, grant.rights.metadata) for name in names}
    made = _made(grant, chosen, [kind for kind in wanted.values() if kind])
    web = made.get("web", (0, 0))
    labels = studio_sizes.offered(grant.studio)
    out = []
    for name, kind in wanted.items():
        known, length = made.get(kind, (0, 0)) if kind else (count, size)
        is_exact = known == count
        if not is_exact:
            guess = size if name == "original" else web[1] * _share(name)
            length = round(max(length, guess))
        note = amount(length) if is_exact else _("about %(amount)s") % {"amount": amount(length)}
        granted = grant.may_download(name)
        reason = "" if granted else _("Not available with this link.")
        url = _address(token, wish.what, name) + (f"&photo={photo}" if photo else "")
        title = _title(name, labels.get(int(name), "") if name.isdecimal() else "")
        out.append(Choice(name, title, note, url if granted else "", name == wish.size, reason))
    return out


def _names(grant: Grant) -> list[str]:
    edges = {edge: str(edge) for edge in sizes.pixels_of(grant.studio)} | {WEB_EDGE: "web"}
    return ["original", *(edges[edge] for edge in sorted(edges, reverse=True))]


def _fitting(grant: Grant, wish: Wish, largest: int) -> list[str]:
    """The sizes that differ: one that no photo reaches gives what the next smaller or the original gives.

    largest: the longest edge among the photos in pixels, 0 if unknown.
    """
    names = _names(grant)
    beyond = [name for name in names if name != "original" and 0 < largest <= _edge(name)]
    granted = [name for name in beyond if grant.may_download(name)]
    # Where the original is not given, the smallest of them stands for it.
    kept = {wish.size, *(granted[-1:] if not grant.may_download("original") else ())}
    return [name for name in names if name not in beyond or name in kept]


def _edge(name: str) -> int:
    return WEB_EDGE if name == "web" else int(name)


def _title(name: str, label: str) -> str:
    if label:
        return _("%(label)s, up to %(pixels)s pixels") % {"label": label, "pixels": name}
    if name == "original":
        return _("Original files, full resolution")
    if name == "web":
        return _("Web size, up to %(pixels)s pixels") % {"pixels": WEB_EDGE}
    return _("Up to %(pixels)s pixels") % {"pixels": name}


def _share(name: str) -> float:
    """How many bytes a size has for one of the web size, roughly."""
    return (int(name) / WEB_EDGE) ** 1.7 if name.isdecimal() else 1


def _made(grant: Grant, chosen: PlacementQuerySet, kinds: list[str]) -> dict[str, tuple[int, int]]:
    """Number and bytes of the renditions that are made already, by kind."""
    rows = (
        Rendition.objects.for_studio(grant.studio)
        .filter(kind__in=kinds, source_id__in=chosen.order_by().values("photo__original_id"))
        .order_by()
        .values_list("kind")
        .annotate(count=Count("pk"), size=Sum("blob__size"))
    )
    return {kind: (count, int(size)) for kind, count, size in rows}


def files(grant: Grant, token: str, wish: Wish, visitor: Visitor | None, holder: str) -> list[dict[str, Any]]:
    """The ZIP files of a choice with name, size and address. Raises what `archive.plan` raises.

    When there are several they are fixed here, so that they fit together whatever becomes of the album meanwhile.
    holder: see `archive.plan.holder`.
    """
    bundles = plan.plan(grant, wish, visitor)
    if len(bundles) > 1 and not grant.is_preview:
        together(*plan.keeping(grant, bundles, visitor, holder))
    address = reverse("sharing:archive", args=[token])
    out = []
    for bundle in bundles:
        query = {"what": wish.what, "size": wish.size}
        if bundle.parts > 1:
            query |= {"part": str(bundle.part), "id": bundle.etag}
        out.append(
            {
                "name": bundle.name,
                "amount": amount(bundle.length),
                "photos": photos(len(bundle.photos)),
                "url": f"{address}?{urlencode(query)}",
                "key": bundle.etag,
            }
        )
    return out


def counter(grant: Grant) -> dict[str, Any] | None:
    """The counter of free downloads in words, or None for a link without one."""
    tally = quota.tally(grant)
    if tally.limit is None:
        return None
    words = _("%(used)s of %(limit)s free downloads used") % {"used": tally.used, "limit": tally.limit}
    return {"words": words, "is_used_up": not tally.left}


def _address(token: str, what: str, size: str) -> str:
    return f"{reverse('sharing:downloads', args=[token])}?{urlencode({'what': what, 'size': size})}"
