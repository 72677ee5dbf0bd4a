"""what changed since duties were judged last, and when each duty's state changes by itself"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    changes = op.create_table('evidence_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_point_id', sa.Integer(), nullable=True),
    sa.Column('body_id', sa.String(length=64), nullable=True),
    sa.Column('owed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_changes'))
    )
    with op.batch_alter_table('duties', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_change_at', Instant(), nullable=True))
        batch_op.create_index(batch_op.f('ix_duties_next_change_at'), ['next_change_at'], unique=False)
    # Nobody knows when the stored states change: all are judged once more.
    op.bulk_insert(changes, [{'entry_point_id': None, 'body_id': None, 'owed': True}])


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
