"""Alembic's entry: runs the migrations against the address that the caller sets in the configuration's attributes."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from mapsvc.config import sqlalchemy_url

engine = create_engine(sqlalchemy_url(context.config.attributes["url"]), poolclass=pool.NullPool)
with engine.connect() as connection:
    # A migration that waits for a lock would stop the whole service behind it.
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
