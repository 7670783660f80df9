"""Appeals and the versions of photos."""

from mapsvc.operations.migration_files import run_file

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0004_decisions.sql")


def downgrade() -> None:
    run_file("0004_decisions_down.sql")
