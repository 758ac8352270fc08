"""A receptionist asks about somebody absent, and completes the transfer after any step of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ari_absence.attendant.call import LegEnd, RecordingEnd
from ari_absence.attendant.consultation import MENU_ROUNDS, NOTE, consult, is_consultation
from ari_absence.attendant.notebook import Outcome
from ari_absence.core.decision import DEFAULT_KEYS
from ari_absence.core.handover import Handover, Note
from ari_absence.core.people import Caller, Directory, Handling, Kind, Why
from ari_absence.core.phrases import Action, Fixed, Name, Phrase, Reaching, Recorded, Whereabouts
from ari_absence.core.reception_phrases import ChoiceOfColleague, NoteDigits, NoteFrom, ReceptionPhrase
from ari_absence.core.steps import Way
from ari_absence.errors import CallerReplaced
from ari_absence.speech.english_reception import SENTENCES
from tests.attendant.conversation import COLLEAGUE, OUTSIDER, Conversation
from tests.attendant.reach_office import ALICE, KENJI, RECEPTION, away, office, steps
from tests.attendant.script import SILENCE, Rings, Speaks, Step

AT_THE_DESK = Caller("100", "Reception", "100")
PLAIN = office(away(replace(ALICE, mobile=None, delegates=()), Kind.VACATION))
FULL = office(
    away(replace(ALICE, delegates=("102",)), Kind.OUT),
    handling={Kind.OUT: Handling(reach=steps("delegate"), urgent=steps("mobile"))},
)
RECORDING = 5  # the step of a spoken note: answer, menu, note menu, digits, request, recording
BY_RECEPTION = NoteFrom(Name.of(RECEPTION))


@dataclass
class Remembered:
    """Who asked to be rung when somebody is back."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    can: bool = True

    async def ask_for(self, extension: str, by: str) -> bool:
        self.asked.append((extension, by))
        return self.can


class Consulting(Conversation):
    """The reception, following ``steps``, asks about 101."""

    def __init__(
        self,
        *script: Step,
        office: Directory = FULL,
        caller: Caller = AT_THE_DESK,
        replaced_after_steps: int | None = None,
        camp_ons: Remembered | None = None,
        why: Why = Why.ABSENT,
    ) -> None:
        super().__init__(*script, caller=caller, office=office, why=why)
        self.call.replaced_after_steps = replaced_after_steps
        self.camp_ons = camp_ons

    async def ask(self) -> Outcome | None:
        """Hold the consultation."""
        return await consult(self.talk, self.camp_ons)

    def hears(self, *phrases: ReceptionPhrase) -> bool:
        """Whether all of these were said."""
        return set(phrases) <= set(self.call.heard_in_house)


async def afresh(handover: Handover | None, *script: Step, office: Directory = FULL) -> Conversation:
    """The conversation with the caller who was transferred; hangs up after the script."""
    fresh = Conversation(*script, caller=OUTSIDER, office=office, why=Why.ABSENT)
    fresh.call.handover = fresh.talk.handover = handover
    await fresh.hold()
    return fresh


async def test_receptionist_hears_first_where_the_person_is_and_what_can_be_done() -> None:
    talk = Consulting(camp_ons=Remembered())
    assert await talk.ask() is Outcome.CONSULTED
    where, *menu = talk.call.heard_in_house
    assert isinstance(where, Whereabouts)
    assert menu == [
        ReceptionPhrase.CHOICE_MESSAGE,
        ReceptionPhrase.CHOICE_MOBILE,
        ChoiceOfColleague(Name.of(KENJI)),
        ReceptionPhrase.CHOICE_NOTE,
        ReceptionPhrase.CHOICE_RING_ME,
        ReceptionPhrase.HANG_UP_TO_STAY,
    ]
    assert talk.call.heard == []
    assert talk.notebook.callbacks == []


async def test_only_what_can_work_now_is_offered() -> None:
    talk = Consulting("2", "4", "8", office=PLAIN)
    await talk.ask()
    assert talk.call.heard_in_house.count(Fixed(Phrase.NOT_UNDERSTOOD)) == 3
    assert not talk.hears(ReceptionPhrase.CHOICE_MOBILE)
    assert not talk.hears(ReceptionPhrase.CHOICE_RING_ME)
    assert talk.call.rung == []


async def test_receptionist_is_not_offered_to_be_rung_when_somebody_is_back_who_is_there() -> None:
    talk = Consulting("8", office=office(), camp_ons=Remembered(), why=Why.NOANSWER)
    await talk.ask()
    assert not talk.hears(ReceptionPhrase.CHOICE_RING_ME)
    assert talk.camp_ons is not None
    assert talk.camp_ons.asked == []


async def test_caller_who_was_promised_a_message_is_asked_for_it_though_the_mobile_could_be_rung() -> None:
    goes_on = office(away(ALICE, Kind.OUT), handling={Kind.OUT: Handling(reach=steps("mobile"))})
    fresh = await afresh(Handover("100", to_message=True), office=goes_on)
    assert Phrase.MESSAGE_AFTER_TONE in fresh.call.phrases()
    assert fresh.call.rung == []


async def test_transfer_completed_before_we_said_a_word_is_known_by_who_made_it() -> None:
    talk = Consulting()
    talk.call.caller = OUTSIDER  # who took the reception's place while our phone still rang
    await talk.ask()
    assert talk.call.to_hand_over == Handover("100")


async def test_nobody_is_hung_up_on_who_could_still_transfer() -> None:
    talk = Consulting(*(SILENCE,) * 20)
    await talk.ask()
    assert talk.call.heard_in_house.count(ReceptionPhrase.HANG_UP_TO_STAY) == MENU_ROUNDS
    assert talk.call.heard_in_house.count(ReceptionPhrase.TRANSFER_ANY_TIME) > 2
    assert talk.call.done.count("wait") > 2


async def test_key_1_says_what_the_caller_will_be_asked_and_waits() -> None:
    talk = Consulting("1", SILENCE, SILENCE, SILENCE)
    await talk.ask()
    assert talk.call.heard_in_house.count(ReceptionPhrase.TRANSFER_NOW) == 2
    assert talk.call.to_hand_over == Handover("100", to_message=True)


async def test_pound_makes_it_an_ordinary_call_and_takes_no_note_along() -> None:
    talk = Consulting("6", "4", "711", SILENCE, "#")
    assert await talk.ask() is None
    assert not talk.call.over
    assert talk.call.to_hand_over == Handover("100")
    assert talk.talk.handover is None


async def test_note_that_cannot_be_recorded_ends_nothing() -> None:
    talk = Consulting("6", "1", SILENCE, SILENCE, "1", SILENCE)
    talk.call.failing_steps = frozenset({RECORDING})
    assert await talk.ask() is Outcome.CONSULTED
    assert talk.hears(ReceptionPhrase.NO_NOTE, ReceptionPhrase.TRANSFER_NOW)


@pytest.mark.parametrize("can", [True, False])
async def test_key_8_has_the_receptionist_rung_when_the_person_is_back(can: bool) -> None:
    camp_ons = Remembered(can=can)
    talk = Consulting("8", SILENCE, camp_ons=camp_ons)
    await talk.ask()
    assert camp_ons.asked == [("101", "100")]
    assert talk.hears(ReceptionPhrase.WILL_RING_YOU if can else ReceptionPhrase.CANNOT_RING_YOU)


async def test_to_be_rung_is_the_same_key_for_every_colleague() -> None:
    assert f"{DEFAULT_KEYS[Action.CAMP_ON]}, ring me" in SENTENCES[ReceptionPhrase.CHOICE_RING_ME]
    assert f"{NOTE}, a note" in SENTENCES[ReceptionPhrase.CHOICE_NOTE]
    camp_ons = Remembered()
    await Consulting(DEFAULT_KEYS[Action.CAMP_ON], SILENCE, camp_ons=camp_ons).ask()
    assert camp_ons.asked == [("101", "100")]


# -- the note


async def test_number_typed_as_a_note_goes_with_the_caller() -> None:
    talk = Consulting("6", "4", "711", SILENCE)
    await talk.ask()
    assert talk.call.to_hand_over == Handover("100", note=Note(digits="4711"))
    assert "4711" not in repr(talk.call.to_hand_over)


async def test_number_may_begin_with_the_key_to_speak() -> None:
    talk = Consulting("6", "1", "234", SILENCE)
    await talk.ask()
    assert talk.call.to_hand_over == Handover("100", note=Note(digits="1234"))


async def test_spoken_note_is_kept_and_forgotten_when_the_caller_stays() -> None:
    talk = Consulting("6", "1", SILENCE, Speaks(2.0), SILENCE)
    await talk.ask()
    (kept,) = talk.notebook.kept
    assert talk.call.to_hand_over is not None
    assert talk.call.to_hand_over.note == Note(recording=kept.audio_id, audio_id=kept.audio_id)
    assert talk.notebook.discarded == [kept.audio_id]


async def test_note_that_the_transfer_cut_short_goes_with_the_caller() -> None:
    talk = Consulting("6", "1", SILENCE, Speaks(2.0, RecordingEnd.HANGUP))
    talk.call.gone_after_steps = None
    await talk.ask()
    assert talk.call.to_hand_over is not None
    note = talk.call.to_hand_over.note
    assert note is not None
    assert note.recording is not None
    assert note.audio_id is None


async def test_note_is_told_to_whom_the_key_has_rung_and_shown_inside_only() -> None:
    talk = Consulting("6", "4", "711", SILENCE, "4", Rings(("2",)), SILENCE, "2", Rings(("2",)))
    await talk.ask()
    assert [name for ((_, name, _),) in talk.call.rung] == ["for Alice Tanaka: Reception [4711]", "Reception"]
    for callee in talk.call.callees:
        assert BY_RECEPTION in callee.heard
        assert NoteDigits("4711") in callee.heard


async def test_spoken_note_is_told_to_whom_the_caller_is_connected_with() -> None:
    note = Note(recording="abs/x-r1", audio_id="A-1")
    fresh = await afresh(Handover("100", note=note), "4", Speaks(1.0), Rings(("1",)))
    (callee,) = fresh.call.callees
    position = callee.heard.index(BY_RECEPTION)
    assert callee.heard[position + 1 : position + 3] == [ReceptionPhrase.NOTE_SPOKEN, Recorded("abs/x-r1")]


# -- phones that ring


async def test_receptionist_is_put_through_to_the_mobile() -> None:
    talk = Consulting("2", Rings(("1",)))
    assert await talk.ask() is Outcome.CONNECTED
    assert talk.notebook.dials == 99


async def test_any_key_ends_the_ringing_and_is_carried_out() -> None:
    talk = Consulting("2", Rings((LegEnd.NO_ANSWER,), caller=(SILENCE, "1")), SILENCE)
    await talk.ask()
    assert talk.call.to_hand_over == Handover("100", to_message=True, tried=True)


@pytest.mark.parametrize(
    ("verdict", "outcome"), [("1", Outcome.CONNECTED), ("2", None), ("3", None), (".", None)]
)
async def test_mobile_rings_on_for_the_caller(verdict: str, outcome: Outcome | None) -> None:
    talk = Consulting("2", Rings((verdict,), caller=(SILENCE, SILENCE, SILENCE, SILENCE)))
    talk.call.replaced_after_steps = 5
    with pytest.raises(CallerReplaced):
        await talk.ask()
    handover = talk.call.to_hand_over
    assert handover is not None
    if outcome is None:
        assert handover == Handover("100", to_message=verdict == "3", tried=True)
    else:
        assert handover.taken is not None
        assert (handover.taken.extension, handover.taken.way) == ("101", Way.MOBILE)
    assert talk.call.heard[:2] == [Fixed(Phrase.THANKS_FOR_WAITING), Reaching(Name.of(ALICE))]


# -- who consults


@pytest.mark.parametrize(
    ("caller", "several", "is_one"),
    [
        (AT_THE_DESK, False, True),  # the operator
        (COLLEAGUE, False, False),
        (COLLEAGUE, True, True),
        (OUTSIDER, True, False),
    ],
)
async def test_colleague_with_another_call_consults_and_the_operator_always(
    caller: Caller, several: bool, is_one: bool
) -> None:
    talk = Conversation(caller=caller, office=FULL)
    talk.call.several = several
    assert await is_consultation(talk.call, FULL) is is_one


async def test_colleague_who_leaves_while_we_look_at_their_phone_is_noted_as_ever() -> None:
    talk = Conversation(caller=COLLEAGUE, office=FULL, gone_after_steps=0)
    assert not await is_consultation(talk.call, FULL)
    assert await talk.hold() is Outcome.MISSED


async def test_who_was_transferred_consults_nobody() -> None:
    talk = Conversation(caller=AT_THE_DESK, office=FULL)
    talk.call.handover = Handover("102")
    assert not await is_consultation(talk.call, FULL)
    talk.call.handover, talk.call.transferred_by = None, "102"
    assert not await is_consultation(talk.call, FULL)


# -- completes after step k

Story = Callable[[int | None], Consulting]
STORIES: dict[str, Story] = {
    "menu": lambda k: Consulting(SILENCE, "9", SILENCE, SILENCE, SILENCE, replaced_after_steps=k),
    "message": lambda k: Consulting("1", SILENCE, SILENCE, replaced_after_steps=k),
    "mobile": lambda k: Consulting(
        "2", Rings(("2",), caller=(SILENCE, SILENCE)), SILENCE, replaced_after_steps=k
    ),
    "colleague": lambda k: Consulting(
        "4", Rings((".",), caller=(SILENCE, SILENCE)), SILENCE, replaced_after_steps=k
    ),
    "note": lambda k: Consulting("6", "1", SILENCE, Speaks(2.0), SILENCE, replaced_after_steps=k),
    "number": lambda k: Consulting("6", "4", "711", SILENCE, "1", SILENCE, replaced_after_steps=k),
}


async def _length(story: Story) -> int:
    whole = story(None)
    await whole.ask()
    return len(whole.call.done)


@pytest.mark.parametrize("story", STORIES)
async def test_caller_is_served_whenever_the_transfer_is_completed(story: str) -> None:
    for step in range(await _length(STORIES[story]) + 1):
        talk = STORIES[story](step)
        try:
            assert await talk.ask() in (Outcome.TRANSFERRED, Outcome.CONSULTED)
        except CallerReplaced:
            assert not talk.call.over, "the caller is on that line now"
            handover = talk.call.to_hand_over
            assert handover is not None
            assert handover.by == "100"
            fresh = await afresh(handover)
            assert fresh.call.heard[0] == Fixed(Phrase.THANKS_FOR_WAITING)
            assert any(isinstance(each, Whereabouts) for each in fresh.call.heard)
            assert (Phrase.MESSAGE_AFTER_TONE in fresh.call.phrases()) == handover.to_message
            assert len(fresh.notebook.callbacks) == 1, "the caller is owed a call"
        assert talk.notebook.callbacks == []


async def test_colleague_who_was_unreachable_just_now_is_not_offered_again() -> None:
    talk = Consulting("4", Rings((LegEnd.UNREACHABLE,)), SILENCE, SILENCE)
    await talk.ask()
    after = talk.call.heard_in_house[talk.call.heard_in_house.index(ReceptionPhrase.NOT_REACHED_NOW) :]
    assert not any(isinstance(each, ChoiceOfColleague) for each in after)


async def test_to_be_rung_is_not_offered_once_more_to_who_will_be() -> None:
    talk = Consulting("8", SILENCE, SILENCE, camp_ons=Remembered())
    await talk.ask()
    assert talk.call.heard_in_house.count(ReceptionPhrase.CHOICE_RING_ME) == 1
