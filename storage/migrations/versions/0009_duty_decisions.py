"""exemptions and extensions of one year, with reason and authority"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('duty_decisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('body_id', sa.String(length=64), nullable=False),
    sa.Column('report_year', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('authority', sa.String(length=200), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.Column('ended_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['body_id'], ['bodies.id'], name=op.f('fk_duty_decisions_body_id_bodies')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_decisions'))
    )
    with op.batch_alter_table('duty_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duty_decisions_body_id'), ['body_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
