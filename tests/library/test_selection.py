"""What the library's page offers for selected photos."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.library.conftest import Shoot

pytestmark = pytest.mark.django_db


def test_editors_select_photos_and_viewers_do_not(alice: Client, bob: Client, shoot: Shoot) -> None:
    photo = shoot(camera_name="one.jpg")
    for client, may in ((alice, True), (bob, False)):
        text = client.get("/studio/north/library/").content.decode()
        picks = re.findall(r'<input class="pick"[^>]*value="([^"]+)"', text)
        assert picks == ([str(photo.pk)] if may else [])
        assert ('id="selection"' in text) is may
