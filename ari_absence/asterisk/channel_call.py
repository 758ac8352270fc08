"""The port ``attendant.call.Call`` on a real channel: one task, one queue, one request per sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from ari_absence.asterisk import endpoints, listening, playing
from ari_absence.asterisk import recording as taking
from ari_absence.asterisk.guard import Guard
from ari_absence.asterisk.hunting import Cause, Hunting
from ari_absence.asterisk.joining import Joining
from ari_absence.asterisk.line import SETTLE_SECONDS, Line, through
from ari_absence.asterisk.presenting import Identity, caller_id
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.speaking import Sayable, Speaking
from ari_absence.asterisk.tools import Tools
from ari_absence.attendant.call import (
    FREE,
    Hunt,
    HuntEnd,
    Listened,
    Pastime,
    Recording,
    RecordingTerms,
    Ring,
)
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.handover import Handover
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import MessageAudio, Utterance
from ari_absence.errors import AlreadyGone, AsteriskError, EffectFailed, RequestRefused

__all__ = ["CallingChannel", "ChannelCall", "DeskChannel", "Tools"]

LOOK_SECONDS = 2.0
"""How often we look whether a line that is waited for has become free; how long it may be free unused."""

GLANCE_SECONDS = 0.5
"""How often we look whether a caller need be let ring no longer."""

OUR_CALL = "ABSENCE_CALL"
"""Holds the id of the call as soon as we are about to speak with the caller: should the call come back to the dialplan
unfinished, the fallback announces nothing a second time, and what is left there belongs to this call."""

UNSAID = "ABSENCE_UNSAID"
"""Set when the caller comes back without having heard a word of ours: then the fallback announces all the same."""

_CONNECTED_LINE = (
    "CONNECTEDLINE(all,i)"  # what the phone is told it has reached; i: with our next answer, not at once
)


class CallingChannel(Speaking[Sayable]):
    """Who called us, on one channel. Its methods may be called by one task only, one at a time.

    While :meth:`hunt` runs, that task is the pastime's.
    """

    def __init__(
        self,
        tools: Tools,
        line: Line,
        media: Callable[[Sequence[Sayable]], Sequence[str]],
        called: str,
    ) -> None:
        self._guard: Guard = Guard(line, tools.client)
        super().__init__(tools.client, line, media, self._guard, tools.seconds_of)
        self._tools = tools
        self._called = called
        self.began_at = line.channel.endpoint
        self._released = False
        self._picked_up = False
        self._spoken = False
        self._log = structlog.get_logger().bind(call=line.call_id)

    @property
    def call_id(self) -> str:
        """Our own id of this call, unique for ever."""
        return self.line.call_id

    @property
    def caller(self) -> Caller:
        """Who calls; after a transfer, who was transferred to us."""
        channel = self.line.channel
        return Caller(channel.caller_number, channel.caller_name, self._tools.extension_of(channel.endpoint))

    @property
    def began_by(self) -> str | None:
        """The extension of the phone that began this call; None for a phone that is not ours."""
        return self._tools.extension_of(self.began_at)

    @property
    def over(self) -> bool:
        """Whether the caller is no longer in our hands."""
        return self.line.ended or self._released

    @property
    def answered(self) -> bool:
        """Whether the caller has been picked up, by us or by who sent them to us."""
        return self._picked_up or self.line.channel.up

    async def answer(self) -> None:
        """Put off the guard of the dialplan, then pick up."""
        self.line.catch_up()
        await self._guard.prolong()
        await self.line.effect(self._client.answer(self.line.channel.id))
        self._picked_up = True
        self._log.info("call.answered")

    async def ring_on(self, enough: Callable[[], bool], seconds: float) -> None:
        """Put off the guard of the dialplan and let the caller hear ringing until it is ``enough``, or for so long."""
        self.line.catch_up()
        await self._guard.prolong()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        try:
            await self.line.effect(self._client.ring(self.line.channel.id))
            while not enough() and (left := deadline - loop.time()) > 0:
                await self.line.until(lambda: self.line.gone, min(GLANCE_SECONDS, left))
                self.line.check()
                await self._guard.prolong()
        finally:
            await through(self._stop_ringing())

    async def play(self, recording: Recording) -> str | None:
        """Play a recording back; a key interrupts and is returned."""
        self.line.catch_up()
        await self.quieten()
        await self._guard.prolong(recording.seconds)
        await playing.play(
            self.line,
            self._client,
            [f"recording:{recording.name}"],
            interrupted=self._is_key_waiting,
            sound_seconds_max=recording.seconds + playing.SOUND_SECONDS_MAX,
        )
        return self.line.keys.popleft() if self.line.keys else None

    async def record(self, terms: RecordingTerms) -> Recording:
        """Beep and record. A hang-up meanwhile gives a recording ended by ``HANGUP``."""
        self.line.catch_up()
        await self.quieten()
        await self._guard.prolong(terms.max_seconds)
        done = await taking.record(self.line, self._client, self._tools.recording_format, terms)
        self._log.info("call.recorded", ended_by=done.ended_by.value, seconds=round(done.seconds))
        return done

    async def wait(self, seconds: float, free: Sequence[DialTarget] = ()) -> str | None:
        """Music until a key, until the phones are free, or for so long; a key pressed before counts, too."""
        self.line.catch_up()
        if self.line.keys:
            return self.line.keys.popleft()
        await self.quieten()
        await self._guard.prolong()
        try:
            self.line.music = True
            await self.line.effect(self._client.music(self.line.channel.id))
            return await (self._key_or_free(seconds, free) if free else self._key(seconds))
        finally:
            await through(self._stop_music())

    async def wait_ringing(self, seconds: float) -> str | None:
        """Ringing until a key, or for so long; a key pressed before counts, too."""
        self.line.catch_up()
        if self.line.keys:
            return self.line.keys.popleft()
        await self.quieten()
        await self._guard.prolong()
        try:
            await self.line.effect(self._client.ring(self.line.channel.id))
            return await self._key(seconds)
        finally:
            await through(self._stop_ringing())

    async def _key_or_free(self, seconds: float, phones: Sequence[DialTarget]) -> str | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0:
            key = await self._key(min(LOOK_SECONDS, left))
            if key is not None:
                return key
            if await self.is_free(phones):
                return FREE
        return None

    async def hunt(
        self,
        rings: Sequence[Ring],
        ring_seconds: float,
        pastime: Pastime | None = None,
        heir: Pastime | None = None,
    ) -> Hunt:
        """Ring all at once, screen each who answers, join the first taker, return when they have talked."""
        self.line.catch_up()
        called = Identity(self._shown_as, self._tools.name_of(self._shown_as) or "")
        cause = Cause(
            self.call_id, self.line.reserve_counts(len(rings)), called, self.caller, self.line.channel.id
        )
        await self._guard.prolong()
        hunting = Hunting(self._tools, cause, rings, ring_seconds)
        hunt = await Joining(self._tools, self, hunting, heir).run(pastime)
        if hunt.end is HuntEnd.TALKED:
            self.line.keys.clear()  # what was pressed while talking was meant for the other party
        return hunt

    @property
    def _shown_as(self) -> str:
        """The extension that the caller's display goes on to show."""
        return self._called

    async def is_free(self, targets: Sequence[DialTarget]) -> bool:
        """Whether at least one of these inside phones is registered and none of them is in a call."""
        self.line.catch_up()
        return await endpoints.is_free(self._client, targets)

    async def is_registered(self, targets: Sequence[DialTarget]) -> bool:
        """Whether at least one of these inside phones is registered, in a call or not."""
        self.line.catch_up()
        return await endpoints.is_registered(self._client, targets)

    async def part(self) -> Channel:
        """Let go of the line, quiet, and give the channel that is on it now: who took the caller's place."""
        self.line.accept()
        await self.quieten()
        self._let_go()
        return self.line.channel

    async def release_to_dialplan(self) -> None:
        """Hand the caller to the dialplan's own fallback; the call is over for us."""
        if self.over:
            return
        await self.quieten()
        channel_id, (context, extension) = self.line.channel.id, self._place_of_release
        self._log.info("call.released")
        try:
            if self._picked_up and not self._spoken:
                await self._client.set_variable(channel_id, UNSAID, "1")
            await self._client.continue_in_dialplan(channel_id, context, extension)
        except AlreadyGone:
            pass
        except RequestRefused as error:
            self._log.error("call.not_released", error=str(error))
            await self.hang_up()  # better than leaving somebody in silence
        except AsteriskError as error:
            self._log.error("call.not_released", error=str(error))
        self._let_go()

    @property
    def _place_of_release(self) -> tuple[str, str]:
        """Where in the dialplan we leave whom we can't serve: the context, and the extension in it."""
        return self._tools.fallback_context, self._tools.fallback_extension

    async def hang_up(self) -> None:
        """End the call. A caller who is gone already is no error; who took their place is not hung up on."""
        if self.over:
            return
        if self.line.gone and (await self._has_ended() or not await self._is_held()):
            self._let_go()
            return
        if self.line.replaced:
            return
        self._log.info("call.hung_up")
        try:
            await self._client.hang_up(self.line.channel.id)
        except AlreadyGone:
            pass
        except AsteriskError as error:
            # whoever stays behind is found and released when the link is next established
            self._log.error("call.not_hung_up", error=str(error))
        self._let_go()

    async def _has_ended(self) -> bool:
        """Whether Asterisk says so itself, as it does a moment after a caller hung up: then nobody need ask."""
        line = self.line
        return await line.until(lambda: line.ended or line.replaced, SETTLE_SECONDS) and not line.replaced

    async def _is_held(self) -> bool:
        """Whether Asterisk has the caller in our hands. Whom the guard has freed is the dialplan's to serve."""
        try:
            held = (await self._client.application(self._tools.app)).get("channel_ids", ())
        except AsteriskError:
            return False  # whoever stays behind is found and released when the link is next established
        return self.line.channel.id in held

    def _let_go(self) -> None:
        self._released = self.line.gone = True

    @property
    def guard(self) -> Guard:
        """What frees the caller from us, should we say nothing more."""
        return self._guard

    async def _play(self, utterances: Sequence[Sayable], interrupted: Callable[[], bool]) -> None:
        await super()._play(utterances, interrupted)
        self._spoken = True

    async def _stop_music(self) -> None:
        self.line.music = False
        await self._stop(self._client.stop_music, "music.not_stopped")

    async def _stop_ringing(self) -> None:
        await self._stop(self._client.stop_ring, "ringing.not_stopped")

    async def _stop(self, request: Callable[[str], Coroutine[Any, Any, None]], complaint: str) -> None:
        if self.line.gone and not self.line.replaced:
            return
        try:
            await request(self.line.channel.id)
        except AlreadyGone:
            self.line.gone = True
        except AsteriskError as error:
            self._log.warning(complaint, error=str(error))


class ChannelCall(CallingChannel[Utterance]):
    """The port ``attendant.call.Call``: a caller for somebody who is away.

    ``transferred_by`` and ``handover``: who sent the caller here, unasked or after asking us. ``astray``: unasked, and
    to where no caller is served.
    """

    def __init__(
        self,
        tools: Tools,
        line: Line,
        extension: str,
        why: Why,
        *,
        transferred_by: str | None = None,
        handover: Handover | None = None,
        astray: bool = False,
    ) -> None:
        super().__init__(tools, line, tools.media, extension)
        self._began_at = asyncio.get_running_loop().time()
        self._astray = astray
        self._why = why
        self._shown = ""
        self._transferred_by = transferred_by
        self._handover = handover
        self._to_hand_over: Handover | None = None
        self._house: Speaking[DeskUtterance] = Speaking(
            tools.client, line, tools.desk_media, self._guard, tools.seconds_of
        )

    @property
    def first_sound_seconds(self) -> float | None:
        """How long after the call's arrival Asterisk accepted its first sound; None: nothing was played."""
        at = self.line.first_sound_at
        return None if at is None else at - self._began_at

    @property
    def extension(self) -> str:
        """The extension that was called."""
        return self._called

    @property
    def why(self) -> Why:
        """How the call came to us."""
        return self._why

    @property
    def transferred_by(self) -> str | None:
        """The extension of who sent the caller on, unasked, to the extension called; None if it is none of ours."""
        return self._transferred_by

    @property
    def astray(self) -> bool:
        """Whether the caller was sent on to where no caller is served; ``extension`` is who is to have them back."""
        return self._astray

    @property
    def handover(self) -> Handover | None:
        """What came with a caller whom somebody transferred to us, taking that one's place on the line."""
        return self._handover

    @property
    def house(self) -> Speaking[DeskUtterance]:
        """How a caller of the house is spoken with."""
        return self._house

    @property
    def to_hand_over(self) -> Handover:
        """What goes with whoever takes the caller's place."""
        return self._to_hand_over or Handover(self.began_by)

    def hand_over(self, handover: Handover) -> None:
        """From now on, this goes with whoever takes the caller's place."""
        self._to_hand_over = handover

    async def is_one_of_several(self) -> bool:
        """Whether the phone that calls has another call besides this one."""
        self.line.catch_up()
        try:
            return (await endpoints.look(self._client, self.line.channel.endpoint)).calls > 1
        except AsteriskError:
            return False

    def show_colleague(self, text: str) -> None:
        """What the caller's display is to show when we pick up; a caller from outside is shown nothing of it."""
        self._shown = text

    async def answer(self) -> None:
        """Put off the guard of the dialplan, then pick up; a colleague's display tells where the person is."""
        self.line.catch_up()
        await self._tell_fallback_who_was_called()
        await self._tell_fallback_of_greeting()
        if not (self._shown and self.caller.inside) or self.answered:
            await super().answer()
            return
        await self._set_connected_line(self._shown)
        await super().answer()
        # It went out with the 200 OK. Whoever the call is transferred to next, perhaps outside, is shown what the
        # channel holds then, which must be no more than anybody may see.
        await self._set_connected_line(self._tools.name_of(self._called) or "")

    async def _tell_fallback_who_was_called(self) -> None:
        """A channel that was put into another's place knows nothing of that one's variables, and who went astray
        was called for another."""
        if (self._handover is not None or self._astray) and not self._picked_up:
            await self.line.effect(
                self._client.set_variable(self.line.channel.id, "ABSENCE_EXTENSION", self._called)
            )

    async def _tell_fallback_of_greeting(self) -> None:
        if not self._picked_up:
            await self.line.effect(
                self._client.set_variable(self.line.channel.id, OUR_CALL, self.line.call_id)
            )

    async def _set_connected_line(self, name: str) -> None:
        try:
            identity = caller_id(self._called, name) or ""
            await self.line.effect(self._client.set_variable(self.line.channel.id, _CONNECTED_LINE, identity))
        except EffectFailed as error:  # a display is no reason to keep a caller waiting
            self._log.warning("display.not_set", error=str(error))


class DeskChannel(CallingChannel[DeskUtterance]):
    """The port ``attendant.call.DeskCall``: who dialled one of our codes."""

    def __init__(self, tools: Tools, line: Line, dialled: str) -> None:
        super().__init__(tools, line, tools.desk_media, dialled)

    @property
    def dialled(self) -> str:
        """The code as it was dialled."""
        return self._called

    async def listen(self, message: MessageAudio, seconds: float, from_seconds: float = 0.0) -> Listened:
        """Play a message: ``*`` and ``#`` skip 3 seconds, 0 pauses; other keys end it."""
        self.line.catch_up()
        await self._guard.prolong(2 * seconds + listening.PAUSE_SECONDS_MAX)
        return await listening.listen(self.line, self._client, self._media([message]), seconds, from_seconds)

    @property
    def _shown_as(self) -> str:
        """Whoever calls back from a code is shown, where the trunk shows the own number, as their extension."""
        return self.caller.extension or self._called

    @property
    def _place_of_release(self) -> tuple[str, str]:
        """A caller's announcement is nothing for who dialled a code."""
        return self._tools.code_context, self._tools.code_extension
