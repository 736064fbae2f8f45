"""Alembic migrations; run through `delphi.migrate`."""
