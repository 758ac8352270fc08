"""A call to somebody who is away, from its first moment to the ledger's last word on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from ari_absence.app.measures import Measures
from ari_absence.app.records import Records
from ari_absence.asterisk.channel_call import ChannelCall
from ari_absence.attendant.announce_only import NoNotebook, announce
from ari_absence.attendant.availability import decide_by_phones
from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.camp_on import CampOns
from ari_absence.attendant.consultation import NOTE_MIN_SECONDS, consult, is_consultation
from ari_absence.attendant.greeting import greet
from ari_absence.attendant.notebook import KeptAudio, Notebook, Outcome
from ari_absence.attendant.park_recall import recall_parked
from ari_absence.attendant.passed_on import was_taken
from ari_absence.attendant.reception import attend
from ari_absence.attendant.talk import Talk
from ari_absence.clock import Clock
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.desk_phrases import DeskUtterance, RungUtterance
from ari_absence.core.display import shown_to_colleague
from ari_absence.core.handover import Handover
from ari_absence.core.numbers import DialPolicy, DialTarget, international
from ari_absence.core.people import Directory, Why
from ari_absence.core.phrases import CallerNumber, ReadBack, Utterance
from ari_absence.core.reception_phrases import NoteDigits
from ari_absence.core.status_phrases import CallbackNumber
from ari_absence.errors import CallerReplaced, LedgerError
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.speech.library import SoundLibrary

log = structlog.get_logger()


class Speaker:
    """What Asterisk plays for what is said; the log of a rehearsal shows the words."""

    def __init__(self, sounds: SoundLibrary, *, aloud: bool) -> None:
        self.sounds = sounds
        self._aloud = aloud

    def media(self, utterances: Sequence[Utterance]) -> Sequence[str]:
        """The sounds that say ``utterances`` to the caller; the log of a rehearsal shows the words."""
        self._show("call.says", utterances)
        return self.sounds.media(utterances)

    def callee_media(self, utterances: Sequence[RungUtterance]) -> Sequence[str]:
        """The same for somebody who was rung."""
        self._show("callee.hears", utterances)
        return self.sounds.media(utterances)

    def desk_media(self, utterances: Sequence[DeskUtterance]) -> Sequence[str]:
        """The same for somebody of the house."""
        self._show("colleague.hears", utterances)
        return self.sounds.media(utterances)

    def _show(self, event: str, utterances: Sequence[Utterance | RungUtterance | DeskUtterance]) -> None:
        if self._aloud:
            numbers = ReadBack | CallerNumber | NoteDigits | CallbackNumber
            public = [each for each in utterances if not isinstance(each, numbers)]
            log.debug(event, sentences=json.dumps(self.sounds.texts(public)))


class Announcing:
    """Calls of which nothing can be noted: the ledger can't be used."""

    def __init__(self, records: Records, speaker: Speaker, clock: Clock) -> None:
        self._records = records
        self._speaker = speaker
        self._clock = clock

    async def announce(self, call: ChannelCall) -> None:
        """Hold one conversation of which nothing can be noted."""
        directory = self._records.directory()
        if not await self._is_for_somebody(call, directory):
            return
        now = self._clock.now()
        enquiry = Enquiry(call.call_id, call.extension, call.caller, call.why, now, nothing_noted=True)
        records = self._records
        decision = decide(enquiry, directory, records.absences, records.forwards, records.greetings)
        call.show_colleague(_shown(decision, directory))
        outcome = await announce(self._talk(call, decision, directory, NoNotebook()))
        log.warning("call.not_noted", outcome=outcome.value)

    def _talk(self, call: ChannelCall, decision: Decision, directory: Directory, notebook: Notebook) -> Talk:
        return Talk(call, decision, directory, notebook, self._clock.now, self._speaker.sounds.can_say)

    async def _is_for_somebody(self, call: ChannelCall, directory: Directory) -> bool:
        """Whether the extension is known here; if not, the caller is the dialplan's again."""
        structlog.contextvars.bind_contextvars(call=call.call_id)
        if call.extension in directory.people:
            return True
        log.warning("nobody has this extension; back to the dialplan", extension=call.extension)
        await call.release_to_dialplan()
        return False


class Answering(Announcing):
    """Calls that are noted in the ledger."""

    def __init__(
        self,
        records: Records,
        speaker: Speaker,
        clock: Clock,
        notebook: LedgerNotebook,
        measures: Measures | None = None,
    ) -> None:
        super().__init__(records, speaker, clock)
        self._notebook = notebook
        self._measures = measures or Measures()
        international(
            "0", records.directory().site.country
        )  # reads the numbering plan, that no call waits for it
        self.camp_ons: CampOns | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def attend_parked(self, call: ChannelCall, slot: str) -> None:
        """The same for a caller who was parked and not picked up; ``call`` is one for who parked them."""
        await self.attend(call, lambda talk: recall_parked(talk, slot))

    async def attend(self, call: ChannelCall, begin: Callable[[Talk], Awaitable[Outcome]] = greet) -> None:
        """Hold one conversation and note its beginning and its end."""
        directory = self._records.directory()
        if not await self._is_for_somebody(call, directory):
            return
        enquiry = await self._enquiry(call, consulting=await is_consultation(call, directory))
        decide_by = self._deciding(call, directory, enquiry)
        decision = await decide_by(call.why, {})
        call.show_colleague(_shown(decision, directory))
        opening = asyncio.create_task(self._note_opening(decision))
        talk = self._talk(call, decision, directory, self._notebook)
        talk.camp_ons, talk.decide_again = self.camp_ons, decide_by
        talk.handover = decision.enquiry.handover
        try:
            outcome = await self._hold(talk, begin)
        except CallerReplaced:  # who came is waiting: what there is to note comes after them
            self._measures.call_over(Outcome.TRANSFERRED.value, call.first_sound_seconds)
            self._afterwards(self._note_end(opening, call.call_id, Outcome.TRANSFERRED))
            raise
        self._measures.call_over(outcome.value, call.first_sound_seconds)
        await self._note_end(opening, call.call_id, outcome)

    async def _hold(self, talk: Talk, begin: Callable[[Talk], Awaitable[Outcome]]) -> Outcome:
        if talk.handover is not None and talk.handover.taken is not None:
            return await was_taken(talk, talk.handover.taken)
        if talk.decision.enquiry.consulting:
            outcome = await consult(talk, self.camp_ons)
            if outcome is not None:
                return outcome
        return await attend(talk, begin)

    def _afterwards(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def finish(self) -> None:
        """Wait until everything is noted of calls that are over."""
        if self._closing:
            await asyncio.wait(self._closing)

    async def _note_end(self, opening: asyncio.Task[None], call_id: str, outcome: Outcome) -> None:
        await opening
        await self._note_closing(call_id, outcome)

    async def _enquiry(self, call: ChannelCall, *, consulting: bool) -> Enquiry:
        try:
            mailbox_full, known = await self._notebook.before_call(call.extension, call.caller)
        except LedgerError:
            mailbox_full, known = False, None  # whether anything can be kept is found out when it is tried
        taken = call.handover.taken if call.handover else None
        now = taken.began_at if taken else self._clock.now()
        return Enquiry(
            call.call_id,
            call.extension,
            call.caller,
            call.why,
            now,
            mailbox_full,
            handover=_sent_by(call),
            camp_on=self.camp_ons is not None,
            consulting=consulting,
            known=known,
        )

    def _deciding(
        self, call: ChannelCall, directory: Directory, enquiry: Enquiry
    ) -> Callable[[Why, Mapping[str, str]], Awaitable[Decision]]:
        """What decides this call, also again: by what is set now, whoever returns or changes a forward meanwhile."""
        records = self._records
        absences, forwards, greetings = records.absences, records.forwards, records.greetings

        async def decide_by(why: Why, left_out: Mapping[str, str]) -> Decision:
            def decide_with(unreachable: Mapping[str, str]) -> Decision:
                told = replace(enquiry, why=why, unreachable={**unreachable, **left_out})
                return decide(told, directory, absences, forwards, greetings)

            return await decide_by_phones(call, decide_with, _operator(directory))

        return decide_by

    async def _note_opening(self, decision: Decision) -> None:
        try:
            await self._notebook.open_call(await self._with_note_kept(decision))
        except LedgerError as error:
            log.error("the call could not be noted", call=decision.enquiry.call_id, reason=str(error))

    async def _with_note_kept(self, decision: Decision) -> Decision:
        """A note that was still being spoken when the transfer was completed lies in Asterisk only."""
        handover = decision.enquiry.handover
        note = handover.note if handover else None
        if handover is None or note is None or note.recording is None or note.audio_id is not None:
            return decision
        recording = Recording(note.recording, 0.0, RecordingEnd.HANGUP)
        kept = await self._notebook.keep(recording, NOTE_MIN_SECONDS)
        audio_id = kept.audio_id if isinstance(kept, KeptAudio) else None
        note = replace(note, audio_id=audio_id)
        return replace(decision, enquiry=replace(decision.enquiry, handover=replace(handover, note=note)))

    async def _note_closing(self, call_id: str, outcome: Outcome) -> None:
        log.info("call.outcome", call=call_id, outcome=outcome.value)
        try:
            await self._notebook.close_call(call_id, outcome)
        except LedgerError as error:
            log.error("the end of the call could not be noted", call=call_id, reason=str(error))


def _operator(directory: Directory) -> tuple[str, Sequence[DialTarget]] | None:
    """The operator's extension and desk phones."""
    operator = directory.people.get(directory.site.operator or "")
    return (
        None if operator is None else (operator.extension, DialPolicy(directory.dialing).phones_of(operator))
    )


def _sent_by(call: ChannelCall) -> Handover | None:
    """Who transferred the caller, after asking us or unasked."""
    if call.handover is not None or call.transferred_by is None:
        return call.handover
    return Handover(call.transferred_by)


def _shown(decision: Decision, directory: Directory) -> str:
    person, enquiry, zone = decision.person, decision.enquiry, directory.site.zone
    return shown_to_colleague(person.name, enquiry.why, decision.state, enquiry.at, decision.back_at, zone)
