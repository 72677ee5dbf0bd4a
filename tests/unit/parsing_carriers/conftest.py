"""Let the tests of this folder share `carriers.py` and the scoring of `parsing_tables/printing.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "parsing_tables"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
