"""Doing one thing in many threads at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

R = TypeVar("R")


def together(count: int, call: Callable[[int], R]) -> list[R | BaseException]:
    """Call `call(0)` ... `call(count - 1)` in threads that start as one; results or exceptions in that order."""
    start = threading.Barrier(count)
    results: list[R | BaseException] = [RuntimeError("did not run")] * count

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = call(number)
        except BaseException as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
