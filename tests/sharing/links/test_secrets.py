"""G18: a link's token and password are found nowhere but with their owner."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from apps.accounts.models import secret_hash
from apps.accounts.tenancy import across_studios, acting_in
from apps.sharing.models import ShareLink, secrets
from apps.web.logs import Redact
from tests.accounts.emails import rows
from tests.sharing.conftest import PASSWORD, Make, fetch, unlocked

pytestmark = pytest.mark.django_db


def everything_stored(*, besides: type[Model] | None = None) -> str:
    """All rows of all tables, besides one's, as text."""
    found = []
    with across_studios(), connection.cursor() as cursor:
        for model in (one for one in apps.get_models() if one is not besides):
            cursor.execute(f'select t::text from "{model._meta.db_table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_g18_the_database_holds_neither_token_nor_password(shared: Make, erin: Client) -> None:
    share = shared(password=PASSWORD)
    unlocked(share)
    share.change(password="second secret")
    stored = everything_stored()
    assert secret_hash(share.token) in stored
    for secret in (share.token, PASSWORD, "second secret"):
        assert secret not in stored


def test_the_check_finds_what_is_stored_in_clear(shared: Make) -> None:
    share = shared(password=PASSWORD)
    with acting_in(share.studio):
        ShareLink.objects.for_studio(share.studio).update(label=share.token)
    assert share.token in everything_stored()


def test_the_sealed_copy_opens_with_this_installations_secret_only(shared: Make, settings: object) -> None:
    share = shared()
    assert secrets.unseal(share.link.token_sealed) == share.token
    settings.SECRET_KEY = "another secret of fifty characters or so, for a test"  # type: ignore[attr-defined]
    assert secrets.unseal(share.link.token_sealed) == ""


def test_the_same_password_is_kept_differently_by_two_links_and_needs_the_pepper(
    shared: Make, settings: object
) -> None:
    one, other = secrets.hash_password(PASSWORD), secrets.hash_password(PASSWORD)
    assert one != other
    assert secrets.is_password(PASSWORD, one)
    settings.SECRET_KEY = "another secret of fifty characters or so, for a test"  # type: ignore[attr-defined]
    assert not secrets.is_password(PASSWORD, one)


def test_a_password_of_any_length_counts_to_its_last_letter() -> None:
    kept = secrets.hash_password("x" * 100 + "a")
    assert not secrets.is_password("x" * 100 + "b", kept)


@pytest.mark.django_db(transaction=True)
def test_g18_the_log_holds_neither_token_nor_password(shared: Make) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redact())
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        share = shared(password=PASSWORD, download="original")
        client = unlocked(share)
        Client().post(share.url(), {"password": "wrong one"})
        client.get(share.url("download", share.photos[0]))
        fetch(client, share.picture())
        client.get(share.url() + "nowhere")
        logging.getLogger("django.request").error("failed: %s", share.url())
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert "/g/[token]" in written.getvalue()
    for secret in (share.token, PASSWORD):
        assert secret not in written.getvalue()


def test_g18_no_page_of_a_guest_holds_the_password_or_another_link(shared: Make) -> None:
    share, other = shared(password=PASSWORD), shared()
    client = unlocked(share)
    text = client.get(share.url()).content.decode()
    assert PASSWORD not in text
    assert other.token not in text
    assert "token_hash" not in text


def test_g18_bytes_are_addressed_without_the_token(shared: Make) -> None:
    share = shared()
    assert share.token not in share.picture()


def test_g22_a_studios_or_an_albums_name_leads_to_no_link(shared: Make, nobody: Client) -> None:
    share = shared()
    for guess in (share.studio.slug, share.album.slug, str(share.album.pk), str(share.link.pk), share.link.pk.hex):
        assert nobody.get(f"/g/{guess}/").status_code == 404


def test_g18_api_answers_for_viewers_hold_no_token(shared: Make, bob_user: object, erin_user: object) -> None:
    share = shared(password=PASSWORD)
    for user, may in ((bob_user, False), (erin_user, True)):
        credentials = {"email": user.email, "password": "correct horse battery"}  # type: ignore[attr-defined]
        answer = Client().post("/api/auth/token", json.dumps(credentials), content_type="application/json")
        access = answer.json()["access"]
        path = reverse("api-share-links", args=[share.album.pk])
        text = Client().get(path, headers={"Authorization": f"Bearer {access}"}).content.decode()
        assert "Zqx couple" in text
        assert (share.token in text) == may
        assert share.link.token_hash not in text
        assert share.link.password_hash not in text


def test_nothing_is_emailed_about_a_link_that_works(shared: Make) -> None:
    share = shared(password=PASSWORD)
    unlocked(share)
    assert rows() == []
