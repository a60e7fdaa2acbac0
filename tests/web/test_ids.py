"""Ids are ordered by time and never repeat."""

import time

from apps.web.ids import uuid7


def test_later_ids_are_larger() -> None:
    first = uuid7()
    time.sleep(0.002)
    assert uuid7() > first


def test_ids_say_what_they_are() -> None:
    value = uuid7()
    assert (value.version, value.variant) == (7, "specified in RFC 4122")


def test_a_thousand_ids_of_one_moment_differ() -> None:
    assert len({uuid7() for _ in range(1000)}) == 1000
