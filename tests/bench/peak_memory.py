"""The most memory one reading takes: a fresh interpreter reads one file and says how much it grew over an empty one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# The high-water mark of this process alone: ru_maxrss would also count what the parent held when it started the child.
_CHILD = """
import resource, sys
def most():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
empty = most()
from pathlib import Path
from crawler.parsing.report import parse
loaded = most()
report = parse(Path(sys.argv[1]).read_bytes(), source="memory")
print(empty, loaded, most(), report.reading.quality.value)
"""
_ROOT = Path(__file__).resolve().parents[2]


def peak(original: Path) -> tuple[float, float, str]:
    """MB over an empty interpreter at the highest, MB of these for the program itself, and the quality of what was read."""
    answer = subprocess.run(
        [sys.executable, "-c", _CHILD, str(original)], cwd=_ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    empty, loaded, most, quality = answer.stdout.split()
    return float(most) - float(empty), float(loaded) - float(empty), quality
