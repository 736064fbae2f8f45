"""Pure rules and value objects; standard library and `analysis.record` only."""
