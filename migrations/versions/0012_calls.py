"""Calls with everything that belongs to them, from the definition to the awards; indicators of areas."""

from mapsvc.operations.migration_files import run_file

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0012_calls.sql")


def downgrade() -> None:
    run_file("0012_calls_down.sql")
