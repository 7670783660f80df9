"""Owners' claims, messages to the office, streets as published places."""

from mapsvc.operations.migration_files import run_file

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0005_publication.sql")


def downgrade() -> None:
    run_file("0005_publication_down.sql")
