"""keys of lists that only a browser shows"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('list_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_point_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('cut_at', Instant(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('last_used_at', Instant(), nullable=True),
    sa.Column('retired_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['entry_point_id'], ['entry_points.id'], name=op.f('fk_list_keys_entry_point_id_entry_points')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_keys'))
    )
    with op.batch_alter_table('list_keys', schema=None) as batch_op:
        batch_op.create_index('ix_list_keys_entry_point_id', ['entry_point_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
