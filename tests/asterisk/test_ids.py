"""The ids we give are unique, lead back to their call, and are told apart from everybody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.asterisk import ids


def test_every_thing_of_a_call_leads_back_to_it() -> None:
    call_id = ids.new_call_id()
    things = [
        ids.of_playback(call_id, 1),
        ids.of_leg(call_id, 2),
        ids.of_bridge(call_id, 3),
        ids.of_recording(call_id, 4),
    ]

    assert [ids.owner(thing) for thing in things] == [call_id] * 4
    assert len(set(things)) == 4


@pytest.mark.parametrize("foreign", ["", "1795428155.0", "abs-", "abs-x-p1", "abs/../../etc", "msg0001"])
def test_what_is_not_ours_has_no_owner(foreign: str) -> None:
    assert ids.owner(foreign) is None


@given(st.text())
def test_no_id_makes_the_question_fail(text: str) -> None:
    ids.owner(text)
