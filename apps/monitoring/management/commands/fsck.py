"""Compare rows with bytes, and what is kept counted with what there is; see apps.media.fsck, apps.faces.counting,
apps.faces.appearing, apps.library.places.squares, apps.library.value_counts, apps.library.known_words and
apps.library.person_photos."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from django.core.management.base import BaseCommand

from apps.faces import appearing, counting
from apps.library import known_words, person_photos, value_counts
from apps.library.places import squares
from apps.media import fsck
from apps.media.fsck import Finding
from apps.media.management.studios import chosen

#: What is kept beside the rows that it is made of, by the kind of finding that tells it is wrong.
_KEPT: Final = {
    counting.COUNT: counting,
    appearing.ORDER: appearing,
    squares.SQUARE: squares,
    value_counts.VALUE: value_counts,
    known_words.WORD: known_words,
    person_photos.PERSON: person_photos,
}


class Command(BaseCommand):
    """Ends with 1 if anything was found."""

    help = "Compare the database with the stored bytes. Changes nothing unless --repair is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--studio", metavar="SLUG", help="only this studio")
        parser.add_argument("--quick", action="store_true", help="compare lengths only, read nothing")
        parser.add_argument(
            "--repair", action="store_true", help="set wrong bytes aside, mark rows, count and sort anew"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object per finding and a last one")

    def handle(self, *args: Any, **options: Any) -> None:
        found: Counter[str] = Counter()
        for finding in self._findings(options["studio"], read=not options["quick"]):
            found[finding.kind] += 1
            done = self._repair(finding) if options["repair"] else ""
            self._tell(finding, done, as_json=options["json"])
        self._sum_up(found, as_json=options["json"])
        if found:
            sys.exit(1)

    def _repair(self, finding: Finding) -> str:
        return str(_KEPT.get(finding.kind, fsck).repair(finding))

    def _findings(self, slug: str | None, *, read: bool) -> Iterator[Finding]:
        for studio in chosen(slug):
            yield from fsck.check_studio(studio.pk, read=read)
            for kept in _KEPT.values():
                yield from kept.check_studio(studio.pk)
        if slug is None:
            yield from fsck.check_strangers()

    def _tell(self, finding: Finding, done: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(finding) | {"done": done}, default=str))
            return
        parts = [f"{finding.kind:8}", finding.key, finding.detail, f"-> {done}" if done else ""]
        self.stdout.write("  ".join(part for part in parts if part))

    def _sum_up(self, found: Counter[str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"findings": sum(found.values()), "by_kind": dict(found)}))
        elif found:
            counts = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
            self.stdout.write(self.style.ERROR(f"{sum(found.values())} findings: {counts}"))
        else:
            self.stdout.write(self.style.SUCCESS("All rows and bytes agree."))
