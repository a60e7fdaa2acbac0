"""The head of an archive, asked again and again, is planned once; the door is asked each time."""

from __future__ import annotations

from typing import Any

import pytest

from apps.sharing.downloads.archive import plan as archive_plan
from apps.sharing.downloads.archive import response
from apps.sharing.models import Download
from apps.web.wsgi_bridge import Declined
from tests.sharing.conftest import Make
from tests.sharing.downloads.zipped import zip_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_head_that_is_asked_again_is_planned_once(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    plans: list[Any] = []
    plan = archive_plan.plan

    def counted(*asked: Any) -> list[archive_plan.Bundle]:
        plans.append(asked)
        return plan(*asked)

    monkeypatch.setattr(archive_plan, "plan", counted)
    first = zip_of(share, method="HEAD")
    assert zip_of(share, method="HEAD").headers == first.headers
    assert len(plans) == 1
    # Another choice is another archive, and bytes always leave by a plan of now.
    zip_of(share, method="HEAD", size="web")
    assert zip_of(share).headers == first.headers
    assert len(plans) == 3


@pytest.mark.parametrize("change", [{"password": "another one"}, {"download": Download.WEB}])
def test_a_link_that_changed_announces_nothing_it_does_not_give(shared: Make, change: dict[str, str]) -> None:
    share = shared(download="original")
    assert zip_of(share, method="HEAD", size="original").status == 200
    share.change(**change)
    with pytest.raises(Declined):
        zip_of(share, method="HEAD", size="original")


def test_what_was_announced_is_not_remembered_for_long(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared(download="original")
    zip_of(share, method="HEAD")
    later = response.HEADS.clock() + response.HEADS.seconds
    monkeypatch.setattr(response.HEADS, "clock", lambda: later)
    monkeypatch.setattr(archive_plan, "plan", lambda *_: pytest.fail("planned anew"))
    with pytest.raises(pytest.fail.Exception, match="planned anew"):
        zip_of(share, method="HEAD")
