"""Pacts with parties, places, commitments, reports and a timeline."""

from mapsvc.operations.migration_files import run_file

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0014_pacts.sql")


def downgrade() -> None:
    run_file("0014_pacts_down.sql")
