"""The engine: one pool per process with bounds that keep a slow or absent database from taking the service down."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, Engine, create_engine, event, text

from mapsvc.config import Settings, sqlalchemy_url

# Measured limits of safety.md, item 10: statement 3 s, lock 1 s, connect 2 s, one second for a free connection.
_OPTIONS = (
    "-c statement_timeout=3000 -c lock_timeout=1000 -c jit=off -c timezone=UTC -c plan_cache_mode=force_custom_plan"
    " -c work_mem=32MB -c max_parallel_workers_per_gather=0 -c pg_trgm.word_similarity_threshold=0.45"
)
_CONNECT_SECONDS = 2
_POOL_SECONDS = 1


def make_engine(settings: Settings, today: Callable[[], date | None]) -> Engine:
    """Return an engine for the service's role; `today` gives the day that the views show, None for the real one."""
    engine = create_engine(
        sqlalchemy_url(settings.database_url),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_pre_ping=True,
        # Errors are logged and noted with the runs of jobs; addresses and tokens must not stand there.
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": _OPTIONS, "application_name": "mapsvc"},
    )

    def set_day(connection: Connection) -> None:
        day = today()
        if day is not None:
            connection.execute(text("SELECT set_config('mapsvc.today', :day, true)"), {"day": day.isoformat()})

    event.listen(engine, "begin", set_day)
    return engine


def allow_long_work(connection: Connection) -> None:
    """Lift the statement limit for this transaction: imports and seeding are long and show progress."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
