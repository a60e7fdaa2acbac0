"""The servers an environment can name, read from their URLs. No Django, no network.

Every reader raises EnvError with one sentence. The sentence never repeats a URL: it may hold a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit


class EnvError(ValueError):
    """A variable of the environment is junk; the message is one sentence that says what it may be."""


@dataclass(frozen=True)
class Database:
    """One way into PostgreSQL. host: a name or the directory of a Unix socket. options: those of libpq."""

    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int
    options: Mapping[str, str] = field(default_factory=dict)

    def as_django(self) -> dict[str, Any]:
        """An entry of Django's DATABASES."""
        return {
            "ENGINE": "apps.web.postgres",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port),
            "OPTIONS": dict(self.options),
        }


@dataclass(frozen=True)
class MapTiles:
    """A server of map pictures. url: of one picture, with {z}, {x} and {y}.  origin: as a content policy names it.

    credit: whose map it is, in the words that its owner asks for.
    """

    url: str
    origin: str
    credit: str


@dataclass(frozen=True)
class LocalStorage:
    """Bytes in a directory of this machine."""

    path: Path


@dataclass(frozen=True)
class S3Storage:
    """Bytes in a bucket, opened by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the machine's own role.

    prefix: '' or a path that ends with a slash. endpoint: None for Amazon's own.
    """

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None


@dataclass(frozen=True)
class Smtp:
    """A mail server. starttls and ssl are never both true."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starttls: bool
    ssl: bool


def split(name: str, text: str, may_be: str) -> SplitResult:
    """A URL in its parts, with a port that is a number."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise EnvError(f"{name} cannot be read as an address; {may_be}") from None
    return parts


def database(name: str, text: str) -> Database:
    """postgresql://user:password@host:port/database?option=value; a socket directory goes in `?host=`."""
    may_be = "it must look like postgresql://user:password@host:5432/database."
    parts = split(name, text, may_be)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(parts.port or 5432)
    database_name = unquote(parts.path.lstrip("/"))
    readable = parts.scheme in ("postgres", "postgresql") and port.isdigit() and "/" not in database_name
    if not readable or not host or not parts.username or not database_name:
        raise EnvError(f"{name} does not name a PostgreSQL database; {may_be}")
    return Database(
        name=database_name,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        host=host,
        port=int(port),
        options=options,
    )


def redis(name: str, text: str) -> str:
    """The same URL when it names a Redis server that every client of ours understands."""
    may_be = "it must look like redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock."
    parts = split(name, text, may_be)
    by_socket = parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc
    number = parts.path.strip("/")
    by_network = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (not number or number.isdigit())
    # The path is the number of a database.
    if not by_socket and not (by_network and (parts.path.strip("/") or "0").isdigit()):
        raise EnvError(f"{name} does not name a Redis server; {may_be}")
    return text


def s3(name: str, text: str) -> S3Storage:
    """s3://bucket/prefix?endpoint=https://...&region=..., all but the bucket optional."""
    may_be = "it must look like s3://bucket/prefix?endpoint=https://s3.example.com&region=eu-central-1."
    parts = split(name, text, may_be)
    options = dict(parse_qsl(parts.query))
    endpoint, region = options.pop("endpoint", None), options.pop("region", None)
    if parts.scheme != "s3" or not parts.hostname or parts.username or options:
        raise EnvError(f"{name} does not name a bucket; {may_be}")
    if endpoint is not None and urlsplit(endpoint).scheme not in ("http", "https"):
        raise EnvError(f"{name} has an endpoint that is not an http address; {may_be}")
    prefix = parts.path.strip("/")
    return S3Storage(parts.hostname, f"{prefix}/" if prefix else "", endpoint, region)


def smtp(name: str, text: str) -> Smtp:
    """smtp:// is plain, smtp+tls:// turns to TLS after the greeting, smtps:// begins with it."""
    may_be = "it must look like smtp+tls://user:password@host:587, with smtp, smtp+tls or smtps."
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    parts = split(name, text, may_be)
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/"):
        raise EnvError(f"{name} does not name a mail server; {may_be}")
    return Smtp(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtps",
    )


def map_tiles(name: str, text: str, credit: str | None) -> MapTiles:
    """A server of map pictures, whose address may hold a key."""
    found = re.fullmatch(r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)/[^\s\"'<>;,]*", text)
    if found is None or not all(text.count(part) == 1 for part in ("{z}", "{x}", "{y}")):
        raise EnvError(f"{name} cannot be read; it must look like https://tiles.example.com/{{z}}/{{x}}/{{y}}.png.")
    if credit is None:
        raise EnvError(f"{name} is set, so {name}_CREDIT must be set too: maps are shown with the name of their owner.")
    return MapTiles(text, found[1], credit)
