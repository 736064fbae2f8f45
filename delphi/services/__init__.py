"""Write side: one verb per function; flush, never commit; no web objects."""
