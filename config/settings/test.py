"""The test suite: real PostgreSQL, Redis and files, in directories of their own."""

import os
import tempfile
from pathlib import Path

from config.env import ROOT
from config.launcher.probe import use_running_servers

# Before the environment is read: a plain `pytest` uses the servers of `make test`, if they are up.
use_running_servers(ROOT / "var" / "test")

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import DATABASES, REDIS_URL  # noqa: E402

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_name = os.environ.get("GLASSINE_TEST_DB", "test_glassine") + _worker
_scratch = Path(tempfile.gettempdir(), f"glassine-{os.getuid()}-{_name}")
DATA = _scratch
STORAGE = ("local", str(_scratch / "blobs"))
STORAGE_TEMP = str(_scratch / "tmp")
BACKUP, BACKUP_KEY = None, None
STORAGE_PARTIAL = str(_scratch / "partial")
FILE_UPLOAD_TEMP_DIR = STORAGE_TEMP
STATIC_ROOT = _scratch / "static"
for _place in (Path(STORAGE_TEMP), STATIC_ROOT):
    _place.mkdir(parents=True, exist_ok=True, mode=0o700)

# Emptying the cache (FLUSHDB) must not empty what another process of the suite counts.
_cache = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}db={1 + int(_worker.removeprefix('gw') or 0)}"
CACHES = {"default": {"BACKEND": "apps.web.redis_cache.OneClientCache", "LOCATION": _cache}}

for _entry in DATABASES.values():
    _entry["TEST"] = {"NAME": _name}
# A test ends its connection's thread; a health check per query would only cost.
PASSWORD_HASHERS = ["tests.hashers.QuickBCrypt"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
