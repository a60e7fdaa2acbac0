"""A guest who opens one page again and again, with a rest between: seconds of each.

    python -m tests.bench.guest <address of the server> <path> <headers as JSON> <pages; 0: until standard input ends>

A process of its own: who sends thousands of megabytes in the one that measures would make its own clock late.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections.abc import Iterator

import httpx

REST = 0.05


def main() -> None:
    url, path, headers, pages = sys.argv[1:]
    with httpx.Client(base_url=url, headers=json.loads(headers), timeout=60) as guest:
        for _ in _turns(int(pages)):
            began = time.monotonic()
            guest.get(path).raise_for_status()
            print(time.monotonic() - began, flush=True)


def _turns(pages: int) -> Iterator[None]:
    """So many, or until standard input ends, each after a rest."""
    seen = 0
    while seen < pages or not pages:
        if pages:
            time.sleep(REST)
        elif select.select([sys.stdin], [], [], REST)[0]:
            return
        yield
        seen += 1


if __name__ == "__main__":
    main()
