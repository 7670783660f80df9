"""Subscriptions and reminders."""

from mapsvc.operations.migration_files import run_file

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0006_keeping_fresh.sql")


def downgrade() -> None:
    run_file("0006_keeping_fresh_down.sql")
