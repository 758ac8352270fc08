"""The port ``attendant.call.Call`` on a real channel: one task, one queue, one request per sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from ari_absence.asterisk import playing
from ari_absence.asterisk import recording as taking
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.connecting import Connecting, Identity
from ari_absence.asterisk.line import SETTLE_SECONDS, Line
from ari_absence.attendant.call import Connection, Recording, RecordingTerms
from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Caller, Why
from ari_absence.core.phrases import Utterance
from ari_absence.errors import AlreadyGone, AsteriskError, RequestRefused

Media = Callable[[Sequence[Utterance]], Sequence[str]]
"""Which sounds say the utterances, as Asterisk's media URIs."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every call needs.

    ``extension_of`` knows our phones by endpoint (``PJSIP/101``) and ``name_of`` the public name of an
    extension; the fallback is the place in the dialplan where callers go whom we can't serve.
    """

    client: AriClient
    app: str
    media: Media
    extension_of: Callable[[str], str | None] = lambda _: None
    name_of: Callable[[str], str | None] = lambda _: None
    fallback_context: str = "ari-absence"
    fallback_extension: str = "fallback"
    recording_format: str = "wav"


class ChannelCall:
    """One caller on one channel. Its methods may be called by one task only, one at a time."""

    def __init__(self, tools: Tools, line: Line, extension: str, why: Why) -> None:
        self.line = line
        self._tools = tools
        self._client = tools.client
        self._extension = extension
        self._why = why
        self._released = False
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
    def extension(self) -> str:
        """The extension that was called."""
        return self._extension

    @property
    def why(self) -> Why:
        """How the call came to us."""
        return self._why

    @property
    def over(self) -> bool:
        """Whether the caller is no longer in our hands."""
        return self.line.ended or self._released

    async def answer(self) -> None:
        """Clear the guard of the dialplan, then pick up."""
        self.line.catch_up()
        await self.line.effect(self._client.set_variable(self.line.channel.id, "TIMEOUT(absolute)", "0"))
        await self.line.effect(self._client.answer(self.line.channel.id))
        self._log.info("call.answered")

    async def say(self, *utterances: Utterance, skip: str = "") -> None:
        """Say it to the end, or until the key ``skip``. Keys pressed meanwhile are dropped."""
        self.line.catch_up()
        keys, kept = self.line.keys, len(self.line.keys)
        await self._play(utterances, lambda: skip in keys)
        while len(keys) > kept:
            keys.pop()
        if skip in keys:  # pressed before it was asked for, by somebody quick
            keys.remove(skip)

    async def ask(self, utterances: Sequence[Utterance], patience_seconds: float) -> str | None:
        """Say it, unless a key interrupts, then wait ``patience_seconds`` for a key; None is silence."""
        self.line.catch_up()
        await self._play(utterances, self._is_key_waiting)
        return await self._key(patience_seconds)

    async def ask_digits(
        self, utterances: Sequence[Utterance], digits_max: int, patience_seconds: float
    ) -> str:
        """Say it, unless a key interrupts, and collect keys up to ``#``, ``digits_max`` or silence."""
        self.line.catch_up()
        await self._play(utterances, self._is_key_waiting)
        digits = ""
        while len(digits) < digits_max:
            key = await self._key(patience_seconds)
            if key is None or key == "#":
                break
            digits += key
        return digits

    async def play(self, recording: Recording) -> str | None:
        """Play a recording back; a key interrupts and is returned."""
        self.line.catch_up()
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
        done = await taking.record(self.line, self._client, self._tools.recording_format, terms)
        self._log.info("call.recorded", ended_by=done.ended_by.value, seconds=round(done.seconds))
        return done

    async def connect(self, targets: Sequence[DialTarget], ring_seconds: float) -> Connection:
        """Ring the targets at once, join the first who answers with the caller, return when they are done."""
        self.line.catch_up()
        shown = Identity(self._extension, self._tools.name_of(self._extension) or "")
        connecting = Connecting(self._client, self._tools.app, self.line, self.caller, shown)
        connection = await connecting.run(targets, ring_seconds)
        self.line.keys.clear()  # what was pressed while talking was meant for the other party
        self._log.info("call.connection", ended=connection.value)
        return connection

    async def release_to_dialplan(self) -> None:
        """Hand the caller to the dialplan's own fallback; the call is over for us."""
        if self.over:
            return
        await self._quieten()
        tools, channel_id = self._tools, self.line.channel.id
        self._log.info("call.released")
        try:
            await self._client.continue_in_dialplan(
                channel_id, tools.fallback_context, tools.fallback_extension
            )
        except AlreadyGone:
            pass
        except RequestRefused as error:
            self._log.error("call.not_released", error=str(error))
            await self.hang_up()  # better than leaving somebody in silence
        except AsteriskError as error:
            self._log.error("call.not_released", error=str(error))
        self._let_go()

    async def hang_up(self) -> None:
        """End the call. A caller who is gone already is no error."""
        if self.over:
            return
        if self.line.gone and (await self._has_ended() or not await self._is_held()):
            self._let_go()
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
        return await self.line.until(lambda: self.line.ended, SETTLE_SECONDS)

    async def _is_held(self) -> bool:
        """Whether Asterisk has the caller in our hands. Whom the guard has freed is the dialplan's to serve."""
        try:
            held = (await self._client.application(self._tools.app)).get("channel_ids", ())
        except AsteriskError:
            return False  # whoever stays behind is found and released when the link is next established
        return self.line.channel.id in held

    def _let_go(self) -> None:
        self._released = self.line.gone = True

    async def _quieten(self) -> None:
        """End what is playing or being recorded; the dialplan would have to wait for it."""
        if self.line.playback is not None:
            await playing.stop(self.line, self._client, self.line.playback)
        if self.line.take is not None:
            await taking.stop(self._client, self.line.take)

    def _is_key_waiting(self) -> bool:
        return bool(self.line.keys)

    async def _play(self, utterances: Sequence[Utterance], interrupted: Callable[[], bool]) -> None:
        media = self._tools.media(utterances)
        if utterances and not media:
            self._log.warning("prompt.without_sounds")
        await playing.play(self.line, self._client, media, interrupted=interrupted)

    async def _key(self, patience_seconds: float) -> str | None:
        line = self.line
        await line.until(lambda: line.gone or bool(line.keys), patience_seconds)
        line.check()
        return line.keys.popleft() if line.keys else None
