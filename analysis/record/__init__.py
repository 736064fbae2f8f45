"""The record: canonical JSON, leaf, ledger chain. Standard library only."""
