"""The sizes that a studio offers for downloads: the longest edge in pixels, and what the studio calls it.

They are kept in `Studio.design["sizes"]`, as numbers or as {"edge": 1080, "label": "Instagram"}; what is neither is
left out. A studio that chose none offers the installation's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apps.accounts.journal import note
from apps.accounts.models import Studio, User

PIXELS: Final = (1200, 2048, 3600)
MOST_SIZES, SMALLEST, LARGEST = 5, 300, 6000
LABEL_LENGTH = 40


def offered(studio: Studio) -> dict[int, str]:
    """The labels ("" for none) by edge, the smallest edge first."""
    design: object = studio.design
    own = design.get("sizes") if isinstance(design, dict) else None
    if not isinstance(own, list):
        return dict.fromkeys(PIXELS, "")
    found = dict(one for one in map(_understood, own) if one is not None)
    return dict(sorted(found.items())[:MOST_SIZES])


def is_own(studio: Studio) -> bool:
    """True if the studio chose its sizes itself."""
    return isinstance(studio.design, dict) and isinstance(studio.design.get("sizes"), list)


def _understood(entry: object) -> tuple[int, str] | None:
    edge, label = (entry.get("edge"), entry.get("label")) if isinstance(entry, Mapping) else (entry, "")
    if not isinstance(edge, int) or isinstance(edge, bool) or not SMALLEST <= edge <= LARGEST:
        return None
    return edge, label[:LABEL_LENGTH] if isinstance(label, str) else ""


def choose(studio: Studio, sizes: Mapping[int, str], *, by: User) -> None:
    """Offer these sizes from now on, labels by edge; none of them gives the installation's back.

    Call it in the studio's transaction.
    """
    # Afresh: the look of the galleries lies in the same column.
    row = Studio.objects.select_for_update().only("design").get(pk=studio.pk)
    design = {name: value for name, value in row.design.items() if name != "sizes"}
    if sizes:
        design["sizes"] = [{"edge": edge, "label": label} for edge, label in sorted(sizes.items())]
    Studio.objects.filter(pk=studio.pk).update(design=design)
    studio.design = design
    note(studio, by, "studio.sizes", studio, sizes=sorted(sizes))
