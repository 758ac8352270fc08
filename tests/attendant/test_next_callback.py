"""The next call that somebody owes: told, made, left for later, done, handed over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from ari_absence.attendant.call import Hunt, HuntEnd, LegEnd
from ari_absence.attendant.callback_list import Begun, OwedCallback, Taken
from ari_absence.attendant.next_callback import CallbackDesk
from ari_absence.config.outside_numbers import number_of
from ari_absence.core.people import Caller, Dialing, Directory, Kind, Person, Team
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.errors import CallerGone, LedgerError
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
    taken: Taken | None = None
    nobody_left: bool = False
    begun: int = 0
    again: list[datetime | None] = field(default_factory=list)
    history: list[tuple[str, str, str]] = field(default_factory=list)

    async def owed(self, owner: Person) -> Sequence[OwedCallback]:
        if self.broken:
            raise LedgerError("no space left")
        return list(self.kept)

    async def by_code(self, owner: Person, code: str) -> Sequence[OwedCallback]:
        return [each for each in self.kept if each.callback_id == f"C-{code}"]

    async def begin(self, callback_id: str, owner: Person, by: str) -> Begun | Taken:
        self.begun += self.taken is None
        return self.taken or Begun(callback_id, "token")

    async def end(self, begun: Begun, end: LegEnd, by: str, again_at: datetime | None) -> None:
        assert begun.token == "token"
        self.again.append(again_at)
        self.history.append((begun.callback_id, "settled" if end is LegEnd.TALKED else end.value, by))

    async def put_off(self, callback_id: str, until: datetime, by: str) -> None:
        self.again.append(until)

    async def decline(
        self, callback_id: str, owner: Person, team: Team, absent: Collection[str], by: str
    ) -> Taken | bool:
        if self.taken is None and not self.nobody_left:
            self.history.append((callback_id, "declined", by))
        return self.taken or not self.nobody_left

    async def settle(self, callback_id: str, owner: Person, by: str) -> Taken | None:
        if self.taken is None:
            self.history.append((callback_id, "settled", by))
        return self.taken

    async def hand_over(self, callback_id: str, to: str, owner: Person, by: str) -> Taken | None:
        if self.taken is None:
            self.history.append((callback_id, f"to {to}", by))
        return self.taken

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
        code: str | None = None,
    ) -> None:
        caller = Caller("101", extension="101" if inside else None)
        self.call = ScriptedDeskCall(caller, "*38", list(keys), hunts=list(hunts))
        self.callbacks = callbacks or MemoryCallbacks(list(owed))
        self._desk = CallbackDesk(
            MemoryBook(directory), self.callbacks, lambda text: number_of(text, "JP"), lambda: MORNING
        )
        self._owner = directory.people["101"]
        self._code = code

    async def serve(self) -> list[str]:
        await self._desk.serve(self.call, self._owner, "phone 101", self._code)
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


@pytest.mark.parametrize("end", [HuntEnd.NO_ANSWER, HuntEnd.BUSY, HuntEnd.UNREACHABLE])
@pytest.mark.parametrize(
    ("key", "again", "said"),
    [
        ("1", timedelta(minutes=15), "It comes again in a quarter of an hour."),
        ("2", timedelta(hours=1), "It comes again in an hour."),
        (None, timedelta(hours=1), "It comes again in an hour."),
        ("3", timedelta(hours=23), "It comes again when your next working day begins."),
    ],
)
async def test_who_is_not_reached_stays_on_the_list_and_comes_again_when_it_is_said(
    end: HuntEnd, key: str | None, again: timedelta, said: str
) -> None:
    asked = Asked("1", key, hunts=[Hunt(end, None, (LegEnd(end.value),))])
    told = await asked.serve()
    assert "They could not be reached. It stays on your list." in told
    assert told[-1] == said
    assert asked.callbacks.history == [("C-1", end.value, "phone 101")]
    assert asked.callbacks.again[-1] == MORNING + again


async def test_who_hangs_up_when_nobody_answered_has_the_try_noted_and_it_comes_in_an_hour() -> None:
    asked = Asked("1", hunts=[NO_ANSWER])
    with suppress(CallerGone):
        await asked.serve()
    assert asked.callbacks.history == [("C-1", "no_answer", "phone 101")]
    assert asked.callbacks.again == [MORNING + timedelta(hours=1)]


@pytest.mark.parametrize("step", range(6))
async def test_whatever_step_the_owner_hangs_up_after_an_attempt_that_began_has_an_end(step: int) -> None:
    asked = Asked("1", "1", hunts=[NO_ANSWER])
    asked.call.gone_after_steps = step
    with suppress(CallerGone):
        await asked.serve()
    assert len(asked.callbacks.history) == asked.callbacks.begun


async def test_a_call_that_a_colleague_has_taken_is_told_after_the_others_and_not_offered() -> None:
    asked = Asked("2", owed=(replace(HANS, taken_by="102"), MORI), directory=office())
    said = await asked.serve()
    assert said.index("Mori is to be called back.") < said.index("Kenji Ito has taken this call.")
    assert said[-1] == "Kenji Ito has taken this call."
    assert asked.callbacks.history == []


async def test_the_second_of_two_who_press_the_key_at_once_hears_that_it_is_taken() -> None:
    callbacks = MemoryCallbacks([HANS, MORI], taken=Taken("102"))
    asked = Asked("1", "2", callbacks=callbacks, directory=office())
    said = await asked.serve()
    assert "Kenji Ito has taken this call." in said
    assert "Mori is to be called back." in said, "the next one comes"
    assert asked.call.rung == []


async def test_what_was_settled_meanwhile_is_told_and_not_dialled() -> None:
    callbacks = MemoryCallbacks([HANS], taken=Taken(None))
    assert (await Asked("1", callbacks=callbacks).serve())[-1] == "Somebody has settled it meanwhile."


async def test_how_often_they_called_is_told_when_it_was_more_than_once() -> None:
    assert "They have called three times." in await Asked("2", owed=(replace(HANS, times=3),)).serve()
    assert (
        "They have called more than nine times." in await Asked("2", owed=(replace(HANS, times=12),)).serve()
    )
    assert not any("have called" in each for each in await Asked("2").serve())


async def test_the_code_from_the_mail_leads_to_just_that_call() -> None:
    asked = Asked("3", owed=(HANS, MORI), code="2")
    assert "Mori is to be called back." in await asked.serve()
    assert asked.callbacks.history == [("C-2", "settled", "phone 101")]
    assert await Asked(owed=(HANS,), code="9").serve() == ["There is no such call on your list any more."]


SALES = Team("sales", "Sales", ("101", "102"))
DECLINE = "To leave it to the others of your team, press five."


async def test_one_of_a_team_leaves_a_call_to_the_others() -> None:
    directory = replace(office(), teams={"sales": SALES})
    asked = Asked("5", owed=(replace(HANS, team="sales"),), directory=directory)
    said = await asked.serve()
    assert said[-2:] == [DECLINE, "It is left to the others of your team."]
    assert asked.callbacks.history == [("C-1", "declined", "phone 101")]


async def test_the_last_one_of_a_team_who_is_there_can_not_decline() -> None:
    everybody_else_declined = replace(HANS, team="sales", declined=("102",))
    directory = replace(office(), teams={"sales": SALES})
    assert DECLINE not in await Asked("5", "2", owed=(everybody_else_declined,), directory=directory).serve()
    away_too = replace(office(away(KENJI, Kind.OUT)), teams={"sales": SALES})
    asked = Asked("5", "2", owed=(replace(HANS, team="sales"),), directory=away_too)
    assert DECLINE not in await asked.serve()
    assert asked.callbacks.history == []


async def test_who_is_the_last_one_when_the_key_is_pressed_keeps_it() -> None:
    directory = replace(office(), teams={"sales": SALES})
    callbacks = MemoryCallbacks([replace(HANS, team="sales")], nobody_left=True)
    said = await Asked("5", callbacks=callbacks, directory=directory).serve()
    assert said[-2:] == [DECLINE, "It stays on your list."]


@pytest.mark.parametrize("key", ["1", "3", "4", "5"])
@pytest.mark.parametrize(
    ("taken", "told"),
    [
        (Taken("102"), "Kenji Ito has taken this call."),
        (Taken(None), "Somebody has settled it meanwhile."),
    ],
)
async def test_whatever_is_done_with_what_was_taken_meanwhile_is_not_done_and_the_next_one_comes(
    key: str, taken: Taken, told: str
) -> None:
    directory = replace(office(), teams={"sales": SALES})
    callbacks = MemoryCallbacks([replace(HANS, team="sales"), MORI], taken=taken)
    said = await Asked(key, "2", callbacks=callbacks, directory=directory).serve()
    assert said[said.index(told) + 1] == "Mori is to be called back."
    assert callbacks.history == []


async def test_it_is_handed_over_to_the_team_that_covers() -> None:
    directory = replace(office(replace(ALICE, delegates=("sales",))), teams={"sales": SALES})
    asked = Asked("4", directory=directory)
    assert (await asked.serve())[-1] == "It is handed over. From now on Sales calls them back."
    assert asked.callbacks.history == [("C-1", "to team:sales", "phone 101")]


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


LATER_TODAY = replace(HANS, put_off_until=MORNING + timedelta(hours=4, minutes=30))


async def test_when_all_is_put_off_it_is_said_when_the_first_comes_again() -> None:
    tomorrow = replace(MORI, put_off_until=MORNING + timedelta(hours=23))
    said = await Asked(owed=(tomorrow, LATER_TODAY)).serve()
    assert said == ["The next call to return comes again this afternoon at two thirty."]


async def test_what_is_put_off_is_not_offered_but_by_its_code() -> None:
    assert HANS_TOLD[0] not in await Asked("2", owed=(LATER_TODAY, MORI)).serve()
    assert HANS_TOLD[0] in await Asked("2", owed=(LATER_TODAY,), code="1").serve()


async def test_of_two_calls_with_one_code_the_other_comes_after_it() -> None:
    twin = replace(MORI, callback_id=HANS.callback_id)
    assert "Mori is to be called back." in await Asked("2", "2", owed=(HANS, twin), code="1").serve()


async def test_silence_leaves_it_for_later() -> None:
    asked = Asked(None, "9", None)
    assert (await asked.serve())[-1] == "It stays on your list."
    assert asked.callbacks.history == []


async def test_a_ledger_that_cannot_be_read_is_said() -> None:
    said = await Asked(callbacks=MemoryCallbacks([], broken=True)).serve()
    assert said == ["We are sorry. Something went wrong here. Please call again later."]


async def test_call_that_was_handed_over_says_whom_the_caller_wanted() -> None:
    said = await Asked("2", owed=(replace(HANS, called="110"),)).serve()
    assert "Mori was called." in said, said
    assert not any("was called" in each for each in await Asked("2", owed=(HANS,)).serve())


async def test_message_is_called_back_but_not_handed_over() -> None:
    said = await Asked("4", "2", owed=(replace(HANS, wish=CallbackWish.MESSAGE),)).serve()
    assert not any("hand" in each and "press four" in each for each in said)
