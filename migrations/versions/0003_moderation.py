"""Holds, flags and trust brokers."""

from mapsvc.operations.migration_files import run_file

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0003_moderation.sql")


def downgrade() -> None:
    run_file("0003_moderation_down.sql")
