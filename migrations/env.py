"""Runs a migration on the connection that `delphi.migrate` hands over."""

from __future__ import annotations

from alembic import context

import delphi.models  # noqa: F401  (registers every table)
from delphi.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
