"""Alembic's entry: always on a connection that the caller made, inside the caller's transaction."""

from alembic import context

from storage import failpoint
from storage.schema import Instant, metadata


def render_item(kind, value, autogen):  # type: ignore[no-untyped-def]
    """Write our instant type as itself, with its import."""
    if kind == "type" and isinstance(value, Instant):
        autogen.imports.add("from storage.schema import Instant")
        return "Instant()"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run through storage.migrations.apply, which hands in a connection")

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    transactional_ddl=True,
    on_version_apply=lambda **_: failpoint.step("migrated"),
)
with context.begin_transaction():
    context.run_migrations()
