"""What the mail about a call says of how the caller came to us."""

from __future__ import annotations

import pytest

from ari_absence.ledger.model import CallRow
from ari_absence.ledger.outbox import _call_facts


@pytest.mark.parametrize(
    ("why", "state_kind", "told"),
    [
        ("absent", "vacation", "absent"),
        ("absent", "closed", "absent"),
        ("absent", None, "forwarded"),
        ("absent", "remote", "forwarded"),
        ("busy", None, "busy"),
    ],
)
def test_who_was_there_is_not_told_that_they_were_absent(why: str, state_kind: str | None, told: str) -> None:
    assert _call_facts(CallRow(why=why, state_kind=state_kind))["why"] == told
