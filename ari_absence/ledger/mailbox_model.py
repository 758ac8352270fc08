"""The tables of mailboxes, as typed rows; see ``ledger.model``."""

from __future__ import annotations
