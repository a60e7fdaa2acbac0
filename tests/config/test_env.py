"""The environment: what is understood, and the sentence for what is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.addresses import EnvError, LocalStorage, MapTiles, S3Storage, Smtp
from config.env import SECRETS, Env, load

APP = "postgresql://app:a%40b@db.example.com:5433/glassine?sslmode=require"
Read = Callable[..., Env]
OWNER = "postgresql://owner:secret@db.example.com/glassine"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads variables on a data directory of its own."""

    def read_with(**variables: str) -> Env:
        return load({"GLASSINE_DATA": str(tmp_path), "PATH": "/usr/bin", **variables})

    return read_with


def test_an_empty_environment_is_a_laptop(read: Read) -> None:
    env = read()
    assert (env.host, env.port, env.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (env.debug, env.sign_up, env.smtp, env.accel, env.inbox) == (False, False, None, None, None)
    assert env.embedded_postgres
    assert env.embedded_redis


def test_the_embedded_databases_are_reached_by_two_roles_over_a_socket(read: Read, tmp_path: Path) -> None:
    env = read()
    assert (env.database.user, env.database_owner.user) == ("glassine_app", "glassine_owner")
    assert env.database.host == env.database_owner.host == str(tmp_path / "run")
    assert env.redis_url == f"unix://{tmp_path}/run/redis.sock"
    assert env.broker_url == f"redis+socket://{tmp_path}/run/redis.sock"


def test_a_deep_data_directory_gets_short_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    env = load({"GLASSINE_DATA": str(deep)})
    assert len(f"{env.database.host}/.s.PGSQL.5432") <= 107
    assert env.database.host.startswith("/tmp/glassine-")


def test_two_deep_data_directories_share_no_socket(tmp_path: Path) -> None:
    hosts = {load({"GLASSINE_DATA": str(tmp_path / ("d" * 120) / name)}).database.host for name in "ab"}
    assert len(hosts) == 2


def test_a_secret_nobody_gave_is_made_once_and_is_private(read: Read, tmp_path: Path) -> None:
    assert read().secret_key == read().secret_key
    assert len(read().secret_key) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_given_secret_is_used_and_not_written(read: Read, tmp_path: Path) -> None:
    assert read(GLASSINE_SECRET_KEY="k" * 32).secret_key == "k" * 32
    assert not (tmp_path / "secret_key").exists()


def test_secrets_do_not_show_when_the_environment_is_printed(read: Read) -> None:
    env = read(
        DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER, GLASSINE_SECRET_KEY="k" * 32,
        SMTP_URL="smtp://u:pass-word@mail.example.com", REDIS_URL="redis://:red-pass@r/0",
        GLASSINE_ADMIN_EMAIL="a@b.c", GLASSINE_ADMIN_PASSWORD="adm-pass",
    )  # fmt: skip
    for secret in ("a@b@", "kkk", "pass-word", "red-pass", "adm-pass", "password='a"):
        assert secret not in repr(env)


def test_a_replica_follows_a_server_that_is_named(read: Read) -> None:
    assert read(DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER).database_replica is None
    env = read(DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER, DATABASE_REPLICA_URL="postgresql://glassine_app:p@other/g")
    assert env.database_replica
    assert env.database_replica.host == "other"
    with pytest.raises(EnvError, match="DATABASE_URL must be set too"):
        read(DATABASE_REPLICA_URL=APP)


def test_a_database_address_is_taken_apart(read: Read) -> None:
    database = read(DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER).database
    assert database.as_django() == {
        "ENGINE": "apps.web.postgres",
        "NAME": "glassine",
        "USER": "app",
        "PASSWORD": "a@b",
        "HOST": "db.example.com",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_given_servers_are_not_started(read: Read) -> None:
    env = read(DATABASE_URL=APP, DATABASE_OWNER_URL=OWNER, REDIS_URL="redis://r:6379/1")
    assert not env.embedded_postgres
    assert not env.embedded_redis
    assert env.broker_url == "redis://r:6379/1"


def test_bytes_go_to_a_directory_or_to_a_bucket(read: Read, tmp_path: Path) -> None:
    assert read().storage == LocalStorage(tmp_path / "storage")
    given = "s3://photos/studio/a?endpoint=http://127.0.0.1:9000&region=eu-west-1"
    assert read(STORAGE=given).storage == S3Storage("photos", "studio/a/", "http://127.0.0.1:9000", "eu-west-1")
    assert read(STORAGE="s3://photos").storage == S3Storage("photos", "", None, None)


@pytest.mark.parametrize(
    ("url", "port", "starttls", "ssl"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp+tls://mail.example.com", 587, True, False),
        ("smtps://mail.example.com", 465, False, True),
        ("smtps://mail.example.com:2465", 2465, False, True),
    ],
)
def test_mail_goes_by_the_scheme(read: Read, url: str, port: int, starttls: bool, ssl: bool) -> None:
    assert read(SMTP_URL=url).smtp == Smtp("mail.example.com", port, "", "", starttls, ssl)


def test_the_public_host_and_loopback_are_always_allowed(read: Read) -> None:
    env = read(GLASSINE_URL="https://photos.example.com/", GLASSINE_ALLOWED_HOSTS="a.example.com, b.example.com")
    assert env.url == "https://photos.example.com"
    assert env.allowed_hosts == (
        "a.example.com", "b.example.com", "photos.example.com", "localhost", "127.0.0.1", "[::1]",
    )  # fmt: skip


def test_trusted_proxies_are_networks(read: Read) -> None:
    assert [str(network) for network in read(GLASSINE_TRUSTED_PROXY="127.0.0.1, 10.0.0.0/8").trusted_proxies] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
    ]


def test_parts_wait_in_the_folder_of_all_web_machines_or_with_the_data(read: Read, tmp_path: Path) -> None:
    bucket = {"STORAGE": "s3://photos", "GLASSINE_DATA": str(tmp_path)}
    assert read(**bucket, GLASSINE_PARTIAL="/tmp").partial == Path("/tmp")
    assert read(**bucket).partial == tmp_path / "partial"


def test_former_secret_keys_are_listed_and_shown_to_nobody(read: Read) -> None:
    former = ("a" * 32, "b" * 40)
    env = read(GLASSINE_OLD_SECRET_KEYS=", ".join(former))
    assert env.old_secret_keys == former
    assert former[0] not in repr(env)
    assert read().old_secret_keys == ()


def test_a_secret_is_read_from_the_file_that_is_named(read: Read, tmp_path: Path) -> None:
    """As vaults and Docker hand secrets out: the environment of the process holds a path and nothing else."""
    for name, secret in (("key", "k" * 40), ("app", APP), ("owner", OWNER)):
        (tmp_path / name).write_text(f"{secret}\n")
    env = read(
        GLASSINE_SECRET_KEY_FILE=str(tmp_path / "key"),
        DATABASE_URL_FILE=str(tmp_path / "app"),
        DATABASE_OWNER_URL_FILE=str(tmp_path / "owner"),
    )
    assert (env.secret_key, env.database.password, env.embedded_postgres) == ("k" * 40, "a@b", False)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_given_once_and_its_file_can_be_read(read: Read, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").write_text(" \n")
    with pytest.raises(EnvError, match=f"{name}_FILE are both set"):
        read(**{name: "a" * 40, f"{name}_FILE": str(tmp_path / "empty")})
    with pytest.raises(EnvError, match=f"{name}_FILE is .* empty"):
        read(**{f"{name}_FILE": str(tmp_path / "empty")})
    with pytest.raises(EnvError, match=f"{name}_FILE is .* cannot be read"):
        read(**{f"{name}_FILE": str(tmp_path / "missing")})


def test_an_empty_variable_counts_as_unset(read: Read) -> None:
    assert read(GLASSINE_PORT="", DATABASE_URL=" ").port == 8000


def test_a_server_of_map_pictures_is_named_with_its_owner(read: Read) -> None:
    url = "https://tiles.example.com:8443/streets/{z}/{x}/{y}.png?key=1"
    tiles = read(GLASSINE_TILES=url, GLASSINE_TILES_CREDIT="© Example").tiles
    assert tiles == MapTiles(url, "https://tiles.example.com:8443", "© Example")
    assert read().tiles is None


@pytest.mark.parametrize(
    ("name", "junk", "may_be"),
    [
        ("GLASSINE_PORT", "eighty", "whole number from 1 to 65535"),
        ("GLASSINE_PORT", "0", "whole number from 1 to 65535"),
        ("GLASSINE_PORT", "65536", "whole number from 1 to 65535"),
        ("GLASSINE_PORT", "８０００", "whole number from 1 to 65535"),
        ("GLASSINE_WORKERS", "-1", "whole number from 1 to 64"),
        ("GLASSINE_INBOX", "inbox", "a folder that is there"),
        ("GLASSINE_PARTIAL", "/not/there", "a folder that is there"),
        ("GLASSINE_PARTIAL", "/tmp", "STORAGE is no bucket"),
        ("GLASSINE_IMPORT_FOLDER", "/not/there", "a folder that is there"),
        ("GLASSINE_AGREEMENT", "/not/there", "cannot be read as a text"),
        ("GLASSINE_AGREEMENT", "/dev/null", "a text of up to 200,000 characters"),
        ("GLASSINE_WORKER_THREADS", "2.5", "whole number from 1 to 64"),
        ("GLASSINE_DEBUG", "yes", "on or off"),
        ("GLASSINE_SIGN_UP", "1", "on or off"),
        ("GLASSINE_URL", "photos.example.com", "https://photos.example.com"),
        ("GLASSINE_URL", "https://photos.example.com/gallery", "without a path"),
        ("GLASSINE_URL", "https://photos.example.com:port", "https://photos.example.com"),
        ("GLASSINE_ALLOWED_HOSTS", "a.example.com:8000", "without ports"),
        ("GLASSINE_SECRET_KEY", "short", "32 characters"),
        ("GLASSINE_OLD_SECRET_KEYS", f"{'a' * 32},short", "former secret keys of 32 characters"),
        ("GLASSINE_ADMIN_EMAIL", "someone", "email address"),
        ("GLASSINE_TRUSTED_PROXY", "nginx", "addresses or networks"),
        ("GLASSINE_ACCEL", "bytes", "path of a location"),
        ("GLASSINE_TILES", "https://tiles.example.com/{z}/{x}.png", "https://tiles.example.com/{z}/{x}/{y}.png"),
        ("GLASSINE_TILES", "https://tiles.example.com;/{z}/{x}/{y}.png", "https://tiles.example.com/{z}/{x}/{y}.png"),
        ("GLASSINE_TILES", "https://{z}.example.com/{x}/{y}.png", "https://tiles.example.com/{z}/{x}/{y}.png"),
        ("GLASSINE_TILES", "https://tiles.example.com/{z}/{x}/{y}.png", "GLASSINE_TILES_CREDIT must be set too"),
        ("DATABASE_URL", "postgresql://a:b@c/d", "must be set too"),
        ("REDIS_URL", "memcached://a", "redis://host:6379/0"),
        ("REDIS_URL", "redis://a/first", "redis://host:6379/0"),
        ("STORAGE", "/srv/photos", "s3://bucket/prefix"),
        ("STORAGE", "s3://bucket?acl=public", "s3://bucket/prefix"),
        ("STORAGE", "s3://bucket?endpoint=minio:9000", "s3://bucket/prefix"),
        ("SMTP_URL", "mail.example.com:25", "smtp+tls://user:password@host:587"),
    ],
)
def test_junk_is_refused_with_a_sentence_that_says_what_may_stand_there(
    read: Read, name: str, junk: str, may_be: str
) -> None:
    with pytest.raises(EnvError, match=name) as refusal:
        read(**{name: junk})
    assert may_be in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "junk",
    [
        "mysql://a:secret@c/d",
        "postgresql://a:secret@c",
        "postgresql://secret@/d",
        "postgresql://a:secret@c:x/d",
    ],
)
def test_a_bad_database_address_is_refused_without_repeating_its_password(read: Read, junk: str) -> None:
    with pytest.raises(EnvError, match="DATABASE_URL") as refusal:
        read(DATABASE_URL=junk, DATABASE_OWNER_URL=OWNER)
    assert "secret" not in str(refusal.value)


def test_one_role_for_requests_and_migrations_is_refused(read: Read) -> None:
    with pytest.raises(EnvError, match="same role"):
        read(DATABASE_URL=OWNER, DATABASE_OWNER_URL=OWNER)


@pytest.mark.parametrize("lonely", ["GLASSINE_ADMIN_EMAIL", "GLASSINE_ADMIN_PASSWORD"])
def test_the_first_owner_needs_both_address_and_password(read: Read, lonely: str) -> None:
    with pytest.raises(EnvError, match="must be set too"):
        read(**{lonely: "someone@example.com"})


def test_a_misspelt_variable_is_pointed_out(read: Read) -> None:
    with pytest.raises(EnvError, match="GLASSINE_PROT is not a setting of Glassine; did you mean GLASSINE_PORT?"):
        read(GLASSINE_PROT="8000")


def test_nginx_cannot_hand_out_a_bucket(read: Read) -> None:
    with pytest.raises(EnvError, match="only hand out local files"):
        read(GLASSINE_ACCEL="/_bytes/", STORAGE="s3://photos")


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvError, match="GLASSINE_DATA"):
        load({"GLASSINE_DATA": str(tmp_path / "file")})


def test_the_virus_scanner_is_a_socket_or_a_host(read: Read) -> None:
    assert read().clamd is None
    for place in ("/run/clamav/clamd.ctl", "clamav:3310", "[::1]:3310"):
        assert read(GLASSINE_CLAMD=place).clamd == place
    with pytest.raises(EnvError, match="or host:port"):
        read(GLASSINE_CLAMD="clamav")


def test_dockers_socket_is_a_whole_path_that_need_not_be_there_yet(read: Read) -> None:
    assert read().docker_socket is None
    assert read(GLASSINE_DOCKER_SOCKET="/run/docker/readonly.sock").docker_socket == Path("/run/docker/readonly.sock")
    with pytest.raises(EnvError, match="must be the whole path of a socket"):
        read(GLASSINE_DOCKER_SOCKET="docker.sock")


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("", ()),
        ("192.0.2.53", (("192.0.2.53", 53),)),
        ("192.0.2.53:5353, [2001:db8::53]:54", (("192.0.2.53", 5353), ("2001:db8::53", 54))),
        ("2001:db8::1", (("2001:db8::1", 53),)),
    ],
)
def test_name_servers_are_addresses(read: Read, text: str, servers: tuple[tuple[str, int], ...]) -> None:
    assert read(GLASSINE_DNS=text).dns == servers


@pytest.mark.parametrize("text", ["dns.example.com", "1.2.3", "192.0.2.53:x", "192.0.2.53:99999", "192.0.2.53;"])
def test_what_is_no_address_of_a_name_server_ends_the_start(read: Read, text: str) -> None:
    with pytest.raises(EnvError, match="GLASSINE_DNS"):
        read(GLASSINE_DNS=text)
