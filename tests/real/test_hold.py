"""Plain hold: who put a caller on hold is reminded and rung, then the operator; the caller hears a word meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ari_absence.lab import Phone, audio, waiting
from ari_absence.lab.call import Call
from ari_absence.lab.installation import MUSIC_HZ
from ari_absence.lab.phone import BEEP_HZ
from tests.asterisk.proxy import Proxy
from tests.real.scenes import HANS, Caller, Scene, Stage, tone_seconds
from tests.real.voices import BRISK_SENTENCE_HZ

pytestmark = pytest.mark.real

QUICK: Mapping[str, Any] = {"hold_reminder_seconds": 2, "recall_ring_seconds": 2}
OPERATOR = "100"


async def holding(scene: Scene, extension: str = OPERATOR, number: str = HANS) -> tuple[Caller, Phone]:
    """A caller from outside, and the phone that has answered them and put them on hold."""
    phone = await scene.lab.desk_phone(extension, on_ring="answer")
    caller = await scene.call(extension, number)
    phone.on_ring = "ring"
    await phone.hold()
    return caller, phone


async def holding_another(scene: Scene, phone: Phone, number: str) -> tuple[Caller, Call]:
    """A second caller, whom the same phone has answered and put on hold, too."""
    phone.on_ring = "answer"
    caller = await scene.call(OPERATOR, number)
    call = await phone.wait_established()
    phone.on_ring = "ring"
    await phone.hold()
    return caller, call


async def recalled(phone: Phone, calls: int = 2, deadline_s: float = 10.0) -> Call:
    """The phone rings because of whoever it holds: its call number ``calls``."""
    await waiting.until(
        lambda: len(phone.calls) >= calls and phone.calls[calls - 1].state == "incoming",
        deadline_s,
        "A recall",
    )
    return phone.calls[calls - 1]


async def hear_each_other(caller: Phone, phone: Phone) -> None:
    """A tone crosses each way."""
    await asyncio.gather(caller.speak_tone(720, 1.2), phone.wait_for_tone(720, 0.4, 8))
    await asyncio.gather(phone.speak_tone(930, 1.2), caller.wait_for_tone(930, 0.4, 8))


async def test_holder_is_rung_and_gets_the_caller_on_answering(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, reception = await holding(scene)
    recall = await recalled(reception)
    assert recall.peer_name == "On hold 0:02 Hans Huber"
    await reception.answer()
    await hear_each_other(caller.phone, reception)
    assert not reception.calls[0].live
    assert not any("On hold" in str(message) for message in caller.phone.sip_messages)
    await reception.hang_up()
    await caller.is_hung_up_on()


async def test_operator_who_was_connected_by_key_gets_the_caller_back_from_hold(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    reception = await scene.lab.desk_phone(OPERATOR, on_ring="answer")
    caller = await scene.call("101")
    await caller.chooses("0")
    await reception.wait_established()
    reception.on_ring = "ring"
    await hear_each_other(caller.phone, reception)
    await reception.hold()
    await recalled(reception)
    await reception.answer()
    await hear_each_other(caller.phone, reception)
    assert not reception.calls[0].live
    await reception.hang_up()
    await caller.is_hung_up_on()
    assert [call.outcome for call in scene.ledger.calls()] == ["connected"]


async def test_recall_ring_stops_when_the_holder_resumes_by_the_phone(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, reception = await holding(scene)
    recall = await recalled(reception)
    await reception.resume(reception.calls[0])
    await waiting.until(lambda: not recall.live, 15, "The end of the ringing")
    await hear_each_other(caller.phone, reception)


async def test_caller_who_hangs_up_on_hold_ends_the_recall(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    caller, reception = await holding(scene)
    recall = await recalled(reception)
    await caller.hangs_up()
    await waiting.until(lambda: not recall.live, 15, "The end of the ringing")
    await scene.lab.until_quiet()


async def test_recall_that_is_not_answered_twice_goes_to_the_operator(stage: Stage) -> None:
    scene = await stage.open(limits=QUICK)
    operator = await scene.lab.desk_phone(OPERATOR)
    caller, mori = await holding(scene, "110")
    for number in (2, 3):
        await recalled(mori, number)
    await operator.wait_incoming(15)
    assert operator.current.peer_name.endswith("Hans Huber, for Mori")
    await operator.answer()
    await hear_each_other(caller.phone, operator)
    await caller.hangs_up()


async def test_holder_in_another_talk_hears_a_beep_and_nobody_else_does(stage: Stage) -> None:
    scene = await stage.open(limits=QUICK)
    kenji = await scene.lab.desk_phone("102", on_ring="answer")
    _, reception = await holding(scene)
    await reception.call("102")
    await reception.wait_for_beep()
    await asyncio.gather(reception.speak_tone(930, 1.2), kenji.wait_for_tone(930, 0.4, 8))
    assert tone_seconds(kenji.heard, BEEP_HZ) == 0
    assert len(reception.calls) == 2


async def test_two_phones_hold_at_the_same_time(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10})
    hans, reception = await holding(scene)
    eva, mori = await holding(scene, "110", "0449998877")
    await asyncio.gather(recalled(reception), recalled(mori))
    assert mori.calls[1].peer_uri.startswith("sip:0449998877@")
    for phone in (reception, mori):
        await phone.answer()
    await asyncio.gather(hear_each_other(hans.phone, reception), hear_each_other(eva.phone, mori))


async def test_of_two_callers_held_by_the_operator_the_one_who_waits_longest_is_recalled_first(
    stage: Stage,
) -> None:
    scene = await stage.open(limits={"hold_reminder_seconds": 3, "recall_ring_seconds": 2})
    _, reception = await holding(scene)
    eva, _ = await holding_another(scene, reception, "0449998877")
    hans_recall = await recalled(reception, 3)
    assert hans_recall.peer_uri.startswith(f"sip:{HANS}@")
    assert hans_recall.peer_name.startswith("On hold 0:03")
    eva_recall = await recalled(reception, 4)
    assert not hans_recall.live, "one at a time"
    assert eva_recall.peer_uri.startswith("sip:0449998877@")
    await reception.answer()
    await hear_each_other(eva.phone, reception)
    assert not any(", for" in call.peer_name for call in reception.calls), "the operator is the holder"


async def test_holder_who_cannot_be_joined_is_told_that_the_caller_is_still_on_hold(
    proxy: Proxy, stage: Stage
) -> None:
    url = f"http://127.0.0.1:{proxy.port}/ari"
    scene = await stage.open(limits={**QUICK, "recall_ring_seconds": 10}, ari_url=url)
    caller, reception = await holding(scene)
    await recalled(reception)
    proxy.misled = (b"GET /ari/bridges ", b"GET /ari/nowhere ")
    await reception.answer()
    await scene.playbill.hears("reception-still-on-hold", 10)
    proxy.misled = None
    await waiting.until(lambda: not reception.calls[1].live, 10, "The end of the word")
    await reception.resume(reception.calls[0])
    await hear_each_other(caller.phone, reception)


async def test_caller_on_hold_hears_music_and_a_word_over_it(stage: Stage) -> None:
    scene = await stage.open(limits={"word_every_seconds": 5})
    await scene.lab.cli("module unload bridge_native_rtp.so")
    try:
        caller, _ = await holding(scene)
        await caller.hears("say-served-soon")
        await waiting.until(lambda: caller.heard(MUSIC_HZ) > 6.5, 15, "Music after the word")
    finally:
        await scene.lab.cli("module load bridge_native_rtp.so")
    parts = "".join(overlay(caller.phone.heard))
    assert re.search("m{20,}b{3,}m{20,}", re.sub("[^mb]", "", parts)), parts


async def test_caller_on_hold_keeps_the_music_where_a_word_would_end_it(stage: Stage) -> None:
    scene = await stage.open(limits={"word_every_seconds": 5})
    caller, _ = await holding(scene)
    await waiting.until(lambda: caller.heard(MUSIC_HZ) > 6.5, 15, "Music on hold")
    assert "say-served-soon" not in scene.playbill.played


async def test_hold_is_remembered_by_a_service_that_is_started_anew(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "hold_reminder_seconds": 4, "recall_ring_seconds": 10})
    caller, reception = await holding(scene)
    await scene.office.kill_service()
    await scene.office.start_service()
    await recalled(reception)
    await reception.answer()
    await hear_each_other(caller.phone, reception)


async def test_hold_is_forgotten_when_asterisk_is_started_anew(stage: Stage) -> None:
    scene = await stage.open(limits={**QUICK, "hold_reminder_seconds": 60})
    await holding(scene)
    await scene.log_tells("hold.began")
    await scene.lab.kill()
    await scene.lab.restart()
    await scene.log_tells("hold.over")
    await waiting.until(lambda: scene.office.status()["connected_since"], 10, "The link")


async def test_call_to_somebody_present_asks_nothing_of_asterisk(proxy: Proxy, stage: Stage) -> None:
    pbx = {"sounds": str(stage.folder / "sounds"), "message_lamp": "none"}  # lit when a phone registers
    scene = await stage.open(ari_url=f"http://127.0.0.1:{proxy.port}/ari", changes={"pbx": pbx})
    reception = await scene.lab.desk_phone(OPERATOR, on_ring="answer")
    await waiting.until(lambda: scene.office.status()["lamps_set"], 10, "The lamps")
    before = scene.office.status()["events"], len(proxy.requests)
    caller = await scene.call(OPERATOR)
    await hear_each_other(caller.phone, reception)
    await caller.hangs_up()
    await reception.wait_ended()
    await waiting.until(lambda: scene.office.status()["events"] > before[0], 15, "The phone's events")
    assert [asked for asked in proxy.requests[before[1] :] if not is_for_the_lamps(asked)] == []


def is_for_the_lamps(asked: str) -> bool:
    """Whether a request sets or compares lamps and texts, as is done from time to time whether or not anybody calls."""
    return asked.split("/ari")[-1].startswith(("/deviceStates", "/asterisk/variable"))


def overlay(wav: Path) -> Iterator[str]:
    """For each 40 ms of what was heard: m the music alone, b the music and the brisk voice, else a dot."""
    samples, rate_hz = audio.read(wav)
    size = round(0.04 * rate_hz)
    for start in range(0, len(samples) - size + 1, size):
        grain = samples[start : start + size]
        music, voice = (audio.strength(grain, hz, rate_hz=rate_hz) for hz in (MUSIC_HZ, BRISK_SENTENCE_HZ))
        loud = audio.loudness(grain) > 0.01
        yield "b" if loud and voice > 0.2 and music > 0.05 else "m" if loud and music > 0.8 else "."
