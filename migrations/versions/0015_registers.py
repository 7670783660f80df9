"""Registers that are set at the desk, and runs that wait for somebody."""

from mapsvc.operations.migration_files import run_file

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0015_registers.sql")


def downgrade() -> None:
    run_file("0015_registers_down.sql")
