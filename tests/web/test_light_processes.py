"""What only decoders and workers use is not loaded by a web process."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"dlib", "face_recognition", "face_recognition_models", "imagehash", "numpy", "pillow_heif", "pywt", "scipy"}
PROGRAM = "import json, sys, config.asgi, config.urls; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.slow
def test_a_web_process_loads_neither_hash_nor_faces() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    told = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    loaded = set(json.loads(told.stdout))
    assert "apps.media.fingerprint" in loaded, "it loads the application"
    assert loaded & HEAVY == set()
