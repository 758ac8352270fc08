"""The calls of the demonstration, each as its caller lives it."""

from __future__ import annotations

import asyncio
import json
import re
import wave
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ari_absence.lab import audio
from ari_absence.lab.demo.report import Scene
from ari_absence.lab.office import Office
from ari_absence.lab.phone import Phone

MESSAGE = Path(__file__).parent / "caller.wav"
LISTENS_SECONDS = 8.5  # a caller who has heard who is away, until when, and the first choice
HANS, ERIKA = "0441112233", "0315556677"


async def outsider_leaves_a_message(office: Office) -> Scene:
    """From outside to an absent person: announcement, message with real speech, review, mail."""
    scene = Scene("From outside to Alice, who is on a business trip: a message")
    caller = await office.lab.outside_caller(HANS, name="Hans Huber")
    await caller.dial("101")
    await caller.wait_established()
    await asyncio.sleep(LISTENS_SECONDS)
    await _press(scene, caller, "1")
    await caller.wait_for_beep()
    await caller.speak(MESSAGE)
    await _press(scene, caller, "#")
    await caller.wait_for_sound()
    await _press(scene, caller, "1")
    await caller.wait_ended(30)
    (message,) = await office.messages()
    mail = await office.mail.wait_for_mail(message["id"])
    scene.heard = said_in(office, message["call_id"])
    scene.result("message", f"{message['id']}, {message['seconds']:.0f} s, for {message['person_name']}")
    scene.result("recording", message["audio"])
    scene.result("mail", f"“{mail['subject']}” to {mail['to']}, in {office.mail.folder}")
    scene.result("the phone heard", caller.heard)
    _check_message(scene, Path(message["audio"]), message, _attached(mail))
    scene.check(
        "out of the office" in " ".join(scene.heard), "the caller was told that she is out of the office"
    )
    scene.check(
        not re.search("trip|Osaka|90 ?1234", " ".join(scene.heard)), "and neither trip, place nor mobile"
    )
    _check_audible(scene, caller.heard, seconds_min=12)
    return scene


def _check_message(scene: Scene, recording: Path, message: dict[str, object], attached: object) -> None:
    spoken = _seconds(MESSAGE)
    kept = _seconds(recording)
    scene.check(
        abs(kept - spoken) < 1.5, f"the recording has the {spoken:.1f} s that were spoken ({kept:.1f} s)"
    )
    scene.check(recording.stat().st_mode & 0o077 == 0, "nobody else on this machine can read it")
    scene.check(attached == recording.read_bytes(), "the mail brought the same audio")
    scene.check(message["due"], "a time to be called back was promised and noted")


def _attached(mail: EmailMessage) -> object:
    return next((part.get_payload(decode=True) for part in mail.iter_attachments()), None)


async def colleague_just_calls(office: Office) -> Scene:
    """A colleague calls the same person, hears more, and only wants it known."""
    scene = Scene("Kenji, a colleague, calls Alice: he hears more, and just lets her know")
    kenji = await office.lab.desk_phone("102")
    await kenji.dial("101")
    await kenji.wait_established()
    await kenji.wait_for_sound()
    await _press(scene, kenji, "3")
    await kenji.wait_ended(25)
    note = await _callback(office, "102")
    scene.heard = said_in(office, note["calls"][-1])
    scene.result("noted", f"{note['id']}: {note['wish']}")
    scene.check("business trip" in " ".join(scene.heard), "a colleague hears that it is a business trip")
    scene.check("Example Trading" not in " ".join(scene.heard), "and is not welcomed to his own company")
    _check_audible(scene, kenji.heard, seconds_min=2)
    await kenji.close()
    return scene


async def present_person_answers(office: Office) -> Scene:
    """From outside to somebody present: a real SIP phone rings and is answered; the service is not asked."""
    scene = Scene("From outside to Mori, who is there: his phone rings and he answers")
    mori = await office.lab.desk_phone("110", on_ring="answer", answer_after_s=1.0)
    caller = await office.lab.outside_caller(ERIKA, name="Erika Muster")
    await caller.dial("110")
    await caller.wait_established()
    await caller.speak_tone(1000, 1.5)
    await mori.speak_tone(600, 1.5)
    await caller.hang_up()
    await mori.wait_ended()
    scene.result("Mori's phone heard", mori.heard)
    scene.result("the caller's phone heard", caller.heard)
    scene.check(_has_tone(mori.heard, 1000), "Mori's phone heard the caller's tone of 1000 Hz")
    scene.check(_has_tone(caller.heard, 600), "the caller's phone heard Mori's tone of 600 Hz")
    log = office.log_file.read_text().splitlines()
    asked = [line for line in log if "call.began" in line and "extension=110" in line]
    scene.check(not asked, "the service was not asked for it")
    return scene


async def call_after_hours(office: Office) -> Scene:
    """In the evening: the office is closed, and the caller hangs up; the call is not forgotten."""
    scene = Scene("From outside to Mori in the evening: the office is closed, and the caller hangs up")
    caller = await office.lab.outside_caller(ERIKA, name="Erika Muster")
    await caller.dial("110")
    await caller.wait_established()
    await asyncio.sleep(LISTENS_SECONDS)
    await caller.hang_up()
    await office.mail.wait_for_mails(1)
    note = await _callback(office, ERIKA)
    mail = await office.mail.wait_for_mail(note["id"])
    scene.heard = said_in(office, note["calls"][-1])
    scene.result("noted", f"{note['id']}: {note['wish']}")
    scene.result("mail", f"“{mail['subject']}” to {mail['to']}, in {office.mail.folder}")
    scene.check("closed" in " ".join(scene.heard), "the caller was told that the office is closed")
    scene.check("tomorrow" in " ".join(scene.heard), "and that he is back tomorrow")
    scene.check(note["wish"] == "missed", "the missed call is in the ledger")
    _check_audible(scene, caller.heard, seconds_min=5)
    return scene


def said_in(office: Office, call_id: str) -> list[str]:
    """The sentences the service said in a call, from its log."""
    lines = office.log_file.read_text(encoding="utf-8").splitlines()
    said = (line for line in lines if "event=call.says" in line and call_id in line)
    return [sentence for line in said for sentence in json.loads(_value(line, "sentences"))]


def _value(line: str, key: str) -> str:
    quoted = re.search(rf'{key}="((?:[^"\\]|\\.)*)"', line)
    return quoted[1].replace('\\"', '"').replace("\\\\", "\\") if quoted else "[]"


async def _press(scene: Scene, phone: Phone, keys: str) -> None:
    scene.keys.append(keys)
    await phone.press(keys)


async def _callback(office: Office, number: str) -> dict[str, Any]:
    found = [each for each in await office.callbacks() if each["number"] == number]
    return found[0] if found else {"id": "none", "wish": "none", "calls": ["none"]}


def _check_audible(scene: Scene, heard: Path, seconds_min: float) -> None:
    """That speech really reached the phone: seconds of its recording that are loud."""
    samples, rate_hz = audio.read(heard)
    window = rate_hz // 10
    loud = sum(audio.loudness(samples[at : at + window]) > LOUD for at in range(0, len(samples), window)) / 10
    scene.check(
        loud >= seconds_min,
        f"the phone's own recording holds {loud:.1f} s of sound (at least {seconds_min} s)",
    )


LOUD = 0.01  # of full scale: speech is well above, line noise well below


def _has_tone(heard: Path, frequency_hz: float) -> bool:
    samples, rate_hz = audio.read(heard)
    windows: Sequence[int] = range(0, len(samples) - rate_hz // 2, rate_hz // 2)
    return any(
        audio.strength(samples[at : at + rate_hz // 2], frequency_hz, rate_hz=rate_hz) > TONE_STRENGTH
        for at in windows
    )


TONE_STRENGTH = 0.5


def _seconds(path: Path) -> float:
    with wave.open(str(path)) as sound:
        return float(sound.getnframes() / sound.getframerate())
