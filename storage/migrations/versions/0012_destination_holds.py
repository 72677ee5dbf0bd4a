"""how often in a row a destination's service let us wait, and until when it is left alone"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('destinations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('timeouts', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('held_until', Instant(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
