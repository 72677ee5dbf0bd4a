"""For developers: `python -m storage.migrations "what changes"` writes a new revision from the difference to `storage/schema.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from storage.migrations import apply


def write_revision(message: str) -> None:
    """Compare an up-to-date, empty database with the schema and write the difference as the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'empty.sqlite3'}")
        with engine.begin() as connection:
            config = apply.configuration(connection)
            known = list((Path(apply.__file__).parent / "versions").glob("*.py"))
            if known:
                command.upgrade(config, "head")
            command.revision(config, message=message, autogenerate=True, rev_id=f"{len(known) + 1:04d}")
        engine.dispose()


if __name__ == "__main__":
    write_revision(" ".join(sys.argv[1:]) or "unnamed")
