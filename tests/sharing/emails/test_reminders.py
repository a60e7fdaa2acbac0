"""Reminders: on the studio's days, once for each person, to those who have to do with the link."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.accounts.models import EmailState, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState
from apps.sharing.emails import reminders
from apps.sharing.models import ClientEmail, EmailKind, ShareLink, Visitor
from apps.web.days import end_of_day
from tests.accounts.emails import send_all
from tests.sharing.conftest import Make, Share
from tests.sharing.emailing import change, email_of, reread

pytestmark = pytest.mark.django_db(transaction=True)

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = timezone.now().astimezone(BERLIN).date()


def closing_in(share: Share, days: int, **values: Any) -> Share:
    """Let the link, made a year ago, end so many days from today in Berlin."""
    last = TODAY + timedelta(days=days)
    fields = {
        "expires_on": last,
        "expires_at": end_of_day(last, BERLIN),
        "created_at": timezone.now() - timedelta(days=365),
    }
    with acting_in(share.studio):
        Studio.objects.filter(pk=share.studio.pk).update(time_zone="Europe/Berlin")
        ShareLink.objects.for_studio(share.studio).filter(pk=share.link.pk).update(**{**fields, **values})
    share.studio.time_zone = "Europe/Berlin"
    share.reload()
    return share


def visitor(share: Share, name: str = "Anna") -> Visitor:
    with acting_in(share.studio):
        row = Visitor(
            studio=share.studio,
            shown_id=share.album.pk,
            link=share.link,
            name=name,
            email=f"{name.lower()}@example.com",
        )
        row.save(force_insert=True)
    return row


def delivered(share: Share, to: str, **values: Any) -> None:
    email_of(share, to=to, **{"state": EmailState.SENT, **values})


def at(day: int, hour: int = 10) -> datetime:
    """So many days from today at this hour in Berlin."""
    return datetime.combine(TODAY + timedelta(days=day), time(hour), tzinfo=BERLIN)


def reminded(share: Share) -> list[str]:
    with acting_in(share.studio):
        rows = ClientEmail.objects.for_studio(share.studio).filter(kind=EmailKind.REMINDER)
        return sorted(rows.values_list("email__to", flat=True))


def test_visitors_and_those_who_were_emailed_are_reminded_once(shared: Make) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    delivered(share, "anna@example.com")
    delivered(share, "tom@example.com", language="de")
    assert reminders.write_all(at(0)) == 2
    assert reminders.write_all(at(0, 11)) == 0
    assert reminded(share) == ["anna@example.com", "tom@example.com"]
    with acting_in(share.studio):
        rows = ClientEmail.objects.for_studio(share.studio).filter(kind="reminder")
        languages = dict(rows.values_list("email__to", "language"))
    assert languages == {"anna@example.com": "en", "tom@example.com": "de"}


def test_an_email_that_never_went_out_makes_nobody_a_reader(shared: Make) -> None:
    share = closing_in(shared(), 7)
    delivered(share, "tom@example.com", state=EmailState.FAILED)
    assert reminders.write_all(at(0)) == 0


def test_each_of_the_studios_days_has_its_reminder(shared: Make) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    written = [reminders.write_all(at(day)) for day in range(8)]
    assert written == [1, 0, 0, 0, 0, 0, 1, 0]


def test_a_day_that_the_machine_slept_through_is_made_up_for(shared: Make) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    assert reminders.write_all(at(1)) == 1
    assert reminders.write_all(at(2)) == 0


@pytest.mark.parametrize("hour", [0, 8, 20, 23])
def test_nobody_is_reminded_at_night(shared: Make, hour: int) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    assert reminders.write_all(at(0, hour)) == 0


def test_the_reminder_says_until_when_and_is_sent_by_the_outbox(shared: Make, mailoutbox: list[Any]) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    reminders.write_all(timezone.now() if 9 <= timezone.now().astimezone(BERLIN).hour < 20 else at(0))
    with acting_in(share.studio):
        [row] = ClientEmail.objects.for_studio(share.studio).filter(kind="reminder")
    change(row, due_at=timezone.now())
    send_all()
    [message] = mailoutbox
    assert f"{share.link.expires_on:%Y}" in message.subject
    assert "Hello Anna," in message.body
    assert message.extra_headers["List-Unsubscribe"] == "<mailto:alice@example.com?subject=unsubscribe>"
    assert reread(row).state == EmailState.SENT


@pytest.mark.parametrize(
    "values",
    [
        {"has_reminders": False},
        {"revoked_at": timezone.now()},
        {"created_at": timezone.now()},
        {"expires_on": None, "expires_at": None},
    ],
    ids=["switched off", "revoked", "made a moment ago", "without an end"],
)
def test_links_that_do_not_remind(shared: Make, values: dict[str, Any]) -> None:
    share = closing_in(shared(), 7, **values)
    visitor(share)
    assert reminders.write_all(at(0)) == 0


@pytest.mark.parametrize("values", [{"state": AlbumState.DRAFT}, {"trashed_at": timezone.now()}])
def test_albums_that_are_not_open_do_not_remind(shared: Make, values: dict[str, Any]) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    with acting_in(share.studio):
        Album.objects.for_studio(share.studio).update(**values)
    assert reminders.write_all(at(0)) == 0


def test_a_studio_without_days_reminds_nobody(shared: Make, alice_user: User) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    with acting_in(share.studio):
        reminders.set_days(Studio.objects.get(pk=share.studio.pk), [], by=alice_user)
    assert reminders.write_all(at(0)) == 0


def test_a_link_that_was_extended_takes_its_waiting_reminders_back_and_has_new_ones(
    shared: Make, alice_user: User, mailoutbox: list[Any]
) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    reminders.write_all(at(0))
    with acting_in(share.studio):
        [row] = ClientEmail.objects.for_studio(share.studio).filter(kind="reminder")
        last_day = share.link.extend(by=alice_user)
    assert last_day == TODAY + timedelta(days=37)
    change(row, due_at=timezone.now())
    send_all()
    assert reread(row).state == EmailState.CANCELLED
    assert mailoutbox == []
    assert reminders.write_all(at(30)) == 1
    with acting_in(share.studio):
        keys = ClientEmail.objects.for_studio(share.studio).filter(kind="reminder").values_list("email__key", flat=True)
        assert len(set(keys)) == 2


def test_another_studios_people_are_not_reminded(shared: Make, south: Studio) -> None:
    share = closing_in(shared(), 7)
    visitor(share)
    assert reminders.write_all(at(0)) == 1
    with acting_in(south):
        assert not ClientEmail.objects.for_studio(south).exists()


def test_the_kinds_that_make_readers_are_those_that_invite() -> None:
    assert set(ClientEmail.DELIVERIES) == {EmailKind.DELIVERY, EmailKind.COMPLETE}
