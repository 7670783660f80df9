"""The sealed history and its personal values."""

from mapsvc.operations.migration_files import run_file

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0008_audit.sql")


def downgrade() -> None:
    run_file("0008_audit_down.sql")
