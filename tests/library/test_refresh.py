"""What a change of some photos reads to keep the index: these photos, not the studio."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from tests.albums import bulk
from tests.albums.bulk import fill
from tests.albums.conftest import may_analyze as may_analyze  # (a fixture)
from tests.factories import AlbumFactory, SectionFactory, StudioFactory

READ = """
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables
    where relname in ('albums_photo', 'albums_placement', 'library_libraryphoto')
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_change_of_twenty_photos_reads_no_studio_that_the_planner_does_not_know(
    may_analyze: None,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Statistics are made by and by: a studio that came since is empty to the planner, which joins it whole."""
    monkeypatch.setattr(bulk, "SIZES", {})
    for _ in range(2):
        fill(AlbumFactory.create(studio=StudioFactory.create()), 1000)
    monkeypatch.setattr(bulk, "_analyze", lambda: None)
    large = AlbumFactory.create(studio=StudioFactory.create())
    section = SectionFactory.create(album=large, rank=1)
    fill(large, 4000)
    with acting_in(large.studio):
        places = Placement.objects.for_studio(large.studio)
        chosen = list(places.values_list("pk", flat=True)[:20])
    with acting_in(large.studio), connection.cursor() as cursor:
        cursor.execute(READ)
        (before,) = cursor.fetchone()
        places.filter(pk__in=chosen).update(section=section, section_rank=1)
        cursor.execute(READ)
        (after,) = cursor.fetchone()
    assert after - (before or 0) < 60_000
