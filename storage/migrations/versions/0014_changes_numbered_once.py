"""a change of evidence never gets the number of one that was settled, so that settling late takes away none that was not seen"""

from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL's sequence never gives a number twice. SQLite keeps count only for a table made with AUTOINCREMENT, so it is made anew; copying
    # the rows over sets the count.
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('evidence_changes', recreate='always', table_kwargs={'sqlite_autoincrement': True}):
            pass


def downgrade() -> None:
    raise NotImplementedError("a database is not taken back; restore a backup instead")
