"""The tables of transcripts, as typed rows; see ``ledger.model``."""
