"""The vocabulary of these tests: a stage on which an office opens, and callers who speak with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ari_absence.lab import Lab, Phone, audio, waiting
from ari_absence.lab.office import Office
from tests.log_collection import note_secret
from tests.real import voices
from tests.real.ledger import Ledger
from tests.real.playbill import Playbill

EXAMPLES = Path(__file__).parent.parent / "config" / "examples"

MORNING = "2026-11-25T10:00+09:00"
"""A Wednesday: 101 is on a business trip, 103 works at night only, 100, 102 and 110 are at work."""

HANS = "0441112233"
VOICE_HZ = 1040.0
"""The caller's voice is a tone, so that it is known again wherever it turns up."""

SHORT_LIMITS: Mapping[str, Any] = {
    "menu_seconds": 4,
    "message_min_seconds": 1,
    "operator_ring_seconds": 2,
    "name_seconds": 3,
}

TIDY_DEADLINE_S = 30.0
GRAIN_S = 0.04


@dataclass
class Scene:
    """An office that is open, and what can be known of it from outside."""

    lab: Lab
    office: Office
    ledger: Ledger
    playbill: Playbill

    async def caller(self, number: str | None = HANS, *, name: str = "Hans Huber") -> Caller:
        """Somebody outside with a phone; ``number`` None withholds it."""
        return Caller(await self.lab.outside_caller(number, name=name if number else ""), self)

    async def colleague(self, extension: str) -> Caller:
        """Somebody of the house at their desk phone."""
        return Caller(await self.lab.desk_phone(extension), self)

    async def call(self, extension: str, number: str | None = HANS) -> Caller:
        """Somebody outside who has called the extension; somebody or something has answered."""
        caller = await self.caller(number)
        await caller.phone.call(extension)
        return caller

    async def caller_at_the_beep(self, extension: str = "101") -> Caller:
        """Somebody outside who chose to leave a message and has just heard the beep."""
        caller = await self.call(extension)
        await caller.chooses("1")
        await caller.phone.wait_for_beep()
        return caller

    async def caller_in_the_review(self) -> Caller:
        """Somebody outside who has spoken a message and is asked what to do with it."""
        caller = await self.caller_at_the_beep()
        await caller.speaks()
        await caller.presses("#")
        await caller.hears("say-review-menu")
        return caller

    def recordings_in_asterisk(self) -> list[Path]:
        """The recordings of ours that Asterisk holds."""
        return sorted((self.lab.recordings / "abs").glob("*.wav"))

    async def log_tells(self, text: str, deadline_s: float = 20.0) -> None:
        """Wait until the service's log holds a text."""
        await waiting.until(lambda: text in self.log, deadline_s, f"{text!r} in the service's log")

    @property
    def log(self) -> str:
        """What the service has logged so far."""
        file = self.office.log_file
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    @contextmanager
    def service_frozen(self) -> Iterator[None]:
        """The service stands still inside this block: its sockets stay open, nothing answers."""
        os.kill(self.office.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.office.pid, signal.SIGCONT)


@dataclass
class Caller:
    """Somebody with a phone, and what they do and hear."""

    phone: Phone
    scene: Scene
    own_playbill: Playbill | None = None

    async def calls(self, extension: str) -> None:
        """Dial and wait for an answer."""
        await self.phone.call(extension)

    async def calls_among_others(self, extension: str) -> None:
        """Dial and wait for an answer; from now on, what others hear does not count as heard."""
        before = set(await self.scene.lab.channels())
        await self.phone.call(extension)
        (channel,) = set(await self.scene.lab.channels()) - before
        self.own_playbill = Playbill(self.scene.lab.log_file, channel)

    @property
    def playbill(self) -> Playbill:
        """What is played: to this caller, once known, else to anybody."""
        return self.own_playbill or self.scene.playbill

    async def chooses(self, key: str) -> None:
        """Press a key as soon as anything is heard."""
        await self.phone.wait_for_sound()
        await self.presses(key)

    async def presses(self, keys: str) -> None:
        """Press keys; what was played before is past."""
        self.playbill.forget()
        await self.phone.press(keys)

    async def hears(self, sound: str, deadline_s: float = 15.0) -> None:
        """Wait until Asterisk begins to play a sound."""
        await self.playbill.hears(sound, deadline_s)

    async def speaks(self, seconds: float = 1.5, hz: float = VOICE_HZ) -> None:
        """Speak: a tone."""
        await self.phone.speak_tone(hz, seconds)

    async def speaks_after_the_beep(self, seconds: float = 1.5, hz: float = VOICE_HZ) -> None:
        """Wait for the beep, speak, press pound."""
        await self.phone.wait_for_beep()
        await self.speaks(seconds, hz)
        await self.presses("#")

    async def hangs_up(self) -> None:
        """Put the receiver down."""
        await self.phone.hang_up()

    async def is_hung_up_on(self, deadline_s: float = 15.0) -> None:
        """Wait until the other side has hung up."""
        await self.phone.wait_ended(deadline_s)

    def heard(self, hz: float) -> float:
        """For how many seconds a tone was heard in this call."""
        return tone_seconds(self.phone.heard, hz)


@dataclass
class Stage:
    """Where offices open, one test long. Checks at the end that nothing is left behind."""

    lab: Lab
    folder: Path
    brisk_sentences: Path
    scenes: list[Scene] = field(default_factory=list)

    async def open(
        self,
        *,
        now: str = MORNING,
        real_voice: bool = False,
        limits: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
        ari_url: str | None = None,
        running: bool = True,
    ) -> Scene:
        """Open an office at the instant ``now``; without ``running`` its service is yet to be started."""
        changes = {"limits": {**SHORT_LIMITS, **(limits or {})}, **(changes or {})}
        if not real_voice:
            changes = {"pbx": {"sounds": str(self.folder / "sounds")}, **changes}
        (self.folder / "data" / "sounds").mkdir(parents=True)  # else the office shares those of all others
        office = Office(self.lab, self.folder, EXAMPLES, pretend_now=now, changes=changes, ari_url=ari_url)
        voices.give_names(office)
        voices.brisk_folder(self.folder / "sounds", self.brisk_sentences, office.data)
        note_secret(self.lab.ari_password)
        note_secret(self.lab.phone_password)
        scene = Scene(self.lab, office, Ledger(office.data), Playbill(self.lab.log_file))
        self.scenes.append(scene)
        office.mail.start()
        if running:
            await office.start_service()
        return scene

    async def clear(self) -> None:
        """End the calls, close the offices, and see that nothing is left."""
        try:
            await self.lab.close_phones()
            await self.lab.until_quiet()
            for scene in self.scenes:
                await _nothing_is_left(scene)
        finally:
            for scene in self.scenes:
                await scene.office.stop_service()
                _forget_what_was_left(scene)
                scene.office.mail.stop()
                scene.ledger.close()


def _forget_what_was_left(scene: Scene) -> None:
    """What the dialplan has recorded would be taken in by the next office of this Asterisk."""
    for recording in (scene.lab.recordings / "ari-absence-fallback").glob("*"):
        recording.unlink()


async def _nothing_is_left(scene: Scene) -> None:
    """Fail if a call outlives its callers in Asterisk, in the service or in the ledger, or if an error was logged."""
    if not scene.office.is_running:  # the test failed half-way; only a running service can be asked
        await scene.office.start_service()
    await _until_no_bridge(scene.lab)
    await waiting.until(lambda: not scene.office.status()["calls"], TIDY_DEADLINE_S, "The last call's end")
    await waiting.until(lambda: not scene.ledger.places(), TIDY_DEADLINE_S, "The last place's release")
    await waiting.until(
        lambda: not scene.recordings_in_asterisk(), TIDY_DEADLINE_S, "The removal of Asterisk's recordings"
    )
    assert all(call.ended_at for call in scene.ledger.calls())
    assert "Traceback" not in scene.log


async def _until_no_bridge(lab: Lab) -> None:
    end = waiting.CLOCK.monotonic() + TIDY_DEADLINE_S
    while len(left := await _bridges(lab)) > 1:
        assert waiting.CLOCK.monotonic() < end, left


async def _bridges(lab: Lab) -> list[str]:
    """The console's list, its head included; an empty parking lot is a bridge that Asterisk keeps."""
    lines = (await lab.cli("bridge show all")).strip().splitlines()
    return [line for line in lines if line.split()[2:4] != ["0", "parking"]]


def tone_seconds(wav: Path, hz: float) -> float:
    """For how many seconds a WAV holds a tone."""
    return sum(tone_grains(wav, hz)) * GRAIN_S


def tone_grains(wav: Path, hz: float) -> list[bool]:
    """For each 40 ms of a WAV, whether they are a tone."""
    return [
        audio.loudness(grain) > 0.01 and audio.strength(grain, hz, rate_hz=rate_hz) > 0.8
        for grain, rate_hz in _grains(wav)
    ]


def longest_silence(wav: Path) -> float:
    """The longest stretch of a WAV, in seconds, in which nothing is heard."""
    longest = current = 0
    for grain, _ in _grains(wav):
        current = 0 if audio.loudness(grain) > 0.004 else current + 1
        longest = max(longest, current)
    return longest * GRAIN_S


def _grains(wav: Path) -> Iterator[tuple[Any, int]]:
    samples, rate_hz = audio.read(wav)
    size = round(GRAIN_S * rate_hz)
    return ((samples[n : n + size], rate_hz) for n in range(0, len(samples) - size + 1, size))
