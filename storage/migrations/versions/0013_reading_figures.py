"""the figures of a reading beside it, so that others' reports are compared without unpacking theirs; filled night by night"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('readings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('figures', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
