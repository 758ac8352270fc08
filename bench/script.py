"""One conversation, told three ways: to the service, as plain dialplan, and to app_voicemail.

What the service will play is asked of its own code, so that the plain dialplan plays the very same files, and
voicemail a greeting of the same length. The keys are pressed at the same moments in all three.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ari_absence.config.loader import load
from ari_absence.core.decision import Enquiry, decide
from ari_absence.core.people import Caller, SetAbsences, Why
from ari_absence.core.phrases import Fixed, Phrase, Utterance
from ari_absence.core.wording import promise
from ari_absence.errors import SpeechError
from ari_absence.installed import folder
from ari_absence.speech.audio import WIDEBAND_HZ
from ari_absence.speech.library import SoundLibrary
from ari_absence.speech.manifest import SUFFIX
from bench import serve, town

CALLED, OPERATOR = "101", "100"
PLAIN, VOICEMAIL, ANSWER_ONLY = "7101", "7102", "7103"
PRETEND_NOW = "2026-11-25T10:00:00+09:00"
MENU_HEARD_S = 1.0
BEEP_S = 0.6
SPEAK_S = 4.0
PAUSE_S = 1.2
LEAVES_AFTER_S = 1.2
"""Shorter than the shortest goodbye of the three, so that it is the caller who hangs up everywhere."""

_PEOPLE = """people:
  "100":
    name: Reception
    phones: [PJSIP/100]
  "101":
    name: Alice Tanaka
    phones: [PJSIP/101]
    absences:
      - {kind: business_trip, from: 2026-11-25, until: 2026-11-26}
"""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The files of each part, without their ending, in the order they are played."""

    greeting: tuple[str, ...]
    menu: tuple[str, ...]
    after_tone: tuple[str, ...]
    review: tuple[str, ...]
    farewell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """What the caller does, in seconds after the answer."""

    prompts: Prompts
    choose_s: float
    end_message_s: float
    accept_s: float
    leave_s: float


def write_site(config: Path, data: Path, ari_url: str) -> None:
    """Write the configuration of the small office that is called. It sends no mail: the other two don't either."""
    config.mkdir(parents=True, exist_ok=True)
    (config / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
    town.write_site(config, data, operator=OPERATOR, ari_url=ari_url)


def write_script(config: Path, data: Path) -> Script:
    """The conversation with the office of ``config``.

    Raises:
        SpeechError: the phrases have no sound files yet.
    """
    prompts = _prompts(config, data)
    choose_s = seconds_of(prompts.greeting) + MENU_HEARD_S
    end_message_s = choose_s + seconds_of(prompts.after_tone) + BEEP_S + SPEAK_S
    accept_s = end_message_s + PAUSE_S
    return Script(prompts, choose_s, end_message_s, accept_s, accept_s + LEAVES_AFTER_S)


def _prompts(config: Path, data: Path) -> Prompts:
    directory = load(config, {}).directory
    library = serve.make_names(serve.sounds_of(data, folder("sounds")), directory)
    now = datetime.fromisoformat(PRETEND_NOW)
    enquiry = Enquiry("bench", CALLED, Caller("0449"), Why.ABSENT, now)
    decision = decide(enquiry, directory, SetAbsences())
    assert decision.promise is not None
    promised = promise(decision.person, now, decision.promise, directory.site.zone)
    return Prompts(
        greeting=_files(library, decision.greeting),
        menu=_files(library, decision.menu),
        after_tone=_files(library, [Fixed(Phrase.MESSAGE_AFTER_TONE)]),
        review=_files(library, [Fixed(Phrase.REVIEW_MENU)]),
        farewell=_files(library, [Fixed(Phrase.MESSAGE_SAVED), promised, Fixed(Phrase.GOODBYE)]),
    )


def _files(library: SoundLibrary, utterances: Sequence[Utterance]) -> tuple[str, ...]:
    files = tuple(uri.removeprefix("sound:") for uri in library.media(utterances))
    if missing := [file for file in files if not Path(f"{file}{SUFFIX}").is_file()]:
        raise SpeechError(f"There is no sound {missing[0]}; run `make sounds`, then measure again.")
    return files


def seconds_of(files: Sequence[str]) -> float:
    """How long the files play."""
    return sum(len(_samples(file)) for file in files) / WIDEBAND_HZ


def _samples(file: str) -> array[int]:
    with wave.open(f"{file}{SUFFIX}", "rb") as sound:
        return array("h", sound.readframes(sound.getnframes()))


def dialplan(prompts: Prompts, recordings: Path) -> str:
    """The same conversation as plain dialplan, voicemail's, and one that only answers and speaks."""
    return f"""
[from-trunk](+)
exten => {PLAIN},1,Answer()
 same => n,Playback({"&".join(prompts.greeting)})
 same => n,Read(KEY,{"&".join(prompts.menu)},1,,1,6)
 same => n,Playback({"&".join(prompts.after_tone)})
 same => n,Record({recordings}/plain-${{UNIQUEID}}.wav,5,300,k)
 same => n,Read(KEY,{"&".join(prompts.review)},1,,1,6)
 same => n,Playback({"&".join(prompts.farewell)})
 same => n,Hangup()
exten => {VOICEMAIL},1,VoiceMail({CALLED}@default,us)
 same => n,Hangup()
exten => {ANSWER_ONLY},1,Answer()
 same => n,Playback({"&".join([*prompts.greeting, *prompts.menu])})
 same => n,Hangup()
"""


def voicemail_conf() -> str:
    """Voicemail's own settings: the review that ours has, no mail, room for every message."""
    return f"""[general]
format = wav
maxmsg = 9999
maxsilence = 5
review = yes
sendvoicemail = no
mailcmd = /bin/true

[default]
{CALLED} => 1234,Alice Tanaka
"""


def write_greeting(spool: Path, script: Script, mailbox: str = CALLED) -> None:
    """Voicemail's greeting: everything the others play before the beep, in one file."""
    menu_heard = array("h")
    for file in script.prompts.menu:
        menu_heard.extend(_samples(file))
    heard = array("h")
    for file in script.prompts.greeting:
        heard.extend(_samples(file))
    heard.extend(menu_heard[: round(MENU_HEARD_S * WIDEBAND_HZ)])
    for file in script.prompts.after_tone:
        heard.extend(_samples(file))
    box = spool / "voicemail" / "default" / mailbox
    box.mkdir(parents=True, exist_ok=True)
    with wave.open(str(box / f"unavail{SUFFIX}"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(WIDEBAND_HZ)
        sound.writeframes(heard.tobytes())
