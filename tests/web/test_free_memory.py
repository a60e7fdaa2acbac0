"""What was freed goes back to the system, also where something behind it lives on."""

from __future__ import annotations

import subprocess
import sys

import pytest

# More than 512 bytes, so that it is the C library's and not Python's own.
FREED = """
import re
from pathlib import Path
from apps.web.free_memory import give_back

def held():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000

blocks = [b"%d" % number * 300 for number in range(100_000, 140_000)]
del blocks[:-1]
before = held()
give_back()
print(before - held())
"""


@pytest.mark.slow
def test_what_was_freed_goes_back() -> None:
    told = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert float(told.stdout) > 40, "of 72 MB"
