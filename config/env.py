"""The environment, read once and typed. Junk ends the start with a sentence that names the variable.

`load` is a function of its mapping, but for this: a secret nobody gave is made once and kept under the data.
Nothing here imports Django, so that settings, the launcher and the tests may all use it.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from config import addresses
from config.addresses import Database, EnvError, LocalStorage, MapTiles, S3Storage, Smtp
from config.launcher.paths import APP, OWNER, Paths, keep_secret

ROOT = Path(__file__).resolve().parent.parent
Values = Mapping[str, str]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
VARIABLES = (
    "GLASSINE_ACCEL",
    "GLASSINE_ADMIN_EMAIL",
    "GLASSINE_ADMIN_PASSWORD",
    "GLASSINE_AGREEMENT",
    "GLASSINE_AI_HOSTS",
    "GLASSINE_ALLOWED_HOSTS",
    "GLASSINE_BACKUP",
    "GLASSINE_BACKUP_KEY",
    "GLASSINE_CLAMD",
    "GLASSINE_DATA",
    "GLASSINE_DEBUG",
    "GLASSINE_DNS",
    "GLASSINE_DOCKER_SOCKET",
    "GLASSINE_HOST",
    "GLASSINE_HSTS_SUBDOMAINS",
    "GLASSINE_EMAIL_FROM",
    "GLASSINE_IMPORT_FOLDER",
    "GLASSINE_IMPORT_HOSTS",
    "GLASSINE_INBOX",
    "GLASSINE_INBOX_BUCKET",
    "GLASSINE_METRICS_TOKEN",
    "GLASSINE_OLD_SECRET_KEYS",
    "GLASSINE_OPERATORS",
    "GLASSINE_PARTIAL",
    "GLASSINE_PORT",
    "GLASSINE_SECRET_KEY",
    "GLASSINE_SIGN_UP",
    "GLASSINE_TILES",
    "GLASSINE_TILES_CREDIT",
    "GLASSINE_TRUSTED_PROXY",
    "GLASSINE_URL",
    "GLASSINE_WEBHOOK_HOSTS",
    "GLASSINE_WORKERS",
    "GLASSINE_WORKER_THREADS",
)
# Each may be read from a file that `<name>_FILE` names: as vaults, Docker, Kubernetes and systemd hand secrets out.
SECRETS = (
    "DATABASE_OWNER_URL",
    "DATABASE_REPLICA_URL",
    "DATABASE_URL",
    "GLASSINE_ADMIN_PASSWORD",
    "GLASSINE_BACKUP_KEY",
    "GLASSINE_METRICS_TOKEN",
    "GLASSINE_OLD_SECRET_KEYS",
    "GLASSINE_SECRET_KEY",
    "REDIS_URL",
    "SMTP_URL",
)
# Characters.
LONGEST_TEXT = 200_000
# What tests and benchmarks read for themselves.
FOREIGN = ("GLASSINE_TEST_", "GLASSINE_BENCH_")


@dataclass(frozen=True)
class Env:
    """All that the environment decides.

    data: absolute. url: public base address without a closing slash. smtp: None means emails as files in
    `emails_dir`. embedded_*: this machine's own server, started by the launcher. accel: the prefix of nginx'
    internal location ('/.../'), or None. inbox, inbox_bucket: whose sub-folders are watched.
    backup: where backups go by themselves, or None. backup_key: what encrypts them, or None.
    operators: email addresses of who runs the installation. metrics_token: what Prometheus shows.
    old_secret_keys: what it was before: they open, and close nothing.
    hsts_subdomains: whether browsers ask hosts below that of `url` by https alone, too.
    webhook_hosts: hosts of private networks to which webhooks may lead.
    import_folder: whose sub-folders hold what studios may import.
    agreement: the text that owners agree to, or None.
    import_hosts: hosts of other systems whose galleries may be imported.  ai_hosts: hosts that may be sent pictures.
    partial: beside a bucket, the folder of all web machines in which files that arrive in parts wait.
    clamd: where ClamAV is asked about what comes in, a path or host:port, or None.
    database_replica: a server that follows that of `database`, for pages of galleries, or None.
    docker_socket: where Docker is asked for the state of containers, or None.
    dns: address and port of the name servers that are asked about studios' domains; none for those of the machine.
    tiles: whose streets lie under the map, or None for outlines alone.
    trusted_proxies: peers whose X-Forwarded-* headers are believed.
    """

    data: Path
    host: str
    port: int
    url: str
    allowed_hosts: tuple[str, ...]
    debug: bool
    secret_key: str = field(repr=False)
    old_secret_keys: tuple[str, ...] = field(repr=False)
    sign_up: bool
    hsts_subdomains: bool
    admin_email: str | None
    admin_password: str | None = field(repr=False)
    database: Database
    database_owner: Database
    database_replica: Database | None
    embedded_postgres: bool
    redis_url: str = field(repr=False)
    embedded_redis: bool
    storage: LocalStorage | S3Storage
    backup: LocalStorage | S3Storage | None
    backup_key: str | None = field(repr=False)
    operators: tuple[str, ...]
    metrics_token: str | None = field(repr=False)
    webhook_hosts: tuple[str, ...]
    import_folder: Path | None
    agreement: str | None
    import_hosts: tuple[str, ...]
    ai_hosts: tuple[str, ...]
    smtp: Smtp | None
    email_from: str
    workers: int
    worker_threads: int
    accel: str | None
    inbox: Path | None
    inbox_bucket: S3Storage | None
    partial: Path
    clamd: str | None
    docker_socket: Path | None
    dns: tuple[tuple[str, int], ...]
    tiles: MapTiles | None
    trusted_proxies: tuple[Network, ...]

    @property
    def emails_dir(self) -> Path:
        return self.data / "emails"

    @property
    def faces_socket(self) -> Path:
        """Where the process that looks at selfies listens."""
        return Paths(self.data).sockets / "faces.sock"

    @property
    def broker_url(self) -> str:
        """The Redis address as Celery spells it."""
        parts = urlsplit(self.redis_url)
        if parts.scheme != "unix":
            return self.redis_url
        return f"redis+socket://{parts.path}" + (f"?{parts.query}" if parts.query else "")


@cache
def current() -> Env:
    """The environment of this process. Ends the program with the sentence when it is junk."""
    try:
        return load(os.environ)
    except EnvError as error:
        raise SystemExit(str(error)) from None


def load(environ: Values) -> Env:
    """Read the variables. An empty one counts as unset. Raises EnvError."""
    values = _with_secrets({name: value.strip() for name, value in environ.items() if value.strip()})
    _refuse_unknown(values)
    data = Path(values.get("GLASSINE_DATA", ROOT / "var")).expanduser().absolute()
    port = _number(values, "GLASSINE_PORT", 8000, 1, 65535)
    url = _base_url(values, port)
    public_host = urlsplit(url).hostname or "localhost"
    storage = _storage(values, data)
    email, password = _admin(values)
    try:
        app, owner = _databases(values, data)
        secret_key = _secret_key(values, data)
    except OSError as error:
        raise EnvError(f"GLASSINE_DATA is {str(data)!r}, which cannot be used: {error.strerror}.") from None
    return Env(
        data=data,
        host=values.get("GLASSINE_HOST", "127.0.0.1"),
        port=port,
        url=url,
        allowed_hosts=_hosts(values, public_host),
        debug=_switch(values, "GLASSINE_DEBUG"),
        secret_key=secret_key,
        old_secret_keys=_old_secret_keys(values),
        sign_up=_switch(values, "GLASSINE_SIGN_UP"),
        hsts_subdomains=_switch(values, "GLASSINE_HSTS_SUBDOMAINS"),
        admin_email=email,
        admin_password=password,
        database=app,
        database_owner=owner,
        database_replica=_replica(values),
        embedded_postgres="DATABASE_URL" not in values,
        redis_url=_redis(values, data),
        embedded_redis="REDIS_URL" not in values,
        storage=storage,
        backup=place_of("GLASSINE_BACKUP", values["GLASSINE_BACKUP"]) if "GLASSINE_BACKUP" in values else None,
        backup_key=_secret(values, "GLASSINE_BACKUP_KEY"),
        operators=_operators(values, email),
        webhook_hosts=_named_hosts(values, "GLASSINE_WEBHOOK_HOSTS"),
        import_folder=_folder(values, "GLASSINE_IMPORT_FOLDER"),
        agreement=_text(values, "GLASSINE_AGREEMENT"),
        import_hosts=_named_hosts(values, "GLASSINE_IMPORT_HOSTS"),
        ai_hosts=_named_hosts(values, "GLASSINE_AI_HOSTS"),
        metrics_token=_secret(values, "GLASSINE_METRICS_TOKEN"),
        smtp=addresses.smtp("SMTP_URL", values["SMTP_URL"]) if "SMTP_URL" in values else None,
        email_from=values.get("GLASSINE_EMAIL_FROM", f"Glassine <glassine@{public_host}>"),
        workers=_number(values, "GLASSINE_WORKERS", 2, 1, 64),
        worker_threads=_number(values, "GLASSINE_WORKER_THREADS", max(2, os.cpu_count() or 2), 1, 64),
        accel=_accel(values, storage),
        inbox=_folder(values, "GLASSINE_INBOX"),
        inbox_bucket=_inbox_bucket(values),
        partial=_partial(values, storage, data),
        clamd=_clamd(values),
        docker_socket=_docker_socket(values),
        dns=_name_servers(values),
        tiles=_tiles(values),
        trusted_proxies=_networks(values),
    )


def _with_secrets(values: dict[str, str]) -> dict[str, str]:
    """The variables with those whose file is named in place of its path."""
    for name in SECRETS:
        path = values.pop(f"{name}_FILE", None)
        if path is None:
            continue
        if name in values:
            raise EnvError(f"{name} and {name}_FILE are both set; one of them must go.")
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise EnvError(f"{name}_FILE is {path!r}, which cannot be read: {error}.") from None
        if not values[name]:
            raise EnvError(f"{name}_FILE is {path!r}, but that file is empty.")
    return values


def _refuse_unknown(values: Values) -> None:
    for name in sorted(values):
        if name.startswith("GLASSINE_") and name not in VARIABLES and not name.startswith(FOREIGN):
            near = get_close_matches(name, VARIABLES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it may be {', '.join(VARIABLES)}."
            raise EnvError(f"{name} is not a setting of Glassine; {hint}")


def _number(values: Values, name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise EnvError(f"{name} is {text!r}, but must be a whole number from {low} to {high}.")
    return int(text)


def _switch(values: Values, name: str) -> bool:
    text = values.get(name, "off").lower()
    if text not in ("on", "off"):
        raise EnvError(f"{name} is {text!r}, but must be on or off.")
    return text == "on"


def _base_url(values: Values, port: int) -> str:
    text = values.get("GLASSINE_URL", f"http://127.0.0.1:{port}")
    may_be = "it must look like https://photos.example.com, without a path."
    parts = addresses.split("GLASSINE_URL", text, may_be)
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise EnvError(f"GLASSINE_URL is {text!r}; {may_be}")
    return f"{parts.scheme}://{parts.netloc}"


def _hosts(values: Values, public_host: str) -> tuple[str, ...]:
    """The names under which requests are answered. Loopback is always one: health checks come from there."""
    named = [part.strip() for part in values.get("GLASSINE_ALLOWED_HOSTS", "").split(",") if part.strip()]
    for host in named:
        if not re.fullmatch(r"\*|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]", host):
            raise EnvError(f"GLASSINE_ALLOWED_HOSTS has {host!r}; it must be names without ports, divided by commas.")
    return tuple(dict.fromkeys([*named, public_host, "localhost", "127.0.0.1", "[::1]"]))


def _secret_key(values: Values, data: Path) -> str:
    given = values.get("GLASSINE_SECRET_KEY")
    if given is None:
        return keep_secret(data / "secret_key")
    if len(given) < 32:
        raise EnvError("GLASSINE_SECRET_KEY is too short; it must have 32 characters or more that no one can guess.")
    return given


def _old_secret_keys(values: Values) -> tuple[str, ...]:
    """What GLASSINE_SECRET_KEY was before, the newest first."""
    keys = tuple(key for part in values.get("GLASSINE_OLD_SECRET_KEYS", "").split(",") if (key := part.strip()))
    if any(len(key) < 32 for key in keys):
        raise EnvError(
            "GLASSINE_OLD_SECRET_KEYS must be former secret keys of 32 characters or more, divided by commas."
        )
    return keys


def _folder(values: Values, name: str) -> Path | None:
    text = values.get(name)
    if text is None:
        return None
    folder = Path(text).expanduser()
    if not folder.is_absolute() or not folder.is_dir():
        raise EnvError(f"{name} is {text!r}, but must be a folder that is there, with its whole path.")
    return folder


def _partial(values: Values, storage: LocalStorage | S3Storage, data: Path) -> Path:
    folder = _folder(values, "GLASSINE_PARTIAL")
    if folder is not None and isinstance(storage, LocalStorage):
        raise EnvError("GLASSINE_PARTIAL is set, but STORAGE is no bucket: then parts wait beside the files.")
    return folder or data / "partial"


def _clamd(values: Values) -> str | None:
    text = values.get("GLASSINE_CLAMD")
    if text is not None and not text.startswith("/") and not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}", text):
        raise EnvError(f"GLASSINE_CLAMD is {text!r}, but must be the whole path of clamd's socket, or host:port.")
    return text


def _name_servers(values: Values) -> tuple[tuple[str, int], ...]:
    """As 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, divided by commas."""
    found = []
    for text in (part.strip() for part in values.get("GLASSINE_DNS", "").split(",") if part.strip()):
        match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?", text)
        try:
            address = str(ipaddress.ip_address((match[1] or match[2]) if match else text))
            port = int((match and match[3]) or 53)
            if not 1 <= port <= 65_535:
                raise ValueError
        except ValueError:
            raise EnvError(
                f"GLASSINE_DNS has {text!r}; it must be IP addresses of name servers, divided by commas."
            ) from None
        found.append((address, port))
    return tuple(found)


def _docker_socket(values: Values) -> Path | None:
    """It need not be there when Glassine starts: Docker may be restarted."""
    text = values.get("GLASSINE_DOCKER_SOCKET")
    if text is None:
        return None
    if not Path(text).is_absolute():
        raise EnvError(f"GLASSINE_DOCKER_SOCKET is {text!r}, but must be the whole path of a socket.")
    return Path(text)


def _text(values: Values, name: str) -> str | None:
    """What the file of this variable says."""
    path = values.get(name)
    if path is None:
        return None
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise EnvError(f"{name} is {path!r}, which cannot be read as a text in UTF-8: {error}.") from None
    if not text or len(text) > LONGEST_TEXT:
        raise EnvError(f"{name} is {path!r}, but must be a text of up to {LONGEST_TEXT:,} characters.")
    return text


def _inbox_bucket(values: Values) -> S3Storage | None:
    text = values.get("GLASSINE_INBOX_BUCKET")
    return None if text is None else addresses.s3("GLASSINE_INBOX_BUCKET", text)


def _tiles(values: Values) -> MapTiles | None:
    text = values.get("GLASSINE_TILES")
    return None if text is None else addresses.map_tiles("GLASSINE_TILES", text, values.get("GLASSINE_TILES_CREDIT"))


def _admin(values: Values) -> tuple[str | None, str | None]:
    email, password = values.get("GLASSINE_ADMIN_EMAIL"), values.get("GLASSINE_ADMIN_PASSWORD")
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise EnvError(f"GLASSINE_ADMIN_EMAIL is {email!r}, but must be an email address.")
    if password is not None and email is None:
        raise EnvError("GLASSINE_ADMIN_PASSWORD is set, so GLASSINE_ADMIN_EMAIL must be set too.")
    if email is not None and password is None:
        raise EnvError("GLASSINE_ADMIN_EMAIL is set, so GLASSINE_ADMIN_PASSWORD must be set too.")
    return email, password


def _databases(values: Values, data: Path) -> tuple[Database, Database]:
    """The app's way in and the owner's. Both come from the environment, or both from the embedded server."""
    urls = [values.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    if urls == [None, None]:
        paths = Paths(data)
        urls = [paths.database_url(APP), paths.database_url(OWNER)]
    if urls[0] is None or urls[1] is None:
        there, missing = (
            ("DATABASE_OWNER_URL", "DATABASE_URL") if urls[0] is None else ("DATABASE_URL", "DATABASE_OWNER_URL")
        )
        raise EnvError(f"{there} is set, so {missing} must be set too: migrations and requests use different roles.")
    app, owner = (
        addresses.database("DATABASE_URL", urls[0]),
        addresses.database("DATABASE_OWNER_URL", urls[1]),
    )
    if app.user == owner.user:
        raise EnvError("DATABASE_URL and DATABASE_OWNER_URL name the same role; row-level security needs two.")
    return app, owner


def _replica(values: Values) -> Database | None:
    name = "DATABASE_REPLICA_URL"
    if name not in values:
        return None
    if "DATABASE_URL" not in values:
        raise EnvError(f"{name} is set, so DATABASE_URL must be set too: it names the server that is followed.")
    return addresses.database(name, values[name])


def _redis(values: Values, data: Path) -> str:
    return addresses.redis("REDIS_URL", values["REDIS_URL"]) if "REDIS_URL" in values else Paths(data).redis_url


def _storage(values: Values, data: Path) -> LocalStorage | S3Storage:
    if "STORAGE" not in values:
        return LocalStorage(data / "storage")
    return addresses.s3("STORAGE", values["STORAGE"])


def place_of(name: str, text: str) -> LocalStorage | S3Storage:
    """A folder with its whole path, or a bucket. Raises EnvError."""
    if text.startswith("s3://"):
        return addresses.s3(name, text)
    folder = Path(text).expanduser()
    if not folder.is_absolute():
        raise EnvError(f"{name} is {text!r}, but must be a folder with its whole path, or s3://bucket/prefix.")
    return LocalStorage(folder)


def _secret(values: Values, name: str) -> str | None:
    secret = values.get(name)
    if secret is not None and len(secret) < 20:
        raise EnvError(f"{name} is too short; it must have 20 characters or more that no one can guess.")
    return secret


def _operators(values: Values, admin: str | None) -> tuple[str, ...]:
    """Who runs the installation: by default its first owner, if the environment names one."""
    named = [part.strip().lower() for part in values.get("GLASSINE_OPERATORS", admin or "").split(",") if part.strip()]
    for address in named:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            raise EnvError(f"GLASSINE_OPERATORS has {address!r}; it must be email addresses, divided by commas.")
    return tuple(dict.fromkeys(named))


def _named_hosts(values: Values, name: str) -> tuple[str, ...]:
    named = [part.strip().lower() for part in values.get(name, "").split(",") if part.strip()]
    for host in named:
        if not re.fullmatch(r"[a-z0-9.-]+(:[0-9]{1,5})?", host):
            raise EnvError(f"{name} has {host!r}; it must be names, each with or without a port.")
    return tuple(dict.fromkeys(named))


def _accel(values: Values, storage: LocalStorage | S3Storage) -> str | None:
    prefix = values.get("GLASSINE_ACCEL")
    if prefix is None:
        return None
    if not re.fullmatch(r"/[A-Za-z0-9_-]+/", prefix):
        raise EnvError(f"GLASSINE_ACCEL is {prefix!r}, but must be the path of a location, like /_bytes/.")
    if isinstance(storage, S3Storage):
        raise EnvError("GLASSINE_ACCEL is set, but STORAGE is a bucket: nginx can only hand out local files.")
    return prefix


def _networks(values: Values) -> tuple[Network, ...]:
    try:
        parts = [part.strip() for part in values.get("GLASSINE_TRUSTED_PROXY", "").split(",") if part.strip()]
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError:
        raise EnvError(
            "GLASSINE_TRUSTED_PROXY must be addresses or networks divided by commas, as 127.0.0.1,10.0.0.0/8."
        ) from None
