"""The store on a disk: keys stay below its root, nothing is written twice. G27."""

from __future__ import annotations

import hashlib
import io
import re
from itertools import islice, product
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.utils.http import content_disposition_header

from apps.albums.filenames.names import camera_name
from apps.media.mime import download_name
from apps.media.storage import LocalStore, as_local_file
from apps.media.store import checked_key, sha256_of

KEY = "0190/ab/cd/abcd.0190"


def put(store: LocalStore, key: str, data: bytes = b"bytes") -> None:
    temp = store.temp / f"in.{uuid4()}"
    temp.write_bytes(data)
    store.put(temp, key, sha256=hashlib.sha256(data).hexdigest())


# -- objects -----------------------------------------------------------------------------------------


def test_an_object_can_be_read_measured_and_listed(local: LocalStore) -> None:
    put(local, KEY, b"seven b")
    assert local.open(KEY).read() == b"seven b"
    assert local.size(KEY) == 7
    assert [(entry.key, entry.size) for entry in local.entries()] == [(KEY, 7)]


def test_putting_consumes_the_temporary_file(local: LocalStore) -> None:
    put(local, KEY)
    assert list(local.temp.iterdir()) == []


def test_a_key_is_never_written_twice(local: LocalStore) -> None:
    put(local, KEY, b"first")
    with pytest.raises(FileExistsError):
        put(local, KEY, b"second")
    assert local.open(KEY).read() == b"first"


def test_a_missing_object_is_told_apart(local: LocalStore) -> None:
    assert local.size(KEY) is None
    with pytest.raises(FileNotFoundError):
        local.open(KEY)


def test_deleting_twice_is_deleting_once(local: LocalStore) -> None:
    put(local, KEY)
    local.delete(KEY)
    local.delete(KEY)
    assert local.size(KEY) is None


def test_a_listing_of_a_folder_holds_that_folder_only(local: LocalStore) -> None:
    for key in ("a/1", "a/b/2", "ab/3"):
        put(local, key)
    assert sorted(entry.key for entry in local.entries("a/")) == ["a/1", "a/b/2"]


def test_what_is_set_aside_is_kept_but_found_by_nobody(local: LocalStore) -> None:
    put(local, KEY)
    local.set_aside(KEY)
    assert (local.size(KEY), list(local.entries())) == (None, [])
    assert (local.root / ".quarantine" / KEY).read_bytes() == b"bytes"


def test_files_in_the_making_are_not_listed(local: LocalStore) -> None:
    (local.temp / "in.1").write_bytes(b"half")
    assert list(local.entries()) == []


def test_a_folder_that_was_removed_by_hand_is_made_again(local: LocalStore) -> None:
    put(local, KEY)
    local.delete(KEY)
    for folder in (local.root / KEY).parents[:3]:
        folder.rmdir()
    put(local, KEY)
    assert local.size(KEY) == 5


def test_only_the_owner_may_read_what_is_stored(local: LocalStore, tmp_path: Path) -> None:
    put(local, KEY)
    assert {path.stat().st_mode & 0o077 for path in (local.root / KEY).parents[:3]} == {0}


def test_a_local_object_is_used_where_it_lies(local: LocalStore) -> None:
    put(local, KEY)
    with as_local_file(KEY) as path:
        assert path == local.root / KEY


def test_a_hash_is_that_of_the_whole_stream() -> None:
    data = bytes(range(256)) * 20_000
    assert sha256_of(io.BytesIO(data)) == hashlib.sha256(data).hexdigest()


# -- 5,000 ways to climb out -------------------------------------------------------------------------

CLIMBS = (
    "..",
    "../",
    "..\\",
    "....//",
    "..;/",
    ".%2e",
    "%2e%2e%2f",
    "%252e%252e/",
    "..%c0%af",
    "\uff0e\uff0e/",
    "..\x00/",
)
STARTS = ("", "/", "//", "./", "~/", "C:\\", "\\\\host\\share\\", "file:///", "a/b/../", " ", "\x00", "abcd/")
ENDS = (
    "etc/passwd",
    "secret_key",
    "..",
    "",
    ".tmp/in.1",
    "x\r\nSet-Cookie: a=b",
    'x".jpg',
    "x\u202egpj.exe",
    "con.jpg",
    "a" * 300,
    "proc/self/environ",
    ".quarantine/x",
    "x\ud800.jpg",
)
PAYLOADS = [
    start + climb * times + end for start, climb, times, end in islice(product(STARTS, CLIMBS, (1, 3, 8), ENDS), 6000)
]


def test_there_are_five_thousand_payloads() -> None:
    assert len(set(PAYLOADS)) >= 5000


def test_no_payload_is_a_key(local: LocalStore) -> None:
    taken = []
    for payload in PAYLOADS:
        try:
            taken.append(checked_key(payload))
        except ValueError:
            continue
    assert taken == []


@pytest.mark.parametrize("deed", ["open", "size", "delete", "local_path", "set_aside", "entries"])
def test_no_deed_of_the_store_follows_a_payload(local: LocalStore, tmp_path: Path, deed: str) -> None:
    outside = tmp_path / "secret_key"
    outside.write_text("secret")
    for payload in PAYLOADS[:: len(PAYLOADS) // 200]:
        if deed == "entries" and not payload:
            continue
        with pytest.raises(ValueError, match="below its root"):
            list(local.entries(payload)) if deed == "entries" else getattr(local, deed)(payload)
    assert outside.read_text() == "secret"


def test_a_check_that_looks_for_dots_only_would_let_payloads_through() -> None:
    """The broken variant."""
    through = [payload for payload in PAYLOADS if ".." not in Path(payload).parts]
    assert through


def test_no_payload_survives_in_a_photos_name() -> None:
    for payload in PAYLOADS:
        name = camera_name(payload)
        assert name
        assert len(name) <= 255
        assert not re.search(r"[/\\\x00-\x1f\u202e]", name), payload
        assert name not in (".", "..")


def test_no_payload_bends_the_header_of_a_download() -> None:
    for payload in PAYLOADS:
        name = download_name(payload, "image/jpeg")
        header = content_disposition_header(True, name)
        assert header
        assert header.isascii()
        assert not re.search(r"[\r\n\x00]", header), payload
        assert not re.search(r"[/\\\r\n\x00]", unquote(header.partition("''")[2])), payload
        assert name.endswith((".jpg", ".jpeg")), payload
