"""the dates of a reading beside it, so that duties are judged without unpacking readings"""

import json

import sqlalchemy as sa
import zstandard
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

LIMIT = 256 * 2**20


def upgrade() -> None:
    with op.batch_alter_table('readings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('dates', sa.JSON(), nullable=True))
    connection, last = op.get_bind(), 0
    readings = sa.table('readings', sa.column('id', sa.Integer), sa.column('payload', sa.LargeBinary), sa.column('dates', sa.JSON))
    # In small steps: the readings of a province take gigabytes unpacked.
    while rows := connection.execute(
        sa.select(readings.c.id, readings.c.payload).where(readings.c.id > last).order_by(readings.c.id).limit(100)
    ).all():
        for number, payload in rows:
            dates = _dates(payload)
            if dates is not None:
                connection.execute(sa.update(readings).where(readings.c.id == number).values(dates=dates))
        last = rows[-1].id


def _dates(payload: bytes) -> list[list[str]] | None:
    """Kind and day of each date inside; None for damaged bytes, which are then unpacked, and complained of, by whoever needs them."""
    try:
        if zstandard.frame_content_size(payload) > LIMIT:  # which `max_output_size` does not look at
            return None
        text = zstandard.ZstdDecompressor().decompress(payload, max_output_size=LIMIT)
        return [[one['kind'], one['value']] for one in json.loads(text).get('dates', ())]
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError):
        return None


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
