"""What the ledger remembers of digests and reports that were sent, as typed rows; see ``ledger.model``."""
