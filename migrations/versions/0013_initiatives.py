"""Organisations and networks; initiatives with stages, outcomes, a board and relayed messages."""

from mapsvc.operations.migration_files import run_file

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0013_initiatives.sql")


def downgrade() -> None:
    run_file("0013_initiatives_down.sql")
