"""indexes of the registry's references: taking many rows back must not read whole tables for each"""

from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (('bodies', 'parent_id'), ('bodies', 'successor_id'), ('entry_points', 'parent_id'), ('entry_point_bodies', 'body_id')):
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
