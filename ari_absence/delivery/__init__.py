"""Carrying what the ledger owes to its owner: the outbox worker and its notifiers."""
