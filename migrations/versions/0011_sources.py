"""Registers that are kept in step with their files."""

from mapsvc.operations.migration_files import run_file

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0011_sources.sql")


def downgrade() -> None:
    run_file("0011_sources_down.sql")
