"""The sentence that a studio reads is what its clients meet. Both come from `Terms`; here they are compared."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.links.terms import DOWNLOADED, Rights, Standing, Terms
from apps.sharing.models import Download, Metadata, ShareLink
from apps.web.days import end_of_day
from tests.sharing.conftest import PASSWORD, Make, unlocked

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Africa/Cairo", "Asia/Beirut",
         "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe")  # fmt: skip


def terms(**changed: object) -> Terms:
    plain: dict[str, object] = {
        "rights": Rights(Download.NONE), "needs_password": False, "expires_on": None, "expires_at": None,
        "revoked": False, "state": AlbumState.LIVE, "trashed": False,
    }  # fmt: skip
    return Terms(**{**plain, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("download", Download)
@pytest.mark.parametrize("size", ["tile", "thumb", "web", "original", "", "ORIGINAL", "raw"])
def test_a_right_to_download_covers_its_sizes_and_no_others(download: Download, size: str) -> None:
    allowed = {Download.NONE: set(), Download.WEB: {"web"}, Download.ORIGINAL: {"web", "original"}}
    assert Rights(download).may_download(size) == (size in allowed[download])


def test_an_original_is_never_shown_in_place() -> None:
    assert not Rights(Download.ORIGINAL).may_view("original")


def test_every_download_right_is_decided() -> None:
    assert set(DOWNLOADED) == set(Download)


@pytest.mark.parametrize(
    ("state", "trashed", "revoked", "days", "password", "download"),
    list(product(AlbumState, (False, True), (False, True), (None, -3, 3), (False, True), Download)),
)
def test_g19_the_sentence_agrees_with_the_terms(
    state: AlbumState, trashed: bool, revoked: bool, days: int | None, password: bool, download: Download
) -> None:
    day = NOW.date() + timedelta(days=days) if days else None
    one = terms(
        state=state, trashed=trashed, revoked=revoked, needs_password=password, rights=Rights(download),
        expires_on=day, expires_at=end_of_day(day, ZoneInfo("UTC")) if day else None,
    )  # fmt: skip
    said = one.sentence(NOW)
    standing = one.standing(NOW)
    assert said.startswith("Anyone") == (standing == Standing.OPEN)
    assert ("No one" in said) == (standing != Standing.OPEN)
    if standing in (Standing.OPEN, Standing.DRAFT):
        assert ("password" in said) == password
        assert ("original files" in said) == one.rights.may_download("original")
        assert ("not download" in said) == (one.rights.download_size is None)
        assert ("without an end date" in said) == (day is None)
    else:
        word = {"revoked": "turned off", "expired": "expired at the end", "trashed": "trash", "archived": "archived"}
        assert word[standing] in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "trashed", "revoked", "days", "password"),
    list(product(AlbumState, (False, True), (False, True), (None, -3, 3), (False, True))),
)
def test_g19_the_sentence_agrees_with_the_door(
    shared: Make, state: AlbumState, trashed: bool, revoked: bool, days: int | None, password: bool
) -> None:
    share = shared(password=PASSWORD if password else None)
    day = timezone.localdate() + timedelta(days=days) if days else None
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(
            revoked_at=timezone.now() if revoked else None,
            expires_on=day,
            expires_at=end_of_day(day, ZoneInfo("UTC")) if day else None,
        )
        Album.objects.for_studio(share.studio).filter(pk=share.album.pk).update(
            state=state, trashed_at=timezone.now() if trashed else None
        )
        link = ShareLink.objects.for_studio(share.studio).select_related("album").get(pk=share.link.pk)
        said = Terms.of(link, link.album).sentence(timezone.now())
    response = Client().get(share.url())
    is_open = said.startswith("Anyone")
    assert is_open == (response.status_code == 200)
    if is_open:
        assert ("its password" in said) == (b'name="password"' in response.content)


RIGHTS = st.builds(
    Rights,
    download=st.sampled_from(Download),
    favourite=st.booleans(),
    comment=st.booleans(),
    rate=st.booleans(),
    is_main=st.booleans(),
    download_limit=st.none() | st.integers(1, 100_000),
    needs_pin=st.booleans(),
    metadata=st.sampled_from(Metadata),
    is_watermarked=st.booleans(),
    asks_identity=st.booleans(),
)
EVERY = [
    Rights(*combination)  # type: ignore[arg-type]
    for combination in product(
        Download, *[(False, True)] * 4, (None, 1, 30), (False, True), Metadata, (False, True), (False, True)
    )
]


def promised(said: str) -> dict[str, object]:
    """What a photographer reads in the sentence."""
    may, _, may_not = said.partition(", but not ")
    limit = re.search(r"up to ([\d,]+)|(one) of", may)
    size = {"web size": "web", "original files": "original"}
    return {
        "download_size": next((value for words, value in size.items() if words in may), None),
        "favourite": "mark favourites" in may and "mark favourites" not in may_not,
        "comment": bool(re.search(r"\bcomment\b", may)) and "comment" not in may_not,
        "rate": "rate them" in may,
        "is_main": "hide photos" in may,
        "download_limit": (1 if limit[2] else int(limit[1].replace(",", ""))) if limit else None,
        "needs_pin": "with a PIN" in may,
        "metadata": Metadata.NONE
        if "no metadata" in may
        else Metadata.COPYRIGHT
        if "no place" in may
        else Metadata.ALL,
        "is_watermarked": "under a watermark" in may,
        "asks_identity": "who gives a name" in may,
    }


def granted(rights: Rights) -> dict[str, object]:
    """What a guest meets. How a download goes is of no matter where there is none."""
    takes = any(rights.may_download(size) for size in ("web", "original"))
    return {
        "download_size": rights.download_size,
        "favourite": rights.favourite,
        "comment": rights.comment,
        "rate": rights.rate,
        "is_main": rights.is_main,
        "download_limit": rights.download_limit if takes else None,
        "needs_pin": rights.needs_pin and takes,
        "metadata": rights.metadata if takes else Metadata.ALL,
        "is_watermarked": rights.is_watermarked,
        "asks_identity": rights.asks_identity,
    }


@given(rights=RIGHTS, password=st.booleans(), is_draft=st.booleans())
def test_g19_the_sentence_promises_exactly_the_rights(rights: Rights, password: bool, is_draft: bool) -> None:
    state = AlbumState.DRAFT if is_draft else AlbumState.LIVE
    said = terms(rights=rights, needs_password=password, state=state).sentence(NOW)
    assert promised(said) == granted(rights)
    assert ("its password" in said) == password
    assert said.count(".") == (2 if is_draft else 1)


def test_g19_every_combination_of_rights_reads_as_what_it_grants() -> None:
    assert len(EVERY) == 3 * 16 * 3 * 2 * 3 * 4
    sentences = set()
    for rights in EVERY:
        said = terms(rights=rights).sentence(NOW)
        assert promised(said) == granted(rights), said
        sentences.add((said, rights.download == Download.NONE))
    # Two links that grant different things never read alike.
    assert len(sentences) == len({tuple(granted(rights).items()) for rights in EVERY})


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (Rights(Download.NONE), "look at the photos, but not download them, mark favourites or comment"),
        (
            Rights(Download.ORIGINAL, favourite=True, comment=True),
            "look at the photos, mark favourites, comment and download the original files, without",
        ),
        (
            Rights(Download.WEB, rate=True, is_main=True, download_limit=1200, needs_pin=True, is_watermarked=True),
            "look at the photos under a watermark, rate them, hide photos from the other links and download "
            "up to 1,200 of them in web size (2400 px) with a PIN, but not mark favourites or comment",
        ),
        (
            Rights(Download.ORIGINAL, download_limit=1, metadata=Metadata.COPYRIGHT),
            "download one of the original files (no place, no serial numbers), but not",
        ),
    ],
)
def test_the_sentence_reads_well(rights: Rights, said: str) -> None:
    assert said in terms(rights=rights).sentence(NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("download", "favourite", "comment", "rate", "is_main"),
    [
        ("none", False, False, False, False),
        ("none", True, False, True, False),
        ("web", False, True, False, True),
        ("original", True, True, True, False),
        ("original", False, False, True, True),
    ],
)
def test_g19_a_guest_meets_what_the_sentence_promises(
    shared: Make, download: str, favourite: bool, comment: bool, rate: bool, is_main: bool
) -> None:
    share = shared(
        download=download, may_favourite=favourite, may_comment=comment, may_rate=rate, is_main=is_main
    )  # fmt: skip
    with acting_in(share.studio):
        link = ShareLink.objects.for_studio(share.studio).select_related("album").get(pk=share.link.pk)
        said = promised(Terms.of(link, link.album).sentence(timezone.now()))
    guest, photo = Client(headers={"Accept": "application/json"}), share.photos[0]
    guest.get(share.url())
    taken = [
        size for size in ("original", "web")
        if "Content-Disposition" in guest.get(share.url("download", photo), {"size": size}).headers
    ]  # fmt: skip
    assert next(iter(taken), None) == said["download_size"]
    # Whoever may do a deed is asked who they are, but for ratings; to all others the deed is not there.
    deeds = {
        "favourite": ("favourite", {"on": "1"}),
        "comment": ("comment", {"body": "x"}),
        "rate": ("mark", {"stars": "3"}),
    }
    for right, (deed, body) in deeds.items():
        assert (guest.post(share.url(deed, photo), body).status_code in (200, 409)) == said[right], right
    assert (guest.post(share.url("withhold", photo), {"on": "1"}).status_code == 200) == said["is_main"]


@given(
    day=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_a_link_lives_to_the_last_second_of_its_day_and_not_longer(day: date, zone: ZoneInfo) -> None:
    end = end_of_day(day, zone)
    one = terms(expires_on=day, expires_at=end)
    last = end.astimezone(UTC) - timedelta(seconds=1)
    assert one.standing(last) == Standing.OPEN
    assert one.standing(end) == Standing.EXPIRED
    # A night in which the clocks go back past midnight has its first midnight as the end.
    assert last.astimezone(zone).date() in (day, day - timedelta(days=1) if day.year < 2012 else day)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-28T23:00:00+00:00"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T22:00:00+00:00"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T23:00:00+00:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-02T05:00:00+00:00"),
        ("Asia/Beirut", date(2026, 3, 28), "2026-03-28T22:00:00+00:00"),
        ("Pacific/Kiritimati", date(2026, 11, 21), "2026-11-21T10:00:00+00:00"),
    ],
)
def test_the_end_of_a_local_day_follows_the_clocks(zone: str, day: date, end: str) -> None:
    assert end_of_day(day, ZoneInfo(zone)).astimezone(UTC) == datetime.fromisoformat(end)


@pytest.mark.django_db
def test_a_guest_who_was_let_in_meets_the_same_terms(shared: Make) -> None:
    share = shared(password=PASSWORD)
    client = unlocked(share)
    assert client.get(share.url()).status_code == 200
    share.change(expires_on=timezone.localdate())
    assert client.get(share.url()).status_code == 200
