"""A real Asterisk plays the sounds: as they are to a wideband phone, and understood through G.711."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from pocketsphinx import Decoder

from ari_absence.lab.laboratory import Lab
from ari_absence.lab.phone import Phone
from ari_absence.lab.pytest_fixtures import lab, lab_for_everybody
from ari_absence.speech.audio import Sound, power, read_wav
from ari_absence.speech.english import English
from ari_absence.speech.lending import Lending
from ari_absence.speech.manifest import SUFFIX
from ari_absence.speech.shaping import resampled, speech_dbfs
from tests.speech.hearing import NARROWBAND_HZ, listen
from tests.speech.small_language import write_recording

__all__ = ["lab", "running_lab"]

pytestmark = pytest.mark.real

SOUNDS = Path(__file__).parents[2] / "sounds" / "en"
CLIPS = ("welcome", "office-closed", "say-message-after-tone")
PLAYED = "&".join(str(SOUNDS / clip) for clip in CLIPS)
MESSAGE = "say-message-saved"  # stands for a caller's words
LENT = Path(tempfile.gettempdir(), f"ari-absence-test-{secrets.token_hex(4)}", "lent")
LENT_NAME = "lent-for-this-test"

running_lab = lab_for_everybody(
    extra_dialplan=f"""
[lab-shared](+)
exten => 7099,1,Answer()
 same => n,Wait(0.5)
 same => n,Playback({PLAYED})
 same => n,Wait(0.5)
 same => n,Hangup()
exten => 7098,1,Answer()
 same => n,Wait(0.5)
 same => n,Playback({LENT / LENT_NAME})
 same => n,Wait(0.5)
 same => n,Hangup()
"""
)


async def _hears(phone: Phone, called: str = "7099") -> Sound:
    await phone.call(called)
    await phone.wait_ended(timeout_s=30)
    return read_wav(phone.heard)


def _expected_seconds() -> float:
    return sum(read_wav(SOUNDS / f"{clip}{SUFFIX}").duration_seconds for clip in CLIPS)


def _speaking_seconds(sound: Sound) -> float:
    frame = sound.rate_hz // 50
    frames = [sound.samples[at : at + frame] for at in range(0, len(sound.samples), frame)]
    loud = [number for number, each in enumerate(frames) if power(each) > 100**2]
    return (loud[-1] - loud[0]) / 50


async def test_a_wideband_phone_hears_every_clip_in_full_width(lab: Lab) -> None:
    heard = await _hears(await lab.desk_phone("102", wideband=True))
    assert heard.rate_hz == 16_000
    assert _speaking_seconds(heard) == pytest.approx(_expected_seconds(), abs=0.6)
    below = resampled(resampled(heard, 8_000), 16_000)
    upper_half = array("h", (a - b for a, b in zip(heard.samples, below.samples, strict=False)))
    assert power(upper_half) > power(heard.samples) / 10_000, "nothing above 4 kHz came through"


async def test_a_caller_behind_g711_understands_every_clip(lab: Lab) -> None:
    heard = await _hears(await lab.outside_caller())
    assert heard.rate_hz == 8_000
    assert _speaking_seconds(heard) == pytest.approx(_expected_seconds(), abs=0.6)
    assert speech_dbfs(heard) == pytest.approx(-20, abs=4)
    said = " ".join(English().catalogue[clip] for clip in CLIPS)
    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    understood = listen(said, resampled(heard, 16_000), decoder)
    assert understood.wrong <= understood.words * 0.15, understood


@pytest.fixture
def lent() -> Iterator[Path]:
    yield LENT
    shutil.rmtree(LENT.parent)


async def test_a_message_is_heard_while_it_is_lent(lab: Lab, lent: Path, tmp_path: Path) -> None:
    spoken = resampled(read_wav(SOUNDS / f"{MESSAGE}{SUFFIX}"), NARROWBAND_HZ)
    message = write_recording(tmp_path / "message.wav", spoken)
    phone = await lab.outside_caller()
    with patch("ari_absence.speech.lending.secrets.token_hex", return_value=LENT_NAME):
        async with Lending(lent, f"sound:{lent}").lend("m1", message):
            heard = await _hears(phone, "7098")
    assert _speaking_seconds(heard) == pytest.approx(spoken.duration_seconds, abs=0.6)
    said = English().catalogue[MESSAGE]
    understood = listen(said, resampled(heard, 16_000), Decoder(samprate=16_000, loglevel="FATAL"))
    assert understood.wrong <= 2, understood
