"""The next call that somebody owes: told, made, left for later, done, handed over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd
from ari_absence.attendant.callback_list import OwedCallback
from ari_absence.attendant.next_callback import CallbackDesk
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.people import Caller, Dialing, Directory, Kind
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.errors import LedgerError
from tests.attendant.conversation import MORNING
from tests.attendant.desk_script import MemoryBook, ScriptedDeskCall
from tests.attendant.reach_office import ALICE, KENJI, away, office

HANS = OwedCallback(
    "C-1", "0312345678", None, CallbackWish.CALL_BACK, MORNING - timedelta(minutes=30), "audio-1"
)
MORI = OwedCallback("C-2", "110", "110", CallbackWish.MISSED, MORNING - timedelta(days=1), None)
ALONE = office(replace(ALICE, delegates=()))
HANS_TOLD = [
    "The number to call back is, zero three one, two three four, five six seven eight.",
    "They asked to be called back.",
    "They called at nine thirty.",
]
MENU = "To call them now, press one. Later, press two. If that is done, press three."
TALKED = Hunt(HuntEnd.TALKED, 0, (LegEnd.TALKED,))
NO_ANSWER = Hunt(HuntEnd.NO_ANSWER, None, (LegEnd.NO_ANSWER,))


@dataclass
class MemoryCallbacks:
    """What is owed, in a list, and what became of each."""

    kept: list[OwedCallback]
    dials: int = 1
    broken: bool = False
    history: list[tuple[str, str, str]] = field(default_factory=list)

    async def owed(self, extension: str) -> Sequence[OwedCallback]:
        if self.broken:
            raise LedgerError("no space left")
        return list(self.kept)

    async def settle(self, callback_id: str, by: str) -> bool:
        self.history.append((callback_id, "settled", by))
        return True

    async def note_attempt(self, callback_id: str, end: str, by: str) -> None:
        self.history.append((callback_id, end, by))

    async def hand_over(self, callback_id: str, to: str, by: str) -> bool:
        self.history.append((callback_id, f"to {to}", by))
        return True

    async def book_dial(self, extension: str) -> bool:
        self.dials -= 1
        return self.dials >= 0

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        @asynccontextmanager
        async def lent() -> AsyncIterator[MessageAudio]:
            yield MessageAudio(audio_id)

        return lent()


class Asked:
    """101 asks for the next call to return, and presses ``keys``."""

    def __init__(
        self,
        *keys: str | None,
        owed: Sequence[OwedCallback] = (HANS,),
        directory: Directory = ALONE,
        hunts: Sequence[Hunt] = (),
        inside: bool = True,
        callbacks: MemoryCallbacks | None = None,
    ) -> None:
        caller = Caller("101", extension="101" if inside else None)
        self.call = ScriptedDeskCall(caller, "*38", list(keys), hunts=list(hunts))
        self.callbacks = callbacks or MemoryCallbacks(list(owed))
        self._desk = CallbackDesk(
            MemoryBook(directory), self.callbacks, lambda text: number_of(text, "JP"), lambda: MORNING
        )
        self._owner = directory.people["101"]

    async def serve(self) -> list[str]:
        await self._desk.serve(self.call, self._owner, "phone 101")
        return self.call.said


async def test_the_oldest_is_told_with_name_number_wish_and_age_and_dialled_by_one_key() -> None:
    asked = Asked("1", hunts=[TALKED])
    assert await asked.serve() == [
        "They said,",
        "(a message)",
        *HANS_TOLD,
        MENU,
        "One moment, please. I am connecting you.",
    ]
    assert asked.call.rung == ["PJSIP/+81312345678@trunk"]
    assert asked.callbacks.history == [("C-1", "settled", "phone 101")]


async def test_who_is_not_reached_stays_on_the_list_and_the_try_is_noted() -> None:
    asked = Asked("1", hunts=[NO_ANSWER])
    assert (await asked.serve())[-1] == "They could not be reached. It stays on your list."
    assert asked.callbacks.history == [("C-1", "no_answer", "phone 101")]


async def test_later_goes_on_to_the_next_and_keeps_both() -> None:
    asked = Asked("2", "2", owed=(HANS, MORI))
    said = await asked.serve()
    assert "Mori is to be called back." in said
    assert "They hung up without a message." in said
    assert "They called yesterday." in said
    assert asked.callbacks.history == []


async def test_done_is_noted_with_who_said_so() -> None:
    asked = Asked("3")
    assert (await asked.serve())[-1] == "Thank you. It is noted as done."
    assert asked.callbacks.history == [("C-1", "settled", "phone 101")]


async def test_it_is_handed_over_to_the_delegate_who_is_there() -> None:
    asked = Asked("4", directory=office())
    said = await asked.serve()
    assert said[-2] == "To hand it over, press four."
    assert said[-1] == "It is handed over. From now on Kenji Ito calls them back."
    assert asked.callbacks.history == [("C-1", "to 102", "phone 101")]


async def test_an_absent_delegate_is_not_offered() -> None:
    asked = Asked("4", "3", directory=office(away(KENJI, Kind.OUT), replace(ALICE, delegates=("102",))))
    assert "To hand it over, press four." not in await asked.serve()
    assert asked.callbacks.history == [("C-1", "settled", "phone 101")]


@pytest.mark.parametrize(
    ("directory", "number", "inside"),
    [
        (replace(ALONE, dialing=Dialing()), "0312345678", True),
        (ALONE, "0990123456", True),  # premium
        (ALONE, "+4989123456", True),  # a country that is not allowed
        (ALONE, "110", True),  # the police, or an extension, but not of a colleague
        (ALONE, "0312345678", False),  # not from outside
    ],
)
async def test_what_the_policy_refuses_is_never_dialled(
    directory: Directory, number: str, inside: bool
) -> None:
    asked = Asked("1", "2", owed=[replace(HANS, number=number)], directory=directory, inside=inside)
    assert "That number may not be dialled from here." in await asked.serve()
    assert asked.call.rung == []


async def test_when_the_cap_is_used_up_nothing_is_dialled() -> None:
    asked = Asked("1", callbacks=MemoryCallbacks([HANS], dials=0))
    assert "That number may not be dialled from here." in await asked.serve()
    assert asked.call.rung == []


async def test_who_owes_nothing_is_told_so() -> None:
    assert await Asked(owed=()).serve() == ["There is nobody for you to call back."]


async def test_silence_leaves_it_for_later() -> None:
    asked = Asked(None, "9", None)
    assert (await asked.serve())[-1] == "It stays on your list."
    assert asked.callbacks.history == []


async def test_a_ledger_that_cannot_be_read_is_said() -> None:
    said = await Asked(callbacks=MemoryCallbacks([], broken=True)).serve()
    assert said == ["We are sorry. Something went wrong here. Please call again later."]


async def test_call_that_was_handed_over_says_whom_the_caller_wanted() -> None:
    said = await Asked("2", owed=(replace(HANS, called="110"),)).serve()
    assert any("call for Mori" in each for each in said), said
    assert not any("call for" in each for each in await Asked("2", owed=(HANS,)).serve())


async def test_message_is_called_back_but_not_handed_over() -> None:
    said = await Asked("4", "2", owed=(replace(HANS, wish=CallbackWish.MESSAGE),)).serve()
    assert not any("hand" in each and "press four" in each for each in said)
