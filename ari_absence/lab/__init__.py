"""A real Asterisk with real SIP phones on this machine's loopback, for the demo and the tests."""

from __future__ import annotations

from ari_absence.lab.call import Call
from ari_absence.lab.laboratory import Lab
from ari_absence.lab.lamp import SubscriberPhone
from ari_absence.lab.load import Load, LoadResult, run_sipp
from ari_absence.lab.phone import Phone
from ari_absence.lab.refusal import RefusingPhone

__all__ = ["Call", "Lab", "Load", "LoadResult", "Phone", "RefusingPhone", "SubscriberPhone", "run_sipp"]
