"""A colleague with a caller on hold asks about somebody absent, and may transfer that caller at any moment.

They hear first and short where the person is and what can be done. Whenever they complete the transfer, the next
method of the call raises ``CallerReplaced``; what goes with the caller has been told to the call before
(``hand_over``), so that the fresh conversation with the caller opens accordingly. While phones ring for them, those
ring on for the caller. Whoever consults and hangs up has missed nothing: their caller stays with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ari_absence.attendant.availability import NOT_FREE
from ari_absence.attendant.call import Call, HuntEnd, Pastime, Recording, RecordingEnd, RecordingTerms
from ari_absence.attendant.camp_on import CampOns
from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.attendant.reach import hunt_through, keep_company
from ari_absence.attendant.talk import INSTANT_SECONDS, Talk
from ari_absence.core.consulting import colleague_attempts, mobile_attempts
from ari_absence.core.decision import DEFAULT_KEYS
from ari_absence.core.handover import Handover, Note
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import Directory
from ari_absence.core.phrases import Action, Fixed, Phrase, Reaching, Utterance, Whereabouts
from ari_absence.core.reception_phrases import ChoiceOfColleague, ReceptionPhrase, ReceptionUtterance
from ari_absence.errors import CallerGone, CallerReplaced, CallError, EffectFailed, LedgerError

MESSAGE, MOBILE, COLLEAGUE, NOTE, OWN_MESSAGE = "1", "2", "4", "6", "#"
RING_ME = DEFAULT_KEYS[Action.CAMP_ON]  # the key that colleagues know from their own calls
SPEAK = "1"
SECOND_DIGIT_SECONDS = 2.0  # a number may begin with the key to speak; nobody types more slowly
MENU_ROUNDS = 3  # heard so often without a key, only a word now and then is left of it
STEPS_MAX = 1000  # five hours of words every 20 s: two phones that were not hung up
NOTE_DIGITS_MAX = 30  # the longest order number is shorter; a stuck key must not go on for ever
NOTE_TERMS = RecordingTerms(max_seconds=60, silence_seconds=4, kept_if_replaced=True)
NOTE_MIN_SECONDS = 0.5
RIGHT = "set_others"  # who may set others' absences answers for them


async def is_consultation(call: Call, directory: Directory) -> bool:
    """Whether who calls answers for others: by office, or having another call just now."""
    caller = directory.people.get(call.caller.extension or "")
    if caller is None or call.handover is not None or call.transferred_by is not None:
        return False
    if RIGHT in caller.rights or caller.extension == directory.site.operator:
        return True
    try:
        return await call.is_one_of_several()
    except CallError:  # whoever has left or been replaced is noticed at the first word, where that is noted
        return False


@dataclass(slots=True)
class Consultation:
    """One such conversation. ``handover`` is what would go with the caller now; ``key`` was pressed and not yet
    answered; ``will_be_rung``: when the person is back, as they have asked."""

    talk: Talk
    handover: Handover
    camp_ons: CampOns | None = None
    key: str | None = None
    will_be_rung: bool = False

    @property
    def by(self) -> str:
        """The extension of who consults."""
        return self.handover.by or ""

    async def say(self, *utterances: ReceptionUtterance) -> str | None:
        """Say it; the key that interrupted it, if one did."""
        return await self.talk.call.house.ask(utterances, INSTANT_SECONDS)

    async def tell(self, utterance: ReceptionUtterance) -> None:
        """Say it; a key that interrupts it is answered next."""
        self.key = await self.say(utterance)

    @property
    def can_ring_them_back(self) -> bool:
        """Whether they can be rung when the person is back: of somebody who is there, that would be untrue."""
        return self.camp_ons is not None and not self.talk.decision.state.present

    def take_key(self) -> str | None:
        """The key that is not yet answered; it is now."""
        key, self.key = self.key, None
        return key

    def takes_message(self, key: str) -> bool:
        """Whether ``key`` has the caller asked for a message, and there is room for one."""
        return key == MESSAGE and self.talk.offered(Action.MESSAGE) is not None

    def will_hand_over(self, handover: Handover) -> None:
        """From now on, this goes with the caller."""
        self.handover = self.talk.handover = handover
        self.talk.call.hand_over(handover)


async def consult(talk: Talk, camp_ons: CampOns | None = None) -> Outcome | None:
    """Hold the conversation; the call is over afterwards. None: it is to be an ordinary one after all.

    Raises:
        CallerReplaced: the transfer was completed; the caller is to be spoken with afresh.
    """
    # not who is on the line now: the transfer may be completed already, while our phone still rang
    consultation = Consultation(talk, Handover(talk.decision.enquiry.caller.extension), camp_ons)
    consultation.will_hand_over(consultation.handover)
    try:
        outcome = await _consult(consultation)
    except CallerGone:
        outcome = Outcome.CONSULTED
    except EffectFailed:
        await talk.call.release_to_dialplan()
        outcome = Outcome.RELEASED
    await _forget_note(consultation)
    if outcome is None:
        consultation.will_hand_over(Handover(consultation.handover.by))
        talk.handover = None
    else:
        await talk.call.hang_up()
    return outcome


async def _consult(consultation: Consultation) -> Outcome | None:
    """Until they leave, transfer, or have been put through themselves."""
    talk, outcome = consultation.talk, None
    await talk.call.answer()
    if talk.decision.rings_as_desk:
        outcome = await _reach(consultation, talk.decision.attempts)
    spoken = [*_whereabouts(talk), *_menu(consultation)]
    silent_rounds = 0
    for _ in range(STEPS_MAX):
        if outcome is not None:
            return outcome
        if consultation.handover.to_message or silent_rounds >= MENU_ROUNDS:
            key = await _wait(consultation)
        else:
            key = consultation.take_key() or await talk.call.house.ask(spoken, talk.limits.menu_seconds)
        if key == OWN_MESSAGE:
            return None
        silent_rounds += 1
        if key is not None:
            silent_rounds = 0
            outcome = await _do(consultation, key)
        spoken = _menu(consultation)  # what was tried just now may be known not to work
    return Outcome.CONSULTED


def _whereabouts(talk: Talk) -> list[Whereabouts]:
    """As a colleague may hear it."""
    return [each for each in talk.decision.greeting if isinstance(each, Whereabouts)]


def _menu(consultation: Consultation) -> list[ReceptionUtterance]:
    """Only what can work now."""
    decision = consultation.talk.decision
    menu: list[ReceptionUtterance] = []
    if consultation.takes_message(MESSAGE):
        menu.append(ReceptionPhrase.CHOICE_MESSAGE)
    if mobile_attempts(decision):
        menu.append(ReceptionPhrase.CHOICE_MOBILE)
    if attempts := colleague_attempts(decision):
        menu.append(ChoiceOfColleague(attempts[0].name))
    menu.append(ReceptionPhrase.CHOICE_NOTE)
    if consultation.can_ring_them_back and not consultation.will_be_rung:
        menu.append(ReceptionPhrase.CHOICE_RING_ME)
    return [*menu, ReceptionPhrase.HANG_UP_TO_STAY]


async def _wait(consultation: Consultation) -> str | None:
    """Music, and every so often a word: nobody is hung up on who could still transfer."""
    talk = consultation.talk
    key = consultation.take_key() or await talk.call.wait(talk.limits.word_every_seconds)
    if key is not None:
        return key
    to_message = consultation.handover.to_message
    return await consultation.say(
        ReceptionPhrase.TRANSFER_NOW if to_message else ReceptionPhrase.TRANSFER_ANY_TIME
    )


async def _do(consultation: Consultation, key: str) -> Outcome | None:
    """What was chosen. None: they go on listening."""
    to_message = consultation.takes_message(key)
    consultation.will_hand_over(replace(consultation.handover, to_message=to_message))
    if attempts := _attempts(consultation, key):
        return await _reach(consultation, attempts)
    if key == NOTE:
        await take_note(consultation)
    elif key == RING_ME and consultation.camp_ons is not None and consultation.can_ring_them_back:
        asked = await consultation.camp_ons.ask_for(consultation.talk.call.extension, consultation.by)
        consultation.will_be_rung |= asked
        await consultation.tell(ReceptionPhrase.WILL_RING_YOU if asked else ReceptionPhrase.CANNOT_RING_YOU)
    else:
        await consultation.tell(ReceptionPhrase.TRANSFER_NOW if to_message else Fixed(Phrase.NOT_UNDERSTOOD))
    return None


def _attempts(consultation: Consultation, key: str) -> Sequence[Attempt]:
    """Whom the key has rung; nobody for any other."""
    decision = consultation.talk.decision
    if key == MOBILE:
        return mobile_attempts(decision)
    return colleague_attempts(decision) if key == COLLEAGUE else ()


# -- phones that ring for them, and on for their caller


async def _reach(consultation: Consultation, attempts: Sequence[Attempt]) -> Outcome | None:
    """Ring; None: nobody was reached, and that was said."""
    talk = consultation.talk
    consultation.will_hand_over(replace(consultation.handover, tried=True))
    thanks: list[Phrase | Utterance] = [
        Phrase.THANKS_FOR_WAITING,
        Reaching(attempts[0].name),
        *talk.way_out(),
    ]
    end = await hunt_through(talk, attempts, pastime=_company(consultation), heir=keep_company(talk, thanks))
    if end is HuntEnd.TALKED:
        if talk.taken is None:
            return Outcome.TRANSFERRED if talk.passed_on else Outcome.CONNECTED
        consultation.will_hand_over(replace(consultation.handover, taken=talk.taken))
        raise CallerReplaced("the call was transferred meanwhile, and who came has talked with who took it")
    if talk.passed_on:
        to_message = end in (HuntEnd.TO_MESSAGE, HuntEnd.CALLER_CHOSE)
        consultation.will_hand_over(replace(consultation.handover, to_message=to_message))
        raise CallerReplaced("nobody took the call, and it was transferred meanwhile")
    if end is HuntEnd.UNREACHABLE:
        _offer_no_more(talk, attempts)
    if end is not HuntEnd.CALLER_CHOSE:
        await consultation.tell(ReceptionPhrase.NOT_REACHED_NOW)
    return None


def _offer_no_more(talk: Talk, attempts: Sequence[Attempt]) -> None:
    """A phone that could not be rung just now can't be rung by the same key again."""
    enquiry = talk.decision.enquiry
    tried = {
        leg.extension: NOT_FREE for attempt in attempts for leg in attempt.legs if not leg.target.outside
    }
    told = replace(enquiry, unreachable={**enquiry.unreachable, **tried})
    talk.decision = replace(talk.decision, enquiry=told)


def _company(consultation: Consultation) -> Pastime:
    """A word first and every so often, music, and any key for something else."""

    async def company() -> None:
        """Until a key, which is kept to be answered."""
        seconds = consultation.talk.limits.word_every_seconds
        while consultation.key is None:
            consultation.key = await consultation.say(ReceptionPhrase.RINGING_FOR_YOU)
            if consultation.key is None:
                consultation.key = await consultation.talk.call.wait(seconds)

    return company


# -- the note


async def take_note(consultation: Consultation) -> None:
    """A note for whoever is rung for the caller, and for the memo: typed, or spoken."""
    talk = consultation.talk
    house = talk.call.house
    first = await house.ask([ReceptionPhrase.NOTE_MENU], talk.limits.menu_seconds)
    if first is None or not first.isdigit():
        await consultation.tell(ReceptionPhrase.NO_NOTE)
        return
    patience = SECOND_DIGIT_SECONDS if first == SPEAK else talk.limits.menu_seconds
    digits = first + await house.ask_digits([], NOTE_DIGITS_MAX - 1, patience)
    note = await _spoken_note(consultation) if digits == SPEAK else Note(digits=digits)
    if note is None:
        await consultation.tell(ReceptionPhrase.NO_NOTE)
        return
    await _forget_note(consultation)
    consultation.will_hand_over(replace(consultation.handover, note=note))
    await consultation.tell(ReceptionPhrase.NOTE_KEPT)


async def _spoken_note(consultation: Consultation) -> Note | None:
    """None: nothing was said, or it can't be kept. Who transfers while speaking has spoken a note, too."""
    talk = consultation.talk
    await talk.call.house.say(ReceptionPhrase.NOTE_AFTER_TONE)
    try:
        recording = await talk.call.record(NOTE_TERMS)
        if recording.ended_by is RecordingEnd.HANGUP:
            return Note(
                recording=recording.name
            )  # the caller is waiting: it is kept while they are spoken with
        kept = await talk.notebook.keep(recording, NOTE_MIN_SECONDS)
    except (EffectFailed, LedgerError):
        return None
    return Note(recording=recording.name, audio_id=kept.audio_id) if isinstance(kept, KeptAudio) else None


async def _forget_note(consultation: Consultation) -> None:
    """Nobody needs the note any more: it was spoken anew, or the caller stayed where they were."""
    note = consultation.handover.note
    if note is not None and note.recording is not None:
        kept = KeptAudio(note.audio_id, 0.0) if note.audio_id is not None else None
        recording = Recording(note.recording, 0.0, RecordingEnd.HANGUP)
        await consultation.talk.notebook.discard(recording, kept)
