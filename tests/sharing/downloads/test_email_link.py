"""Email me the link: to the visitor's own address, few times, and nothing but the address of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts import smtp
from apps.accounts.models import EmailState
from apps.accounts.tenancy import acting_in
from tests.accounts.emails import send_all
from tests.sharing.conftest import PASSWORD, Make, Share
from tests.sharing.downloads.test_archives import known_as, visitor_of
from tests.sharing.emailing import written
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def ask(share: Share, client: Client, **fields: str) -> Any:
    address = reverse("sharing:download_email", args=[share.token])
    return client.post(address, {"what": "all", "size": "web", **fields})


def test_the_worker_emails_the_page_to_the_visitor_in_text_and_html(shared: Make, smtp_server: SmtpServer) -> None:
    share = shared(download="original")
    client = known_as(share, visitor_of(share))
    # An address in the form is nobody's: only the one that the visitor has counts.
    answer = ask(share, client, email="victim@example.com", to="victim@example.com")
    assert answer.status_code == 303
    assert "on its way to ada@example.com" in client.get(answer["Location"]).content.decode()
    send_all()
    assert smtp_server.taken == ["ada@example.com"]
    message = smtp_server.emails[0][1]
    page = f"{settings.PUBLIC_URL}{reverse('sharing:downloads', args=[share.token])}?what=all&size=web"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert page in text
    assert page.replace("&", "&amp;") in html
    assert message["Auto-Submitted"] == "auto-generated"
    assert [(row.kind, row.email.state) for row in written(share.studio)] == [("download", EmailState.SENT)]


def test_without_a_mail_server_nothing_is_said_to_be_on_its_way(shared: Make, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = smtp.FILES, str(tmp_path)
    share = shared(download="original")
    client = known_as(share, visitor_of(share))
    page = client.get(share.url("downloads")).content.decode()
    assert "has not set up email yet" in page
    assert "Email me the link" not in page
    late = client.get(ask(share, client)["Location"]).content.decode()
    assert "on its way" not in late


def test_the_email_has_the_readable_address_and_the_visitor_s_language_and_no_password(shared: Make) -> None:
    share = shared(download="web", slug="anna-tom", password=PASSWORD)
    client = known_as(share, visitor_of(share))
    client.get(share.url())
    client.post(share.url(), {"password": PASSWORD})
    client.post(
        reverse("sharing:download_email", args=[share.token]),
        {"what": "all", "size": "web"},
        headers={"accept-language": "de"},
    )
    row = written(share.studio)[0]
    assert row.language == "de"
    words = row.email.words
    assert "/g/north.anna-tom/download/?what=all" in words.text
    assert share.token not in words.text + words.html
    assert PASSWORD not in words.text + words.html
    assert words.subject.startswith("Dein Download")


def test_who_is_not_known_is_asked_first(shared: Make) -> None:
    share = shared(download="original")
    assert ask(share, Client())["Location"].startswith(reverse("sharing:who", args=[share.token]))
    assert written(share.studio) == []


def test_a_visitor_gets_few_emails_and_a_second_tap_none(shared: Make) -> None:
    share = shared(download="original")
    client = known_as(share, visitor_of(share))
    for size in ("web", "web", "original", "2048", "2048"):
        assert ask(share, client, size=size).status_code == 303
    assert len(written(share.studio)) == 3
    often = ask(share, client, size="1200")
    assert often.status_code == 429
    assert "requested several emails today" in often.content.decode()
    assert "Retry-After" in often.headers
    assert len(written(share.studio)) == 3


def test_a_link_without_downloads_emails_nothing_and_a_closed_one_fails(shared: Make, smtp_server: SmtpServer) -> None:
    share = shared()
    assert ask(share, known_as(share, visitor_of(share))).status_code == 404
    other = shared(download="original")
    ask(other, known_as(other, visitor_of(other)))
    with acting_in(other.studio):
        other.link.revoke(by=other.link.created_by)  # type: ignore[arg-type]
    send_all()
    assert smtp_server.taken == []
    assert [row.email.state for row in written(other.studio)] == [EmailState.FAILED]
