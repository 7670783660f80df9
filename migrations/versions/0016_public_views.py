"""Every public view once more, over calls, needs, initiatives and pacts as they are now."""

from mapsvc.operations.migration_files import replace_views, run_file

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    replace_views("0016_public_views.sql")


def downgrade() -> None:
    replace_views("0010_public_views.sql")
    run_file("0016_public_views_down.sql")
