"""Ids in what a request asks for."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest

from apps.albums.request_params import one_uuid, readable_uuids, uuid_or_none, uuids

APPS = Path(__file__).resolve().parents[2] / "apps"
# Byte paths answer in their own way to what is no id; a token of a mail is none of a row that is asked for.
OTHERS = {
    "accounts/forms.py", "accounts/password_reset.py", "albums/request_params.py", "sharing/emails/views.py",
    "uploads/receiver.py",
}  # fmt: skip


def test_what_a_page_of_ours_sends_is_read_strictly() -> None:
    first, second = uuid4(), uuid4()
    assert uuids([str(first), "", second.hex]) == [first, second]
    for texts in (["x"], [str(first), "1"]):
        with pytest.raises(BadRequest):
            uuids(texts)
    with pytest.raises(BadRequest):
        uuids([str(first), str(second)], most=1)
    assert (one_uuid(None), one_uuid(""), one_uuid(str(first))) == (None, None, first)


def test_what_people_pass_on_is_read_as_far_as_it_makes_sense() -> None:
    first, second = uuid4(), uuid4()
    assert (uuid_or_none(None), uuid_or_none(""), uuid_or_none("x\0"), uuid_or_none(first.hex)) == (
        None,
        None,
        None,
        first,
    )
    assert readable_uuids([second.hex, "x", str(first), str(second), ""], most=10) == [second, first]
    assert readable_uuids(iter(["x", str(first), str(second)]), most=2) == [first]


def test_ids_are_read_in_one_place() -> None:
    for file in APPS.rglob("*.py"):
        if file.relative_to(APPS).as_posix() not in OTHERS:
            assert not re.search(r"try:\n[^\n]*UUID\(", file.read_text()), file
