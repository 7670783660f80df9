"""The SQL files that migrations consist of; which comes when is said in migrations/versions."""

from alembic import op

from mapsvc.config import ROOT

_FOLDER = ROOT / "migrations" / "sql"
_VIEWS_BEGIN = "-- Public views:"


def run_file(name: str) -> None:
    """Run a file of migrations/sql in the present migration."""
    _run((_FOLDER / name).read_text(encoding="utf-8"))


def replace_views(name: str) -> None:
    """Drop every public view and make those that stand in `name` behind the line that begins the public views.

    A view cannot lose a column while another one reads it; making all of them again spares each migration that order.
    """
    found = op.get_bind().exec_driver_sql(
        "SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewname LIKE 'public\\_%%'"
    )
    views = [row[0] for row in found]
    if views:
        _run(f"DROP VIEW {', '.join(views)} CASCADE")
    _run((_FOLDER / name).read_text(encoding="utf-8").partition(_VIEWS_BEGIN)[2].partition("\n")[2])


def _run(statements: str) -> None:
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
