"""A client with a phone app: the gallery as JSON, by the link's token, with a name and hearts."""

from __future__ import annotations

from typing import Any

import httpx

from tests.installation import Visited


class GalleryGuest:
    """Opened the link at `url` and said a name. The pass works at every web process, wherever it was given."""

    def __init__(
        self, url: str, token: str, name: str, *, password: str = "", http: httpx.Client | None = None
    ) -> None:
        self.http = http or httpx.Client(timeout=60)
        self.url, self.token, self.path = url, token, f"/api/galleries/{token}"
        opened = self.http.post(f"{url}{self.path}/unlock", json={"password": password})
        opened.raise_for_status()
        self.pass_ = str(opened.json()["pass"])
        known = self.ask("POST", "/identity", json={"name": name, "email": f"{name.lower()}@example.com"})
        known.raise_for_status()
        self.pass_ = str(known.json()["pass"])

    def ask(self, method: str, path: str, *, url: str | None = None, **details: Any) -> httpx.Response:
        """One request. url: of another web process than the usual one."""
        headers = {"Authorization": f"Gallery {self.pass_}", **details.pop("headers", {})}
        return self.http.request(method, f"{url or self.url}{self.path}{path}", headers=headers, **details)

    def heart(self, photo: str, *, on: bool) -> httpx.Response:
        return self.ask("PUT" if on else "DELETE", f"/favourites/{photo}")

    def photos(self, *, url: str | None = None) -> list[dict[str, Any]]:
        """All that the link shows."""
        rows: list[dict[str, Any]] = []
        path: str | None = "/photos?limit=500"
        while path is not None:
            answer = self.ask("GET", path, url=url)
            answer.raise_for_status()
            rows += answer.json()["results"]
            following = answer.json()["next"]
            path = f"/photos?{httpx.URL(following).query.decode()}" if following else None
        return rows

    def hearts(self, *, url: str | None = None) -> set[str]:
        """Ids of the photos that are this guest's favourites."""
        return {str(one["id"]) for one in self.photos(url=url) if one["is_favourite"]}


def share(glassine: Visited, album: str, **rights: Any) -> str:
    """The token of a new link to the album, which is shown from now on."""
    with glassine.api() as api:
        api.patch(f"/api/albums/{album}", json={"state": "live"}).raise_for_status()
        link = api.post(f"/api/albums/{album}/share", json={"label": "Link", "rights": rights})
        link.raise_for_status()
        return str(link.json()["token"])
