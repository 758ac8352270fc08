"""Calling back by command: both are rung by the rules of the phone itself, and whatever happens is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ari_absence.attendant.call import HuntEnd
from ari_absence.attendant.callback_list import OwedCallback, Taken
from ari_absence.attendant.camp_on import Introduction
from ari_absence.attendant.dialling_back import DiallingBack
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.people import Dialing, Directory
from ari_absence.errors import CallError
from tests.attendant.conversation import MORNING
from tests.attendant.test_next_callback import ALONE, HANS, MORI, MemoryCallbacks

BY = "command (root)"


class SilentCallee:
    async def say(self, *utterances: Any) -> None:
        pass

    async def ask(self, utterances: Sequence[Any], patience_seconds: float) -> str | None:
        raise AssertionError("nobody is asked")


class Dialled:
    """A command dials ``owed`` for 101. ``end``: how that ends once 101 has picked up, if they do."""

    def __init__(
        self,
        end: HuntEnd | CallError = HuntEnd.TALKED,
        *,
        picks_up: bool = True,
        owed: OwedCallback = HANS,
        directory: Directory = ALONE,
        callbacks: MemoryCallbacks | None = None,
    ) -> None:
        self.callbacks = callbacks or MemoryCallbacks([owed])
        self.introductions: list[Introduction] = []
        self._end, self._picks_up, self._owed = end, picks_up, owed
        self._directory = directory
        self._dialling = DiallingBack(
            self.callbacks,
            lambda: directory,
            self._connect,
            lambda text: number_of(text, "JP"),
            lambda: MORNING,
        )

    async def _connect(self, introduction: Introduction) -> HuntEnd:
        self.introductions.append(introduction)
        if self._picks_up:
            tell = introduction.asker[0].screening
            assert tell is not None
            await tell(SilentCallee())
        if isinstance(self._end, CallError):
            raise self._end
        return self._end

    async def dial(self) -> str | None:
        begun = await self._dialling.begin(self._owed, self._directory.people["101"], BY)
        if isinstance(begun, str):
            return begun
        await begun
        return None


async def test_the_owners_phone_rings_first_then_the_caller_and_it_is_settled() -> None:
    dialled = Dialled()
    assert await dialled.dial() is None
    (introduction,) = dialled.introductions
    assert [ring.target.endpoint for ring in introduction.asker] == ["PJSIP/101"]
    assert [ring.target.endpoint for ring in introduction.wanted] == ["PJSIP/+81312345678@trunk"]
    assert introduction.wanted[0].shown.number == "101"
    assert dialled.callbacks.history == [("C-1", "settled", BY)]


async def test_a_colleague_is_rung_at_the_desk_and_costs_no_outside_call() -> None:
    dialled = Dialled(owed=MORI, callbacks=MemoryCallbacks([MORI], dials=0))
    assert await dialled.dial() is None
    assert [ring.target.endpoint for ring in dialled.introductions[0].wanted] == ["PJSIP/110"]


async def test_who_is_not_reached_comes_again_in_an_hour() -> None:
    dialled = Dialled(HuntEnd.BUSY)
    await dialled.dial()
    assert dialled.callbacks.history == [("C-1", "busy", BY)]
    assert dialled.callbacks.again == [MORNING + timedelta(hours=1)]


async def test_an_owner_who_does_not_pick_up_has_tried_nothing_and_is_offered_it_at_once() -> None:
    dialled = Dialled(HuntEnd.NO_ANSWER, picks_up=False)
    await dialled.dial()
    assert dialled.callbacks.history == [("C-1", "cancelled", BY)]
    assert dialled.callbacks.again == [None]


async def test_a_call_that_breaks_off_leaves_no_attempt_behind() -> None:
    dialled = Dialled(CallError("Asterisk went away"))
    await dialled.dial()
    assert dialled.callbacks.begun == len(dialled.callbacks.history) == 1


@pytest.mark.parametrize(
    ("directory", "owed"),
    [
        (replace(ALONE, dialing=Dialing()), HANS),
        (ALONE, replace(HANS, number="0990123456")),  # premium
        (ALONE, replace(HANS, number="110")),
    ],
)
async def test_what_the_policy_refuses_is_not_dialled_by_command_either(
    directory: Directory, owed: OwedCallback
) -> None:
    dialled = Dialled(directory=directory, owed=owed)
    why = await dialled.dial()
    assert why is not None
    assert "may not be dialled" in why
    assert owed.number not in why
    assert dialled.introductions == []
    assert dialled.callbacks.begun == 0


async def test_when_the_cap_is_used_up_nothing_is_dialled_by_command_either() -> None:
    dialled = Dialled(callbacks=MemoryCallbacks([HANS], dials=0))
    assert "used up" in (await dialled.dial() or "")
    assert dialled.introductions == []
    assert dialled.callbacks.history == [("C-1", "cap_used_up", BY)]


@pytest.mark.parametrize(("by", "why"), [("102", "extension 102 has taken it"), (None, "settled already")])
async def test_what_somebody_else_does_is_not_dialled(by: str | None, why: str) -> None:
    dialled = Dialled(callbacks=MemoryCallbacks([HANS], taken=Taken(by)))
    assert why in (await dialled.dial() or "")
    assert dialled.introductions == []
