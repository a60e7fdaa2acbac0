"""Settings that every environment shares. What may differ comes from `config.env`."""

from __future__ import annotations

from typing import Any

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from config.addresses import LocalStorage, S3Storage
from config.env import ROOT, current

django_stubs_ext.monkeypatch()

env = current()

SECRET_KEY = env.secret_key
# What they signed and sealed still opens (see `apps.web.sealed`); nothing new is closed by them.
SECRET_KEY_FALLBACKS = list(env.old_secret_keys)
DEBUG = env.debug
ALLOWED_HOSTS = list(env.allowed_hosts)
PUBLIC_URL = env.url
IS_HTTPS = env.url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [env.url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "apps.web",
    "apps.accounts",
    "apps.jobs",
    "apps.media",
    "apps.albums",
    "apps.faces",
    "apps.library",
    "apps.tagging",
    "apps.smart_collections",
    "apps.sharing",
    "apps.uploads",
    "apps.backups",
    "apps.webhooks",
    "apps.portability",
    "apps.monitoring",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "apps.accounts.studio_hosts.GuestsAlone",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.web.compression.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.web.failures.InWords",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.studio",
            ],
            "builtins": ["apps.web.templatetags.addresses"],
        },
    }
]

# Controls of forms, written by functions.
FORM_RENDERER = "apps.web.form_controls.Controls"

# -- data ----------------------------------------------------------------------------------------------


def _database(entry: dict[str, Any]) -> dict[str, Any]:
    entry["CONN_MAX_AGE"] = None
    entry["CONN_HEALTH_CHECKS"] = True
    entry["DISABLE_SERVER_SIDE_CURSORS"] = True
    # Seconds. A server that hangs is away too: without it, whoever connects waits as long as it hangs.
    entry["OPTIONS"].setdefault("connect_timeout", 10)
    return entry


DATABASES = {
    "default": _database(env.database.as_django()),
    "owner": _database(env.database_owner.as_django()),
}
if env.database_replica:
    DATABASES["replica"] = _database(env.database_replica.as_django())
    # Seconds. Whoever would read there has the first server, too.
    DATABASES["replica"]["OPTIONS"]["connect_timeout"] = 2
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "apps.web.redis_cache.OneClientCache", "LOCATION": env.redis_url}}
REDIS_URL = env.redis_url
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_url]},
    }
}


def _parts(place: LocalStorage | S3Storage) -> tuple[str | None, ...]:
    """A store as `apps.media.storage.make_store` takes it."""
    if isinstance(place, LocalStorage):
        return "local", str(place.path)
    return "s3", place.bucket, place.prefix, place.endpoint, place.region


DATA = env.data
STORAGE = _parts(env.storage)
# Where backups go by themselves, and what encrypts them (see `apps.backups`).
BACKUP = _parts(env.backup) if env.backup else None
BACKUP_KEY = env.backup_key
# Who runs the installation: they are told of faults, and see the status of all its parts.
OPERATORS = env.operators
# With it Prometheus may ask from elsewhere; without it only from this machine.
METRICS_TOKEN = env.metrics_token
# Hosts of private networks to which webhooks may lead; all others must be of the internet.
WEBHOOK_HOSTS = env.webhook_hosts
# Below it one folder for each studio, by its slug, holds what its owners may import (see `uploads.importing`).
# What owners agree to before they go on: the text of a data-processing agreement, or None (see `accounts.agreements`).
AGREEMENT = env.agreement
IMPORT_FOLDER = str(env.import_folder) if env.import_folder else None
# Where imports from other systems may fetch from.
IMPORT_HOSTS = env.import_hosts
# Where studios may have photos described (see `apps.tagging`); none: nobody can.
AI_HOSTS = env.ai_hosts
MAP_TILES = env.tiles
# Who is asked about the domains of studios; none: whom this machine asks.
DNS_SERVERS = env.dns
CLAMD = env.clamd
DOCKER_SOCKET = str(env.docker_socket) if env.docker_socket else None
STORAGE_TEMP = str(env.data / "tmp")
# Beside a bucket: where files that arrive in parts wait. All web processes must see it.
STORAGE_PARTIAL = str(env.partial)
# Django refuses to start without the directory in which it keeps long request bodies.
(env.data / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
# Below it one folder for each studio, by its slug, is watched for files (see `uploads.inbox`).
INBOX = str(env.inbox) if env.inbox else None
# And a bucket in which the same holds of prefixes.
INBOX_BUCKET = _parts(env.inbox_bucket) if env.inbox_bucket else None
# Where the process that looks at selfies listens.
FACES_SOCKET = str(env.faces_socket)
# Prefix of nginx' internal location that hands out files, or None when the application sends them itself.
ACCEL_PREFIX = env.accel
TRUSTED_PROXIES = env.trusted_proxies

MAX_PHOTO_BYTES = 500 * 1000**2
MAX_VIDEO_BYTES = 4 * 1000**3
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = STORAGE_TEMP
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
# A form with as many photos as a task takes on, and what else stands in it.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_100
DATA_UPLOAD_MAX_NUMBER_FILES = 500

# -- people --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# Addresses are unique without regard to case, by a constraint that this check does not understand.
# `static` and `i18n` are ours in Django's place, on purpose (apps.web.cached_tags).
SILENCED_SYSTEM_CHECKS = ["auth.E003", "templates.W003"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.accounts.passwords.ContextWords"},
    {"NAME": "apps.accounts.passwords.KnownPasswords"},
]  # fmt: skip
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
SIGN_UP_OPEN = env.sign_up
FIRST_OWNER = (env.admin_email, env.admin_password)

# `__Host-` cookies need https; on plain http (a laptop) browsers would drop them.
_COOKIE = "__Host-" if IS_HTTPS else ""
SESSION_ENGINE = "apps.accounts.session_store"
SESSION_COOKIE_NAME = f"{_COOKIE}glassine_session"
CSRF_COOKIE_NAME = f"{_COOKIE}glassine_csrf"
# Of the cookies of guests, which are kept below a size: see `sharing.access.cookies`.
COOKIE_PREFIX = f"{_COOKIE}glassine_"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# -- what browsers are told ----------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
# Without a path, so no token leaves the page. Not "no-referrer": browsers then send forms with "Origin: null",
# which the CSRF check refuses.
SECURE_REFERRER_POLICY = "strict-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
# Hosts below ours may be somebody else's, who has no certificate: so whoever runs it has to say that they are not.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.hsts_subdomains
X_FRAME_OPTIONS = "DENY"
if env.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# -- static files, time, email -------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = env.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "apps.web.static.HashedStatic"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

LANGUAGE_CODE = "en"
# Guests read in the language of their browser (see sharing.guests); the studio's pages are in English.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [ROOT / "apps" / "sharing" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.email_from
if env.smtp:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = env.smtp.host, env.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.smtp.user, env.smtp.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = env.smtp.starttls, env.smtp.ssl
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(env.emails_dir)

# -- API -----------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.credentials.Credentials"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.credentials.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "apps.web.parsing.Json",
        "apps.web.parsing.Multipart",
    ],
    "DEFAULT_PAGINATION_CLASS": "apps.web.api.Keyset",
    "DEFAULT_SCHEMA_CLASS": "apps.web.schema.Schema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DEFAULT_VERSION": "1.0",
    "ALLOWED_VERSIONS": ["1.0"],
    "EXCEPTION_HANDLER": "apps.web.api.answer_error",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "config.openapi.DocumentGenerator",
    "TITLE": "Glassine",
    "DESCRIPTION": "Private client galleries for photographers.",
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ImportSourceEnum": "apps.uploads.models.ImportSource",
        "InboxStateEnum": "apps.uploads.inbox_state.STATES",
        "AlbumStateEnum": "apps.albums.models.AlbumState",
        "DomainStateEnum": "apps.accounts.domain_models.DomainState",
        "TaskStateEnum": "apps.accounts.long_tasks.TaskState",
        "VersionKindEnum": "apps.albums.models.VersionKind",
        "KinshipEnum": "apps.faces.models.Kinship",
        "DuplicateKindEnum": "apps.library.duplicate_models.DuplicateKind",
        "StackKindEnum": "apps.albums.models.StackKind",
        "GalleryLanguageEnum": "apps.albums.design.LANGUAGES",
        "EventKindEnum": "apps.library.event_models.EventKind",
        "OccasionKindEnum": "apps.library.events.occasions.KINDS",
        "ActivityKindEnum": "apps.sharing.models.ActivityKind",
        "PhotoKindEnum": ["image", "raw", "video"],
        "TierEnum": "apps.albums.models.Tier",
        "WantedTierEnum": ["silver", "gold"],
        "PurposeEnum": "apps.tagging.models.Purpose",
        "ProviderKindEnum": "apps.tagging.models.ProviderKind",
        "DescriptionLanguageEnum": "apps.tagging.prompts.LANGUAGES",
    },
}

# -- journal -------------------------------------------------------------------------------------------

# How what stands in it is taken back and put into words; the apps below config do not know each other's deeds.
JOURNAL_INVERSES = "config.inverses.INVERSES"
JOURNAL_PHRASES = "config.phrases.PHRASES"
# What the layout of the studio's pages asks beside them (see accounts.layout).
STUDIO_LAYOUT = "apps.sharing.templatetags.waiting.asking"
# What guests did, for the lists of galleries and photos, which stand below sharing (see albums.figures).
GALLERY_FIGURES = {
    "albums": "apps.sharing.activity.figures.of_albums",
    "photos": "apps.sharing.activity.figures.of_photos",
}
# Where a photo was taken, and how that is known (see albums.information).
PHOTO_PLACE = "apps.library.places.told.place_of"
# People in a gallery: which photos show whom, and its switch (see albums.by_people).
ALBUM_PEOPLE = {"read": "apps.faces.album_filter.read", "switch": "apps.faces.consent.set_gallery"}

# -- settings of studios -------------------------------------------------------------------------------

# What is recomputed when they change, by the same token.
STUDIO_DERIVED = "config.derived.STUDIO"

# -- jobs ----------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.broker_url

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "apps.web.logs.Redact"}},
    "formatters": {"line": {"()": "apps.web.logs.LogLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A line for every doorbell would drown what matters; failures are logged by the steps themselves.
    "loggers": {
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
