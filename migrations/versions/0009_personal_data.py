"""The list of erasures, held mail."""

from mapsvc.operations.migration_files import run_file

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0009_personal_data.sql")


def downgrade() -> None:
    run_file("0009_personal_data_down.sql")
