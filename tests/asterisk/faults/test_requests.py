"""Requests that are refused, not answered, or answered with rubbish. On a fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ari_absence.asterisk import AriClient, requests
from ari_absence.attendant.call import RecordingTerms
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import AlreadyGone, AsteriskUnreachable, RequestRefused
from tests.asterisk.conftest import Office
from tests.asterisk.faults.fake import CHANNEL_ID, NEVER, FakeAsterisk

TERMS = RecordingTerms(max_seconds=20, silence_seconds=5)
SOUND: Any = "sound:activated"
PHONE = [DialTarget("PJSIP/102")]


@pytest.mark.fault("F12")
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


@pytest.mark.fault("F10")
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
    asterisk.answer("POST", "/channels/create", (status, {"error": "Allocation failed"}))

    with pytest.raises(error, match="Allocation failed"):
        await client.create("PJSIP/102", "abs-1", "app")


@pytest.mark.fault("F13")
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


@pytest.mark.fault("A4")
async def test_a_redirect_is_not_followed_with_our_password(
    asterisk: FakeAsterisk, client: AriClient
) -> None:
    asterisk.answer("GET", "/asterisk/ping", (302, {}))
    await client.ping()

    assert [path for _, path, _ in asterisk.requests] == ["/asterisk/ping"]


@pytest.mark.fault("A4")
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


async def test_a_closed_client_opens_no_new_connection(asterisk: FakeAsterisk) -> None:
    client = AriClient(asterisk.url, "absence", "secret")
    await client.ping()
    await client.close()

    with pytest.raises(AsteriskUnreachable):
        await client.ping()
    assert len(asterisk.requests) == 1
