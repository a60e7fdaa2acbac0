"""What a process does not use is not loaded by it, and what web processes have in common lies in memory once."""

import json
import os
import subprocess
import sys

import pytest

HASH_AND_FACES = {
    "dlib",
    "face_recognition",
    "face_recognition_models",
    "imagehash",
    "numpy",
    "pillow_heif",
    "pywt",
    "scipy",
}
#: What decodes pictures, knows passkeys and access tokens, reads Lychee's databases, and draws up the OpenAPI document.
OF_FEW = {
    "PIL",
    "django.test",
    "drf_spectacular.openapi",
    "fido2",
    "jwt",
    "rest_framework.test",
    "sqlite3",
    "unittest",
}
PAGES = {"config.urls", "config.api", "drf_spectacular.generators", "jinja2", "rest_framework.serializers"}
DJANGO_AND_QUEUES = {"apps", "celery", "django", "kombu", "redis"}


def _loaded(program: str) -> set[str]:
    """The modules that a process has which was told to do this."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    program = f"import json, sys; {program}; print(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return set(json.loads(told.stdout))


@pytest.mark.slow
def test_a_web_process_loads_nothing_that_decodes_pictures_or_is_for_few() -> None:
    loaded = _loaded("from config.granian import load; load()")
    assert {"apps.media.fingerprint", "config.urls"} <= loaded, "it loads the application"
    assert loaded & (HASH_AND_FACES | OF_FEW) == set()


@pytest.mark.slow
def test_a_worker_loads_neither_pages_nor_numbers_until_it_needs_them() -> None:
    loaded = _loaded("from config.celery import app; app.loader.import_default_modules()")
    assert {"apps.faces.tasks", "apps.jobs.tasks"} <= loaded, "it loads its tasks"
    assert loaded & (PAGES | HASH_AND_FACES | {"cryptography.hazmat.bindings._rust"}) == set()


@pytest.mark.slow
def test_the_launcher_loads_neither_django_nor_the_queues() -> None:
    loaded = _loaded("import config.launcher.main")
    assert loaded & DJANGO_AND_QUEUES == set()


@pytest.mark.slow
@pytest.mark.parametrize("loading", ["config.granian", "config.together"])
def test_what_processes_share_was_loaded_before_they_forked_without_threads_and_connections(loading: str) -> None:
    program = (
        f"from {loading} import load; load(); import gc, threading; from django.db import connections; "
        "assert threading.active_count() == 1, threading.enumerate(); "
        "assert [one.connection for one in connections.all()] == [None, None]; assert gc.get_freeze_count() > 100_000"
    )
    loaded = _loaded(program)
    assert "config.served" not in loaded, "its heart beats in each process"
    assert loaded & (HASH_AND_FACES | OF_FEW) == set()
