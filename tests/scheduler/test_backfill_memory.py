"""A worker keeps the memory of one page for the next, where Dask has its processes give all of it back at once."""

import os
import platform
import subprocess
import sys

import pytest

PAGES = 300
READ = f"""
import resource, subprocess, sys, threading
from scheduler.backfill.errand import hold_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range({PAGES}):
        bytearray(b"x" * 200_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def work():
    print(faults(), flush=True)
    hold_memory()
    faults()
    print(faults(), flush=True)
    subprocess.run([sys.executable, "-c", "import os; print(os.environ.get('MALLOC_TRIM_THRESHOLD_'))"], check=True)

thread = threading.Thread(target=work)  # as Dask's workers do their tasks
thread.start()
thread.join()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked by Dask to give memory back")
def test_memory_is_kept_from_page_to_page() -> None:
    asked = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}  # as Dask's nanny sets it
    done = subprocess.run([sys.executable, "-c", READ], env=asked, check=True, capture_output=True, text=True)
    before, after, told = done.stdout.split()
    assert int(before) > 20 * PAGES
    assert int(after) < PAGES
    assert told == "None"
