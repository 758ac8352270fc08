"""Faults that a real Asterisk can't be made to show, on a fake one: see ``fake`` for what they are."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from ari_absence.asterisk import AriClient, ChannelCall, ids, playing, recording, requests
from ari_absence.attendant.call import Connection, Recording, RecordingEnd, RecordingTerms
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import AlreadyGone, AsteriskUnreachable, CallerGone, EffectFailed, RequestRefused
from tests.asterisk.conftest import Office, eventually
from tests.asterisk.fake import CHANNEL_ID, NEVER, FakeAsterisk, channel

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = [DialTarget("PJSIP/102")]


@pytest_asyncio.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk() as running:
        yield running


@pytest_asyncio.fixture
async def client(asterisk: FakeAsterisk) -> AsyncIterator[AriClient]:
    async with AriClient(asterisk.url, "absence", "secret") as opened:
        yield opened


@pytest_asyncio.fixture
async def office(asterisk: FakeAsterisk, client: AriClient) -> AsyncIterator[Office]:
    opened = Office(client)
    await opened.open()
    await asterisk.until_asked("GET", "/recordings/stored")
    yield opened
    await opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that are not answered fail after a fifth of a second instead of three."""
    for name, request in vars(requests).items():
        if isinstance(request, requests.Request):
            monkeypatch.setattr(requests, name, dataclasses.replace(request, seconds=0.2))


# -- requests


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, AlreadyGone),
        (409, AlreadyGone),
        (412, RequestRefused),
        (401, RequestRefused),
        (403, RequestRefused),
        (500, RequestRefused),
        (503, RequestRefused),
    ],
)
async def test_a_status_becomes_one_of_our_errors(
    asterisk: FakeAsterisk, client: AriClient, status: int, error: type[Exception]
) -> None:
    asterisk.answer("POST", "/play", status)

    with pytest.raises(error):
        await client.play(CHANNEL_ID, ["sound:activated"], "p")


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_adding_a_channel_that_has_left_is_already_gone(
    asterisk: FakeAsterisk, client: AriClient, status: int
) -> None:
    asterisk.answer("POST", "/addChannel", status)

    with pytest.raises(AlreadyGone):
        await client.add_channels("b", [CHANNEL_ID])


@pytest.mark.parametrize(
    ("status", "error"), [(409, RequestRefused), (500, RequestRefused), (404, AlreadyGone)]
)
async def test_a_phone_that_can_not_be_rung_is_refused(
    asterisk: FakeAsterisk, client: AriClient, status: int, error: type[Exception]
) -> None:
    asterisk.answer("POST", "/channels", (status, {"error": "Allocation failed"}))

    with pytest.raises(error, match="Allocation failed"):
        await client.originate("PJSIP/102", "abs-1", "app", ring_seconds=5)


async def test_a_post_that_is_not_answered_is_unreachable_in_time_and_not_repeated(
    asterisk: FakeAsterisk, client: AriClient, impatient: None
) -> None:
    asterisk.answer("POST", "/play", NEVER)

    with pytest.raises(AsteriskUnreachable):
        await asyncio.wait_for(client.play(CHANNEL_ID, ["sound:activated"], "p"), 1)
    assert len(asterisk.asked("POST", "/play")) == 1


@pytest.mark.parametrize("body", ["", "rubbish", "[" * 100_000, '"text"', "[]", "5"])
async def test_an_answer_that_is_no_answer_is_refused(
    asterisk: FakeAsterisk, client: AriClient, body: str
) -> None:
    asterisk.answer("GET", "/asterisk/info", (200, body))

    with pytest.raises(RequestRefused):
        await client.info()


async def test_an_error_with_rubbish_in_it_is_still_the_right_error(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.answer("DELETE", CHANNEL_ID, (404, "[" * 100_000))

    with pytest.raises(AlreadyGone):
        await client.hang_up(CHANNEL_ID)


async def test_a_redirect_is_not_followed_with_our_password(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.answer("GET", "/asterisk/ping", (302, {}))
    await client.ping()

    assert [path for _, path, _ in asterisk.requests] == ["/asterisk/ping"]


async def test_the_password_is_in_no_address(asterisk: FakeAsterisk, office: Office) -> None:
    await office.client.set_global("X", "1")

    assert not [path for path in asterisk.raw_paths if "secret" in path or "api_key" in path]
    assert asterisk.authorizations == {"Basic YWJzZW5jZTpzZWNyZXQ="}


async def test_ids_with_signs_of_an_address_stay_one_id(asterisk: FakeAsterisk, client: AriClient) -> None:
    await client.delete_recording("abs/../../etc/passwd?x=1&y#z%2F")

    assert asterisk.raw_paths == ["/ari/recordings/stored/abs%2F..%2F..%2Fetc%2Fpasswd%3Fx%3D1%26y%23z%252F"]


async def test_a_parameter_that_the_table_lacks_is_a_mistake_of_ours(client: AriClient) -> None:
    with pytest.raises(ValueError, match="colour"):
        await client._transport.ask(requests.PING, colour="red")


async def test_a_menu_of_two_hundred_sounds_fits_into_one_request(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    media = [f"sound:/var/lib/ari-absence/sounds/en/phrase-{number}" for number in range(200)]
    await client.play(CHANNEL_ID, media, "p")

    assert asterisk.asked("POST", "/play")[0]["media"] == media
    assert len(asterisk.raw_paths[0]) < 100


# -- what a refused or unanswered request means for the conversation

STEPS: dict[str, Callable[[ChannelCall], Awaitable[object]]] = {
    "/variable": lambda call: call.answer(),
    "/answer": lambda call: call.answer(),
    "/play": lambda call: call.say(SOUND),
    "/record": lambda call: call.record(TERMS),
    "/ring": lambda call: call.connect(PHONE, 5),
}


@pytest.mark.parametrize("ending", STEPS)
@pytest.mark.parametrize("status", [NEVER, 412, 500, 503])
async def test_a_step_that_asterisk_refuses_is_an_effect_that_failed(
    asterisk: FakeAsterisk, office: Office, impatient: None, ending: str, status: int
) -> None:
    asterisk.answer("POST", ending, status)
    office.answer_with(STEPS[ending])
    await asterisk.start_call()

    with pytest.raises(EffectFailed):
        await office.outcome(2)
    # and the caller is not left in silence
    assert (await asterisk.until_asked("POST", "/continue"))["extension"] == "fallback"


@pytest.mark.parametrize("ending", STEPS)
async def test_a_step_on_a_channel_that_is_gone_is_the_caller_gone(
    asterisk: FakeAsterisk, office: Office, ending: str
) -> None:
    asterisk.answer("POST", ending, 404)
    office.answer_with(STEPS[ending])
    await asterisk.start_call()

    with pytest.raises(CallerGone):
        await office.outcome(2)
    # no end of the call was reported, so it is made sure of
    await asterisk.until_asked("DELETE", CHANNEL_ID)


async def test_a_refusal_just_before_a_hangup_is_the_hangup(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("POST", "/record", 409)
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/record")
    await asterisk.end_call()

    with pytest.raises(CallerGone):
        await office.outcome(2)


async def test_a_caller_who_can_not_be_released_is_hung_up(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("POST", "/continue", 500)
    office.answer_with(lambda call: call.release_to_dialplan())
    await asterisk.start_call()
    await office.outcome()

    await asterisk.until_asked("DELETE", CHANNEL_ID)


# -- playing


async def test_a_playback_whose_end_is_not_reported_is_looked_for(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOOK_SECONDS", 0.1)
    asterisk.answer("GET", "-p1", (200, {}), 404)
    office.answer_with(lambda call: call.say(SOUND))
    await asterisk.start_call()

    await office.outcome(2)
    assert len([path for _, path, _ in asterisk.requests if path.startswith("/playbacks/")]) == 2


async def test_a_playback_that_is_stuck_is_stopped(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(playing, "STOP_SECONDS", 0.1)

    async def conversation(call: ChannelCall) -> None:
        await playing.play(call.line, office.client, ["tts:x"], interruptible=False, sound_seconds_max=0.2)

    office.answer_with(conversation)
    await asterisk.start_call()

    await office.outcome(2)
    assert asterisk.asked("DELETE", "-p1")


async def test_a_sound_that_can_not_be_stopped_is_tried_again(asterisk: FakeAsterisk, office: Office) -> None:
    asterisk.answer("DELETE", "-p1", 500, (204, {}))
    office.answer_with(lambda call: call.ask([SOUND], 5))
    await asterisk.start_call()
    playback_id = (await asterisk.until_asked("POST", "/play"))["playbackId"]
    await press(asterisk, "1")
    await asterisk.until_asked("DELETE", "-p1", times=2)
    await asterisk.send("PlaybackFinished", playback={"id": playback_id, "state": "done"})

    assert await office.outcome(3) == "1"


async def press(asterisk: FakeAsterisk, digit: str) -> str:
    return await asterisk.send("ChannelDtmfReceived", digit=digit, channel=channel())


# -- events


async def test_a_key_that_is_reported_twice_counts_once(asterisk: FakeAsterisk, office: Office) -> None:
    office.answer_with(lambda call: call.ask_digits([], 10, 0.5))
    await asterisk.start_call()
    await asterisk.send_text(await press(asterisk, "7"))
    await press(asterisk, "7")
    await press(asterisk, "8")

    assert await office.outcome() == "778"
    assert office.link.status.duplicates == 1


async def test_a_call_that_is_reported_twice_is_one_call(asterisk: FakeAsterisk, office: Office) -> None:
    office.answer_with(lambda call: call.ask([], 0.3))
    await asterisk.start_call()
    await asterisk.start_call()
    await eventually(lambda: office.link.status.duplicates == 1)

    assert office.link.status.calls == 1


END_OF_A_RECORDING = ("RecordingFinished", "StasisEnd", "ChannelHangupRequest", "ChannelDestroyed")


@pytest.mark.parametrize("order", list(itertools.permutations(END_OF_A_RECORDING)), ids="-".join)
async def test_a_hangup_while_recording_ends_the_same_in_whatever_order_it_is_reported(
    asterisk: FakeAsterisk, office: Office, order: tuple[str, ...]
) -> None:
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    fields: dict[str, dict[str, object]] = {
        "RecordingFinished": {"recording": {"name": name, "duration": 7}},
        "ChannelDestroyed": {"channel": channel(), "cause": 16},
    }
    for kind in order:
        text = await asterisk.send(kind, **fields.get(kind, {"channel": channel()}))
        await asterisk.send_text(text)

    assert await office.outcome(3) == Recording(name, 7.0, RecordingEnd.HANGUP)
    await eventually(lambda: not office.link.status.calls)


async def test_a_recording_whose_end_is_never_reported_is_stopped_and_found(
    asterisk: FakeAsterisk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MARGIN_SECONDS", 0.1)
    monkeypatch.setattr(recording, "STORED_SECONDS", 0.1)
    office.answer_with(lambda call: call.record(RecordingTerms(0, 0)))
    await asterisk.start_call()

    taken = await office.outcome(2)
    assert asterisk.asked("POST", "/stop")
    assert taken.ended_by is RecordingEnd.SILENCE


async def test_a_recording_that_failed_is_an_effect_that_failed(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.record(TERMS))
    await asterisk.start_call()
    name = (await asterisk.until_asked("POST", "/record"))["name"]
    await asterisk.send("RecordingFailed", recording={"name": name})

    with pytest.raises(EffectFailed):
        await office.outcome(2)


async def test_a_flood_of_keys_is_bounded(asterisk: FakeAsterisk, office: Office) -> None:
    flooded = asyncio.Event()
    held: list[ChannelCall] = []

    async def conversation(call: ChannelCall) -> str:
        held.append(call)
        await flooded.wait()
        return await call.ask_digits([], 1000, 0.1)

    office.answer_with(conversation)
    await asterisk.start_call()
    for number in range(500):
        await press(asterisk, str(number % 10))
    await eventually(lambda: office.link.status.events >= 501)
    flooded.set()

    assert await office.outcome() == "01234567890123456789012345678901"
    assert held[0].line.inbox.dropped == 500 - 32


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"type": "StasisStart"}', "x" * 1_000_000])
async def test_a_damaged_event_is_counted_and_the_link_stays(
    asterisk: FakeAsterisk, office: Office, text: str
) -> None:
    office.answer_with(lambda call: call.ask([], 5))
    await asterisk.start_call()
    await asterisk.send_text(text)
    await press(asterisk, "5")

    assert await office.outcome() == "5"
    assert office.link.status.unreadable == 1
    assert office.link.status.connects == 1


async def test_an_unknown_event_is_counted_and_the_link_stays(asterisk: FakeAsterisk, office: Office) -> None:
    await asterisk.send("ChannelTeleported", channel=channel())
    await eventually(lambda: office.link.status.ignored == 1)

    assert office.link.status.connected_since


@pytest.mark.parametrize(
    "args", [(), ("absent",), ("mad", "101"), ("absent", "101&PJSIP/trunk"), ("absent", "101", "x")]
)
async def test_a_call_with_arguments_we_do_not_know_goes_to_the_fallback(
    asterisk: FakeAsterisk, office: Office, args: tuple[str, ...]
) -> None:
    await asterisk.send("StasisStart", channel=channel(), args=list(args))

    await asterisk.until_asked("POST", f"{CHANNEL_ID}/continue")
    assert office.link.status.calls == 0


# -- transfers


async def test_a_channel_that_takes_the_callers_place_is_the_caller(
    asterisk: FakeAsterisk, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> tuple[str | None, str | None]:
        key = await call.ask([SOUND], 5)
        return key, call.caller.extension

    office.answer_with(conversation)
    await asterisk.start_call()
    playback_id = (await asterisk.until_asked("POST", "/play"))["playbackId"]
    await asterisk.send(
        "StasisStart", channel=channel("new", "PJSIP/103-00000009"), args=[], replace_channel=channel()
    )
    await asterisk.end_call()  # of the old channel
    await asterisk.send("ChannelDtmfReceived", digit="3", channel=channel("new"))
    await asterisk.until_asked("DELETE", playback_id)
    await asterisk.send("PlaybackFinished", playback={"id": playback_id, "state": "done"})

    assert await office.outcome() == ("3", "103")
    await asterisk.until_asked("DELETE", "/channels/new")


async def test_a_channel_that_takes_an_unknown_place_goes_to_the_fallback(
    asterisk: FakeAsterisk, office: Office
) -> None:
    await asterisk.send("StasisStart", channel=channel("new"), args=[], replace_channel=channel("unknown"))

    await asterisk.until_asked("POST", "/channels/new/continue")
    assert office.link.status.calls == 0


async def connected(asterisk: FakeAsterisk, office: Office, legs: int = 1) -> list[str]:
    office.answer_with(lambda call: call.connect([DialTarget(f"PJSIP/10{n}") for n in range(legs)], 5))
    await asterisk.start_call()
    await asterisk.until_asked("POST", "/channels", times=legs)
    return [values["channelId"] for values in asterisk.asked("POST", "/channels")]


async def test_a_phone_that_takes_a_legs_place_goes_on_talking(
    asterisk: FakeAsterisk, office: Office
) -> None:
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])
    bridge = (await asterisk.until_asked("POST", "/bridges"))["bridgeId"]
    await asterisk.until_asked("POST", "/addChannel")
    await asterisk.send("StasisStart", channel=channel("Local;1"), args=[], replace_channel=channel(leg))
    await asterisk.send("ChannelLeftBridge", channel=channel("other"), bridge={"id": "other"})
    await asterisk.send("StasisEnd", channel=channel(leg))
    await asyncio.sleep(0.1)
    assert not office._outcome.done()
    await asterisk.send("ChannelLeftBridge", channel=channel("Local;1"), bridge={"id": bridge})

    assert await office.outcome() is Connection.TALKED
    await asterisk.until_asked("DELETE", "/channels/Local;1")
    await asterisk.until_asked("DELETE", bridge)


async def test_two_who_answer_at_once_the_first_wins(asterisk: FakeAsterisk, office: Office) -> None:
    first, second = await connected(asterisk, office, legs=2)
    await asterisk.send("StasisStart", channel=channel(second), args=["leg"])
    await asterisk.send("StasisStart", channel=channel(first), args=["leg"])

    assert (await asterisk.until_asked("POST", "/addChannel"))["channel"] == [CHANNEL_ID, second]
    assert (await asterisk.until_asked("DELETE", first))["reason_code"] == "26"


async def test_a_leg_whose_request_had_got_through_before_is_carried_on_with(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/channels", 409)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("POST", "/addChannel")


async def test_a_phone_that_answers_for_nobody_is_hung_up(asterisk: FakeAsterisk, office: Office) -> None:
    leg = ids.of_leg(ids.new_call_id(), 1)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    await asterisk.until_asked("DELETE", leg)
    assert office.link.status.calls == 0


@pytest.mark.parametrize(
    ("rang", "cause", "expected"),
    [
        (True, 19, Connection.NO_ANSWER),
        (True, 21, Connection.NO_ANSWER),
        (True, 17, Connection.BUSY),
        (False, 17, Connection.BUSY),
        (False, 21, Connection.BUSY),
        (False, 19, Connection.UNREACHABLE),
        (False, 20, Connection.UNREACHABLE),
        (False, 1, Connection.UNREACHABLE),
        (False, 34, Connection.UNREACHABLE),
    ],
)
async def test_how_a_phone_was_not_reached_follows_from_its_cause(
    asterisk: FakeAsterisk, office: Office, rang: bool, cause: int, expected: Connection
) -> None:
    (leg,) = await connected(asterisk, office)
    if rang:
        await asterisk.send("ChannelStateChange", channel=channel(leg, state="Ringing"))
    await asterisk.send("ChannelDestroyed", channel=channel(leg), cause=cause)

    assert await office.outcome(2) is expected


async def test_a_leg_that_is_gone_before_it_can_be_joined_was_not_reached(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/addChannel", 400)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    assert await office.outcome(2) is Connection.NO_ANSWER
    await asterisk.until_asked("DELETE", "-b2")


async def test_a_bridge_that_can_not_be_made_leaves_no_leg_behind(
    asterisk: FakeAsterisk, office: Office
) -> None:
    asterisk.answer("POST", "/bridges", 500)
    (leg,) = await connected(asterisk, office)
    await asterisk.send("StasisStart", channel=channel(leg), args=["leg"])

    with pytest.raises(EffectFailed):
        await office.outcome(2)
    await asterisk.until_asked("DELETE", leg)


async def test_a_hostile_caller_name_can_not_break_the_identity_the_phone_shows(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.connect(PHONE, 5))
    hostile = {**channel(), "caller": {"name": 'Eve" <666>\\ ${SHELL(x)}\r\n', "number": "0441112233"}}
    await asterisk.send("StasisStart", channel=hostile, args=["absent", "101"])

    asked = await asterisk.until_asked("POST", "/channels")
    assert asked["callerId"] == '"Eve 666 ${SHELL(x)}" <0441112233>'
    assert asked["variables"] == {"CALLERID(num)": "101", "CALLERID(name)": "Absent Alice"}


# -- reconciling


async def test_a_reconciliation_that_fails_is_made_again(asterisk: FakeAsterisk, client: AriClient) -> None:
    asterisk.answer("GET", "/bridges", 503, (200, []))
    office = Office(client)
    await office.open()
    await asterisk.until_asked("GET", "/bridges", times=2)

    await eventually(lambda: office.link.status.connected_since)
    assert office.link.status.connects == 2
    await office.close()


async def test_a_missing_recording_folder_does_not_stop_the_link(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.answer("GET", "/recordings/stored", (500, {"error": "Allocation failed"}))
    office = Office(client)
    await office.open()
    await asterisk.until_asked("GET", "/recordings/stored")
    await asyncio.sleep(0.1)

    assert office.link.status.connects == 1
    await office.close()


async def test_a_leg_of_an_earlier_life_is_hung_up_and_a_caller_released(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    leg = ids.of_leg(ids.new_call_id(), 1)
    asterisk.channel_ids = [CHANNEL_ID, leg]
    office = Office(client)
    await office.open()

    await asterisk.until_asked("DELETE", leg)
    await asterisk.until_asked("POST", f"{CHANNEL_ID}/continue")
    await office.close()


async def test_a_recording_that_ends_for_nobody_is_an_orphan(asterisk: FakeAsterisk, office: Office) -> None:
    ours, others = ids.of_recording(ids.new_call_id(), 1), "voicemail/1"
    for name in (ours, others):
        await asterisk.send("RecordingFinished", recording={"name": name, "duration": 3})

    await eventually(lambda: office.orphans)
    assert office.orphans == [ours]


async def test_a_call_that_is_cancelled_before_its_first_step_is_released(
    asterisk: FakeAsterisk, office: Office
) -> None:
    office.answer_with(lambda call: call.ask([], 30))
    await asterisk.start_call()
    while not office.link.sessions.calls:
        await asyncio.sleep(0)
    await office.link.close(grace_seconds=0)

    assert asterisk.asked("POST", f"{CHANNEL_ID}/continue")


async def test_an_app_whose_callback_fails_does_not_end_the_link(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    async def failing() -> None:
        called.append(True)
        raise ValueError("a mistake of the app's")

    called: list[bool] = []
    office = Office(client)
    office.link._on_connect = failing
    await office.open()
    await eventually(lambda: called)

    assert office.link.status.connected_since
    await office.close()
