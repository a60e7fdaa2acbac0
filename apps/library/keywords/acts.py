"""What people do to keywords, as pages and the API name it. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.accounts.models import JournalEntry, Studio, User
from apps.library.keywords import keep, rewrite
from apps.library.keywords.paths import BadKeyword, clean_name, clean_names
from apps.library.keywords.rewrite import Done
from apps.web.refusal import Refusal

ACTS: Final = ("add", "rename", "merge", "delete", "synonyms")
#: Keywords that are merged or deleted at once.
MOST: Final = 200


class KeywordRefused(Refusal):
    """What was sent is no keyword, or none or too many were chosen."""

    status = 422
    code = "bad_keyword"


def perform(
    studio: Studio, do: str, *, keywords: Sequence[str], new: str = "", synonyms: Sequence[str] = (), by: User
) -> Done | None:
    """Do one of `ACTS`; None if nothing changes.

    keywords: the chosen ones, for `add` none.  new: the name for `add` and `rename`, into which for `merge`.
    Raises KeywordRefused and what the acts raise.
    """
    try:
        chosen = clean_names(keywords)
        if do == "add":
            return keep.add(studio, clean_name(new), by=by)
        _check_number(do, chosen)
        if do == "rename":
            return rewrite.rename(studio, chosen[0], clean_name(new), by=by)
        if do == "merge":
            return rewrite.merge(studio, chosen, clean_name(new), by=by)
        if do == "delete":
            return rewrite.delete(studio, chosen, by=by)
        return keep.set_synonyms(studio, chosen[0], clean_names(synonyms), by=by)
    except BadKeyword as bad:
        raise KeywordRefused(str(bad)) from None


def _check_number(do: str, chosen: list[str]) -> None:
    if not chosen:
        raise KeywordRefused("Choose a keyword first.")
    if do in ("rename", "synonyms") and len(chosen) > 1:
        raise KeywordRefused("Choose one keyword for this.")
    if len(chosen) > MOST:
        raise KeywordRefused(f"At most {MOST} keywords at once.")


def told(do: str, entry: JournalEntry) -> str:
    """What was done, in words."""
    return {
        "add": "Keyword added.",
        "rename": "Keyword renamed.",
        "merge": "Keywords merged.",
        "delete": "Keywords deleted." if len(entry.detail.get("keywords", ())) > 1 else "Keyword deleted.",
        "synonyms": "Synonyms saved.",
    }[do]
