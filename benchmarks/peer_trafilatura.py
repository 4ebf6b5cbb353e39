"""Bodies of pages in, the CPU time out that trafilatura takes for them as it is shipped.

In a process of its own: in ours trafilatura is asked less of what it does (see ``crawler/extract/lean.py``).
"""

import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module

_WARMING = 20  # pages read before the clock runs


def seconds(bodies: Sequence[bytes], *, metadata: bool = False) -> float:
    """CPU seconds of ``trafilatura.extract`` on all of ``bodies``, with ``metadata`` or by default without."""
    command = [sys.executable, __file__, *(["--metadata"] if metadata else [])]
    done = subprocess.run(command, input=pickle.dumps(list(bodies)), check=True, capture_output=True)
    return float(done.stdout)


def main() -> None:
    """Read the bodies, pickled, from standard input, and print the seconds."""
    extract = import_module("trafilatura").extract  # only where it is measured
    bodies, metadata = pickle.load(sys.stdin.buffer), "--metadata" in sys.argv  # noqa: S301  # of the caller above
    for body in bodies[:_WARMING]:
        extract(body, with_metadata=metadata)
    started = time.process_time()
    for body in bodies:
        extract(body, with_metadata=metadata)
    print(time.process_time() - started)


if __name__ == "__main__":
    main()
