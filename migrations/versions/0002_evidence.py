"""Reliability of reporters."""

from mapsvc.operations.migration_files import run_file

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0002_evidence.sql")


def downgrade() -> None:
    run_file("0002_evidence_down.sql")
