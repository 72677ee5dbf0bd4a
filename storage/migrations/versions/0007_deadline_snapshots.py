"""the state of duties frozen at each deadline"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('deadline_snapshots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_year', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('deadline_at', Instant(), nullable=False),
    sa.Column('begun_at', Instant(), nullable=False),
    sa.Column('sealed_at', Instant(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline_snapshots')),
    sa.UniqueConstraint('report_year', 'due_on', name=op.f('uq_deadline_snapshots_report_year_due_on'))
    )
    op.create_table('frozen_duties',
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('body_id', sa.String(length=64), nullable=False),
    sa.Column('body_name', sa.String(length=200), nullable=False),
    sa.Column('division_code', sa.String(length=12), nullable=False),
    sa.Column('legal_basis', sa.String(length=200), nullable=False),
    sa.Column('due_version', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=True),
    sa.Column('published_source', sa.String(length=20), nullable=False),
    sa.Column('first_seen_at', Instant(), nullable=True),
    sa.Column('last_not_seen_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('frozen_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['body_id'], ['bodies.id'], name=op.f('fk_frozen_duties_body_id_bodies')),
    sa.ForeignKeyConstraint(['snapshot_id'], ['deadline_snapshots.id'], name=op.f('fk_frozen_duties_snapshot_id_deadline_snapshots')),
    sa.PrimaryKeyConstraint('snapshot_id', 'body_id', name=op.f('pk_frozen_duties'))
    )


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
