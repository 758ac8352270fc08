"""A SIP phone that a test or the demo holds in its hand: it dials, presses keys, speaks and hears."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from ari_absence.errors import LabError
from ari_absence.lab import audio, trace, waiting
from ari_absence.lab.baresip import Baresip, Station
from ari_absence.lab.call import Call
from ari_absence.lab.ear import Ear
from ari_absence.lab.microphone import REFRESH_S, Microphone
from ari_absence.lab.recorder import Recorder
from ari_absence.lab.trace import SipMessage
from ari_absence.lab.waiting import CLOCK

if TYPE_CHECKING:
    from ari_absence.lab.laboratory import Lab

OnRing = Literal["ring", "answer", "busy"]
"""What a phone does by itself when it is called: nothing, answer, or refuse with 486."""

WIDEBAND_HZ = 16000

KEY_S = 0.3
"""From one key to the next: 180 ms of tone on the wire and a gap a person would leave."""

BEEP_HZ = 700.0
"""The pitch of Asterisk's beep sound, which lasts 0.4 s."""

BEEP_S = 0.2

REGISTER_DEADLINE_S = 20.0
STATE_DEADLINE_S = 20.0

_MEDIA_EVENTS = ("CALL_LOCAL_SDP", "CALL_REMOTE_SDP")
_STATES = {
    "CALL_INCOMING": "incoming",
    "CALL_RINGING": "ringing",
    "CALL_PROGRESS": "progress",
    "CALL_ESTABLISHED": "established",
    "CALL_CLOSED": "ended",
}


class CallEnded(LabError):
    """The call that something was to be done with ended meanwhile."""


class Phone:
    """One SIP phone. Made by ``Lab.desk_phone`` and ``Lab.outside_caller``; see there."""

    def __init__(self, lab: Lab, account: str, *, name: str, registers: bool, wideband: bool) -> None:
        self._lab = lab
        self._account = account
        self._registers = registers
        self.name = name
        self.on_ring: OnRing = "ring"
        self.answer_after_s = 0.0
        self.calls: list[Call] = []
        self._station = _station(lab, name, WIDEBAND_HZ if wideband else audio.NARROWBAND_HZ)
        self._baresip = Baresip(self._station, lab.programs, self._take)
        self._microphone = Microphone(self._station, self._baresip)
        self._recorder = Recorder(self._station, self._baresip)
        self._registered: bool | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- its life

    async def start(self) -> Self:
        """Switch the phone on; a desk phone is registered when this returns."""
        self._microphone.prepare()
        await self._baresip.start()
        await self._baresip.command("uanew", f"{self._account};{self._station.sound}")
        if self._registers:
            await self._until(lambda: self._registered is not None, REGISTER_DEADLINE_S, "to be registered")
        if self._registered is False:
            raise LabError(f"Asterisk refused to register {self.name}; see {self.sip_log}.")
        return self

    async def close(self) -> None:
        """Switch the phone off; a call it has is hung up."""
        for task in self._tasks:
            task.cancel()
        await self._baresip.stop()
        self._lab.forget(self)

    # ---- calling

    async def dial(self, number: str) -> Call:
        """Call a number of the lab, such as ``101`` or ``*33``; returns when the call is on its way.

        A call that goes on is put on hold first.
        """
        await self._hold_all()
        said = await self._baresip.command("dial", self._uri(number))
        found = re.search(r"call id: (\S+)", said)
        if found is None:
            raise LabError(f"{self.name} could not dial {number}: {said.strip()}")
        return self._known(found[1], {"direction": "outgoing", "peeruri": self._uri(number)})

    async def call(self, number: str, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Dial and wait until somebody answers."""
        await self.dial(number)
        return await self.wait_established(timeout_s)

    async def answer(self) -> None:
        """Take the call that rings here; another that goes on is put on hold first."""
        ringing = self._ringing_here()
        await self._hold_all()
        await self._baresip.command("accept", ringing.id)

    async def reject(self) -> None:
        """Refuse the call that rings here as busy (486)."""
        await self._baresip.command("hangup", self._ringing_here().id)

    async def hang_up(self) -> None:
        """End the current call, whatever its state; nothing happens if there is none."""
        if (call := self._live()) is not None:
            await self._baresip.command("hangup", call.id)
            await self._until(lambda: not call.live, STATE_DEADLINE_S, "to hang up")

    async def hold(self) -> None:
        """Put the current call on hold; returns when Asterisk has agreed."""
        await self._hold(self.current)

    async def resume(self, call: Call | None = None) -> None:
        """Go on with a call, the current one if none is named, after hold; returns when Asterisk has agreed."""
        call = call or self.current
        await self._renegotiated("resume", call)
        call.on_hold = False

    async def transfer(self, number: str) -> None:
        """Send the other party of the current call to a number, unasked (blind transfer)."""
        await self._baresip.sequence(("callfind", self.current.id), ("transfer", self._uri(number)))

    async def transfer_attended(self) -> None:
        """Join the party of the first live call with that of the second, which may ring yet (attended transfer)."""
        live = [call for call in self.calls if call.live]
        if len(live) != 2:
            raise LabError(f"An attended transfer needs two calls; {self.name} has {len(live)}.")
        first, second = live
        target = f"<{second.peer_uri}?Replaces={self._replaces(second)}>"
        await self._baresip.sequence(("callfind", first.id), ("transfer", target))

    # ---- keys and sound

    async def press(self, keys: str) -> None:
        """Press keys one after the other (RFC 4733); returns when the last one was sent.

        What the phone heard before is forgotten by the waiting functions, as by a caller's mind.
        """
        for key in keys:
            await self._baresip.sequence(("callfind", self.current.id), ("sndcode", key))
            self.current.ear.attend_now()
            await asyncio.sleep(KEY_S)

    async def speak(self, wav: Path) -> None:
        """Speak a WAV file (16-bit, any rate) into the call; returns when it has been spoken."""
        await self._microphone.speak(wav)

    async def speak_tone(self, frequency_hz: float, seconds: float) -> None:
        """Hum a tone into the call; returns when it is over."""
        await self._microphone.hum(frequency_hz, seconds)

    @property
    def heard(self) -> Path:
        """A WAV of what was heard in the current or last call until now, in real time, gaps as silence."""
        call = self._last()
        path = self._station.folder / f"heard-{self.calls.index(call) + 1}.wav"
        return audio.write(path, call.ear.samples(), rate_hz=self._station.rate_hz)

    async def wait_for_beep(self, deadline_s: float = 20.0) -> None:
        """Wait until Asterisk's recording beep was heard and is over."""
        await self._last().ear.tone(BEEP_HZ, BEEP_S, deadline_s)

    async def wait_for_tone(self, frequency_hz: float, seconds: float, deadline_s: float = 20.0) -> None:
        """Wait until a tone of at least ``seconds`` was heard and is over."""
        await self._last().ear.tone(frequency_hz, seconds, deadline_s)

    async def wait_for_quiet(self, seconds: float = 0.6, deadline_s: float = 30.0) -> None:
        """Wait until something was heard and then nothing for ``seconds``: a prompt is over."""
        await self._last().ear.quiet(seconds, deadline_s)

    async def wait_for_sound(self, deadline_s: float = 20.0) -> None:
        """Wait until anything is heard."""
        await self._last().ear.sound(deadline_s)

    # ---- states

    async def wait_incoming(self, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Wait until this phone rings; returns the call."""
        return await self._wait("incoming", timeout_s)

    async def wait_ringing(self, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Wait until the called phone rings (180)."""
        return await self._wait("ringing", timeout_s)

    async def wait_progress(self, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Wait until the other side sends sound before it answers (183)."""
        return await self._wait("progress", timeout_s)

    async def wait_established(self, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Wait until the call is answered."""
        return await self._wait("established", timeout_s)

    async def wait_ended(self, timeout_s: float = STATE_DEADLINE_S) -> Call:
        """Wait until this phone's last call is over; ``end_reason`` then says why, e.g. ``486 Busy Here``."""
        await self._until(lambda: self.calls and not self._last().live, timeout_s, "for the end of its call")
        return self._last()

    @property
    def current(self) -> Call:
        """The newest call that is not over; LabError if there is none."""
        call = self._live()
        if call is None:
            raise LabError(f"{self.name} has no call.")
        return call

    @property
    def sip_port(self) -> int:
        """The phone's own SIP port on 127.0.0.1."""
        return self._station.ports[0]

    @property
    def sip_log(self) -> Path:
        """Every SIP message this phone sent and got, as text."""
        return self._station.log

    @property
    def sip_messages(self) -> list[SipMessage]:
        """Every SIP message this phone sent and got, oldest first."""
        return trace.read(self._station.log, self._station.ports[0])

    @property
    def pid(self) -> int:
        """The phone's process id."""
        return self._baresip.pid

    # ---- how

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind in ("REGISTER_OK", "REGISTER_FAIL"):
            self._registered = kind == "REGISTER_OK"
        if "id" in event:
            self._take_call_event(kind, event, self._known(event["id"], event))

    def _take_call_event(self, kind: str, event: dict[str, Any], call: Call) -> None:
        parameter = str(event.get("param", ""))
        if kind in _MEDIA_EVENTS:
            call.negotiated += 1
        elif kind == "CALL_DTMF_START":
            call.keys_received.append(parameter)
        elif kind in _STATES:
            call.enter(_STATES[kind], parameter)
        if kind == "CALL_INCOMING":
            self._spawn(self._react(call))

    async def _react(self, call: Call) -> None:
        if self.on_ring == "answer":
            await asyncio.sleep(self.answer_after_s)
            await self._baresip.attempt("accept", call.id)
        elif self.on_ring == "busy":
            await self._baresip.attempt("hangup", call.id)

    def _known(self, call_id: str, event: dict[str, Any]) -> Call:
        for call in self.calls:
            if call.id == call_id:
                return call
        call = Call(
            call_id,
            str(event.get("peeruri", "")),
            str(event.get("peerdisplayname", "")),
            event.get("direction") == "outgoing",
            Ear(self._station.rate_hz),
        )
        self.calls.append(call)
        self._spawn(self._attend(call))
        return call

    async def _attend(self, call: Call) -> None:
        """While a call lives: listen to it, and renew the microphone before its file ends."""
        renewed = CLOCK.monotonic()
        while call.live:
            if call.audible and self._recorder.is_deaf(call.ear):
                await self._listen(call)
            if CLOCK.monotonic() - renewed > REFRESH_S:
                renewed = CLOCK.monotonic()
                await self._microphone.fall_silent()
            await asyncio.sleep(waiting.POLL_S)

    async def _listen(self, call: Call) -> None:
        """Write down what comes from a call. A held call, which would write into the same file, is left out:
        offering its hold anew takes its player away.
        """
        await self._recorder.begin(call.ear)
        for held in (other for other in self.calls if other.on_hold and other.live):
            await self._baresip.sequence(("callfind", held.id), ("reinvite", ""), ("callfind", call.id))

    async def _hold_all(self) -> None:
        for call in self.calls:
            if call.audible and call.state == "established":
                with contextlib.suppress(CallEnded):  # there is nobody left to be held, which is as good
                    await self._hold(call)

    async def _hold(self, call: Call) -> None:
        call.on_hold = True
        call.ear.rest()
        await self._renegotiated("hold", call)

    async def _renegotiated(self, command: str, call: Call) -> None:
        before = call.negotiated
        # baresip resumes, and reports a failure all the same when no other call had to be held for it
        await self._baresip.attempt(command, call.id)
        await self._until(
            lambda: call.negotiated > before or not call.live,
            STATE_DEADLINE_S,
            f"for the answer to {command}",
        )
        if call.negotiated == before:
            raise CallEnded(f"The call of {self.name} ended before the other side answered to {command}.")

    async def _wait(self, state: str, timeout_s: float) -> Call:
        await self._until(lambda: self._reached(state), timeout_s, f"to be {state}")
        return self._last()

    def _reached(self, state: str) -> bool:
        """Whether the last call came to a state; what a call did that came in and ended does not count."""
        if not self.calls:
            return False
        call = self._last()
        if call.outgoing and not call.live:
            raise LabError(f"The call of {self.name} ended before it was {state}: {call.end_reason}.")
        return call.live and state in call.history

    async def _until(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        try:
            await waiting.until(condition, deadline_s, "")
        except waiting.Overdue:
            did = self._last().history if self.calls else "has had no call"
            raise LabError(
                f"{self.name} waited {what} for {deadline_s:g} s in vain; its call: {did}."
            ) from None

    def _last(self) -> Call:
        if not self.calls:
            raise LabError(f"{self.name} has had no call.")
        return self._live() or self.calls[-1]

    def _live(self) -> Call | None:
        return next((call for call in reversed(self.calls) if call.live), None)

    def _ringing_here(self) -> Call:
        for call in reversed(self.calls):
            if call.state == "incoming":
                return call
        raise LabError(f"{self.name} does not ring.")

    def _replaces(self, call: Call) -> str:
        """The Replaces parameter that names a call's dialog; its tags are read from the SIP trace."""
        told = [each for each in self.sip_messages if each.call_id == call.id and each.tag("to")]
        for message in sorted(told, key=lambda each: not each.answers_well):
            if message.answers_well or message.tells_of_ringing:
                ours, theirs = ("from", "to") if call.outgoing else ("to", "from")
                return f"{call.id}%3Bto-tag%3D{message.tag(theirs)}%3Bfrom-tag%3D{message.tag(ours)}"
        raise LabError(f"The second call of {self.name} was not answered; nobody can be transferred to it.")

    def _uri(self, number: str) -> str:
        return f"sip:{number}@127.0.0.1:{self._lab.sip_port}"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _station(lab: Lab, name: str, rate_hz: int) -> Station:
    """A fresh folder and free ports for one phone."""
    ports = lab.take_phone_ports()
    stem = re.sub(r"[^0-9A-Za-z]", "", name)[-12:]
    number = 1
    while (folder := lab.settings.folders.phones / f"{stem}-{ports.start}-{number}").exists():
        number += 1
    folder.mkdir(parents=True)
    return Station(folder, ports, rate_hz)
