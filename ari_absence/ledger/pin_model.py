"""The tables of PINs, as typed rows; see ``ledger.model``."""

from __future__ import annotations
