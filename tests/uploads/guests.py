"""A guest's browser that adds photos through a link."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.crypto import get_random_string

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink
from tests.uploads.tus_client import PART, Answer, metadata, speak


@dataclass
class GuestBrowser:
    """token: of the link.  link: its row.  client: what it has opened so far."""

    token: str
    link: ShareLink
    client: Client = field(default_factory=Client)

    def page(self, name: str = "uploads:guest", *args: object) -> str:
        return reverse(name, args=[self.token, *args])

    def introduce(self, name: str = "Lena", email: str = "lena@example.com") -> GuestBrowser:
        """Say who is there."""
        answer = self.client.post(self.page("sharing:who_save"), {"name": name, "email": email})
        assert answer.status_code == 303, answer.content
        return self

    def ask(self, method: str, path: str, body: bytes = b"", *, csrf: bool = True, **headers: str) -> Answer:
        """One request of the tus protocol with the browser's cookies."""
        token = get_random_string(32)
        self.client.cookies[settings.CSRF_COOKIE_NAME] = token
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.client.cookies.items())
        said: dict[str, Any] = {"cookie": cookies, **({"x_csrftoken": token} if csrf else {}), **headers}
        answer = speak(method, path, body, **said)
        assert answer is not None
        return answer

    def begin(self, length: int, **told: object) -> Answer:
        """Begin an upload."""
        address = self.page("uploads:guest_parts")
        return self.ask("POST", address, upload_length=str(length), upload_metadata=metadata(**told))

    def send(self, body: bytes, name: str = "IMG_1.JPG") -> Answer:
        """A whole file; the answer of its only part, or the refusal of its beginning."""
        begun = self.begin(len(body), filename=name)
        if begun.status != 201:
            return begun
        return self.ask("PATCH", begun.headers["location"], body, upload_offset="0", **PART)


def browser(album: Album, owner: User, **terms: object) -> GuestBrowser:
    """A browser that has a link to the album, which takes photos unless `terms` say otherwise."""
    with acting_in(album.studio):
        link, token = lifecycle.create(album, by=owner, label="Guests", **{"password": None, "upload": "on", **terms})
    return GuestBrowser(token, link)
