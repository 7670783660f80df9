"""The first schema."""

from mapsvc.operations.migration_files import run_file

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0001_first.sql")


def downgrade() -> None:
    run_file("0001_first_down.sql")
