"""A process that has everything imported and forks for each run: what a run does dies with it, and starting costs milliseconds.

Reads one JSON task per line (`scene`, `args`, `at`), answers with the run's exit code; -9 is a run that was killed where it was told to.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any

from storage import failpoint
from tests.faults.scenes import SCENES, warm_up

LIMIT_SECONDS = 180


def run(task: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(LIMIT_SECONDS)
            os.dup2(2, 1)
            failpoint.arm(task["at"])
            SCENES[task["scene"]](*task["args"])
            code = 0
        except BaseException:  # noqa: BLE001 - the fork's end: whatever happened is told by its exit code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    warm_up()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
