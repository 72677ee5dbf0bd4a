"""searches for columns, their candidates, import batches"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('discoveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.String(length=64), nullable=False),
    sa.Column('entry_point_id', sa.Integer(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=80), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['entry_point_id'], ['entry_points.id'], name=op.f('fk_discoveries_entry_point_id_entry_points')),
    sa.ForeignKeyConstraint(['portal_id'], ['portals.id'], name=op.f('fk_discoveries_portal_id_portals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_discoveries'))
    )
    with op.batch_alter_table('discoveries', schema=None) as batch_op:
        batch_op.create_index('ix_discoveries_portal_id_at', ['portal_id', 'at'], unique=False)

    op.create_table('column_candidates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.String(length=64), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('found_on', sa.String(length=2000), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('family', sa.String(length=40), nullable=False),
    sa.Column('confidence', sa.Float(), nullable=False),
    sa.Column('reports', sa.Integer(), nullable=False),
    sa.Column('others', sa.Integer(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('list_year', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('entry_point_id', sa.Integer(), nullable=True),
    sa.Column('first_seen_at', Instant(), nullable=False),
    sa.Column('last_seen_at', Instant(), nullable=False),
    sa.Column('decided_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['entry_point_id'], ['entry_points.id'], name=op.f('fk_column_candidates_entry_point_id_entry_points')),
    sa.ForeignKeyConstraint(['portal_id'], ['portals.id'], name=op.f('fk_column_candidates_portal_id_portals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_column_candidates')),
    sa.UniqueConstraint('portal_id', 'url', name=op.f('uq_column_candidates_portal_id_url'))
    )
    with op.batch_alter_table('column_candidates', schema=None) as batch_op:
        batch_op.create_index('ix_column_candidates_state', ['state'], unique=False)

    op.create_table('registry_batches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('undone_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registry_batches'))
    )


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
