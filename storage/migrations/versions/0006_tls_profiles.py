"""access profiles of portals whose certificate or server is out of order"""

import sqlalchemy as sa
from alembic import op

from storage.schema import Instant


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tls_profiles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.String(length=64), nullable=False),
    sa.Column('names', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('set_by', sa.String(length=80), nullable=False),
    sa.Column('set_at', Instant(), nullable=False),
    sa.Column('ended_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['portal_id'], ['portals.id'], name=op.f('fk_tls_profiles_portal_id_portals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tls_profiles'))
    )
    with op.batch_alter_table('tls_profiles', schema=None) as batch_op:
        batch_op.create_index('ix_tls_profiles_portal_id', ['portal_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
