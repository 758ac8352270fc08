"""The tables of the receptionist, as typed rows; see ``ledger.model``."""

from __future__ import annotations
