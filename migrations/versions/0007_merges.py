"""Merges that can be undone."""

from mapsvc.operations.migration_files import run_file

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0007_merges.sql")


def downgrade() -> None:
    run_file("0007_merges_down.sql")
