"""Paths of the embedded services below the data directory, and the URLs that follow from them."""

import errno
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# struct sockaddr_un holds 108 bytes with the closing zero; both servers fail to bind a longer path.
SOCKET_PATH_LIMIT = 107
POSTGRES_PORT = 5432  # Only names the socket file: nothing listens on TCP.
DATABASE = "glassine"
SUPERUSER, OWNER, APP = "postgres", "glassine_owner", "glassine_app"


@dataclass(frozen=True)
class Paths:
    """Paths below one data directory. `data` must be absolute."""

    data: Path

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def secrets(self) -> Path:
        return self.data / "postgres-secrets"

    @property
    def redis(self) -> Path:
        return self.data / "redis"

    @property
    def run(self) -> Path:
        """Lock and pid files; the sockets too, when their paths are short enough."""
        return self.data / "run"

    @property
    def sockets(self) -> Path:
        """The private directory of both sockets: `run`, or one under /tmp when that path is too long for a socket."""
        if len(os.fsencode(self.run / f".s.PGSQL.{POSTGRES_PORT}")) <= SOCKET_PATH_LIMIT:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(f"/tmp/glassine-{os.geteuid()}-{digest}")

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{POSTGRES_PORT}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.redis_socket}"

    def password(self, role: str) -> str:
        """The password of a database role, generated once."""
        return keep_secret(self.secrets / role)

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """A libpq URL for `role` over the Unix socket."""
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={host}&port={POSTGRES_PORT}"


def keep_secret(path: Path) -> str:
    """The secret in `path`; if there is none, a random one is written first (mode 0600).

    Several processes may start at once: the first to hard-link its draft wins, and all read the same secret.
    Raises OSError when the directory cannot be written, or the file is empty.
    """
    if path.exists():
        return _read_secret(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    secret = path.read_text().strip()
    if not secret:
        raise OSError(errno.EINVAL, f"{path} is empty; put the secret back, or remove the file")
    return secret
