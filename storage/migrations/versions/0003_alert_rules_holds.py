"""alert rules, holds, languages, unsubscribing, send rates"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alert_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('destination_id', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('severity', sa.String(length=4), nullable=False),
    sa.Column('scope', sa.String(length=12), nullable=False),
    sa.Column('mode', sa.String(length=12), nullable=False),
    sa.Column('escalate_to', sa.Integer(), nullable=True),
    sa.Column('escalate_days', sa.Integer(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['destination_id'], ['destinations.id'], name=op.f('fk_alert_rules_destination_id_destinations')),
    sa.ForeignKeyConstraint(['escalate_to'], ['destinations.id'], name=op.f('fk_alert_rules_escalate_to_destinations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rules')),
    sa.UniqueConstraint('name', name=op.f('uq_alert_rules_name'))
    )
    with op.batch_alter_table('alert_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_rules_destination_id'), ['destination_id'], unique=False)

    op.create_table('alert_holds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sort', sa.String(length=10), nullable=False),
    sa.Column('matter', sa.String(length=200), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('scope', sa.String(length=12), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('until', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.Column('ended_by', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_holds'))
    )
    with op.batch_alter_table('alert_holds', schema=None) as batch_op:
        batch_op.create_index('ix_alert_holds_until', ['until'], unique=False)

    op.create_table('send_rates',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('tokens', sa.Float(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_send_rates'))
    )
    op.create_table('installation',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_installation'))
    )
    with op.batch_alter_table('destinations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lang', sa.String(length=10), server_default='zh-CN', nullable=False))
        batch_op.add_column(sa.Column('cadence', sa.String(length=10), server_default='daily', nullable=False))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unsubscribe', sa.String(length=500), server_default='', nullable=False))


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
