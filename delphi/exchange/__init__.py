"""Files in and out: panels, weight tables."""
