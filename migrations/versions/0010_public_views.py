"""The public views over everything that the steps since the first one brought."""

from mapsvc.operations.migration_files import replace_views

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    replace_views("0010_public_views.sql")


def downgrade() -> None:
    replace_views("0001_first.sql")
