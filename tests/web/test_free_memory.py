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

# As an archive's pieces, of which one leaves while the next is read, or those of seven photos that arrive at once; by a
# thread that is not the first.
PIECES = """
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from apps.web.free_memory import keep_for_reuse

def pass_on(count):
    for _ in range(count):
        pieces = [b"%d" % (number % 10) * (1 << 20) for number in range(int(sys.argv[1]))]
        del pieces

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

keep_for_reuse()
with ThreadPoolExecutor(1) as thread:
    thread.submit(pass_on, 10).result()
    before = faults()
    thread.submit(pass_on, 200).result()
    print(faults() - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("pieces", [3, 14])
def test_pieces_of_a_megabyte_are_read_into_the_same_memory_again(pieces: int) -> None:
    told = subprocess.run([sys.executable, "-c", PIECES, str(pieces)], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 1_000, "51,200 for each piece if it begins with memory of its own"


@pytest.mark.slow
def test_what_was_freed_goes_back() -> None:
    told = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert float(told.stdout) > 40, "of 72 MB"
