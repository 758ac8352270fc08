"""The link to a real Asterisk is lost, comes back, is refused or taken away; callers are never left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from ari_absence.asterisk import AriClient, ChannelCall, link, transport
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.party import RING_MARGIN_SECONDS
from ari_absence.attendant.call import Hunt, HuntEnd, Recording, RecordingEnd, RecordingTerms
from ari_absence.clock import wait_at_most
from ari_absence.errors import AlreadyGone, CallerGone
from ari_absence.lab import Lab, Phone
from tests.asterisk.conftest import APP, Office, rings
from tests.asterisk.proxy import Proxy
from tests.asterisk.scenes import hear_each_other, hunting, joined, screened
from tests.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

LONG = "sound:tt-monkeysintro"
SHORT = "sound:activated"
MESSAGE = RecordingTerms(max_seconds=20, silence_seconds=10)


async def call_us(lab: Lab) -> Phone:
    caller = await lab.outside_caller("0441112233", name="Hans Huber")
    await caller.dial("7003")
    return caller


@asynccontextmanager
async def behind(proxy: Proxy, lab: Lab) -> AsyncIterator[Office]:
    url = f"http://127.0.0.1:{proxy.port}/ari"
    async with AriClient(url, lab.ari_username, lab.ari_password) as client:
        office = Office(client)
        await office.open()
        try:
            yield office
        finally:
            await office.close()
            await lab.close_phones()


@asynccontextmanager
async def beside(lab: Lab) -> AsyncIterator[AriClient]:
    """Asterisk itself, past the proxy: what it really does while our link is cut."""
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        yield client


async def is_gone(question: Awaitable[object]) -> bool:
    try:
        await question
    except AlreadyGone:
        return True
    return False


def only_line(office: Office) -> Line:
    (call,) = office.link.sessions.calls.values()
    return call.line


@asynccontextmanager
async def cut(proxy: Proxy, office: Office) -> AsyncIterator[None]:
    """Inside the block we are not connected; after it we are, and have reconciled."""
    await proxy.cut()
    await eventually(lambda: not office.link.status.connected_since)
    connects = office.link.status.connects
    yield
    proxy.mend()
    await eventually(lambda: office.link.status.connects > connects, 6)


@pytest.mark.fault("F03")
async def test_a_recording_goes_on_while_the_link_is_cut(lab: Lab) -> None:
    async def conversation(call: ChannelCall) -> Recording:
        await call.answer()
        return await call.record(MESSAGE)

    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        office.answer_with(conversation)
        caller = await call_us(lab)
        await caller.wait_for_beep()
        async with cut(proxy, office):
            await caller.speak_tone(600, 1.0)
        await caller.speak_tone(600, 1.0)
        await caller.press("#")

        recording = await office.outcome(5)
        assert recording.ended_by is RecordingEnd.KEY
        assert recording.seconds >= 2
        assert office.orphans == []
        await office.client.delete_recording(recording.name)


@pytest.mark.fault("F03")
@pytest.mark.parametrize("how", ["key", "hangup"])
async def test_a_recording_that_ended_while_the_link_was_cut_is_found(lab: Lab, how: str) -> None:
    async def conversation(call: ChannelCall) -> tuple[Recording, int]:
        await call.answer()
        recording = await call.record(MESSAGE)
        return recording, len(await office.client.fetch_recording(recording.name))

    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        office.answer_with(conversation)
        caller = await call_us(lab)
        await caller.wait_for_beep()
        await caller.speak_tone(600, 1.0)
        async with cut(proxy, office):
            take = only_line(office).take
            assert take is not None
            await (caller.press("#") if how == "key" else caller.hang_up())
            async with beside(lab) as client:
                await eventually(lambda: is_gone(client.live_recording(take.name)))

        recording, size_bytes = await office.outcome(5)
        assert (recording.ended_by is RecordingEnd.HANGUP) == (how == "hangup")
        assert size_bytes > 8_000
        assert office.orphans == []
        await office.client.delete_recording(recording.name)


@pytest.mark.fault("F04")
async def test_a_prompt_that_ended_while_the_link_was_cut_is_over(lab: Lab) -> None:
    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        await call.say(SHORT)  # type: ignore[arg-type]
        asking.set()
        return await call.ask([LONG], 5)  # type: ignore[list-item]

    asking = asyncio.Event()
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        office.answer_with(conversation)
        caller = await call_us(lab)
        await caller.wait_for_sound()
        prompt = only_line(office).playback
        assert prompt is not None
        async with cut(proxy, office), beside(lab) as client:
            await eventually(lambda: is_gone(client.playback(prompt.id)))
        await asyncio.wait_for(asking.wait(), 15)
        await caller.press("3")

        assert await office.outcome(5) == "3"


async def test_a_caller_who_left_while_the_link_was_cut_is_gone(lab: Lab) -> None:
    async def conversation(call: ChannelCall) -> str | None:
        await call.answer()
        return await call.ask([], 30)

    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        office.answer_with(conversation)
        caller = await call_us(lab)
        await caller.wait_established()
        async with cut(proxy, office):
            await caller.hang_up()

        with pytest.raises(CallerGone):
            await office.outcome(3)


async def test_a_phone_that_refuses_while_the_link_is_cut_was_not_reached(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        phone = await lab.desk_phone("102", on_ring="ring")
        office.answer_with(ringing(15))
        await call_us(lab)
        await phone.wait_incoming()
        async with cut(proxy, office):
            await phone.reject()
            await phone.wait_ended(3)

        assert (await office.outcome(5)).end is HuntEnd.NO_ANSWER


async def test_a_phone_that_answers_while_the_link_is_cut_is_joined_when_it_is_back(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        phone = await lab.desk_phone("102", on_ring="ring")
        office.answer_with(ringing(15))
        await call_us(lab)
        await phone.wait_incoming()
        async with cut(proxy, office):
            await phone.answer()
            await phone.wait_established()
        await eventually(lambda: any(line.leg and line.bridge_id for line in office.link.sessions.lines), 5)
        await phone.hang_up()

        assert (await office.outcome(5)).end is HuntEnd.TALKED


async def test_asterisk_itself_lets_go_of_a_phone_that_answered_when_we_can_not(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        phone = await lab.desk_phone("102", on_ring="ring")
        office.answer_with(ringing(1))
        await call_us(lab)
        await phone.wait_incoming()
        async with cut(proxy, office):
            await phone.answer()
            await phone.wait_ended(1 + RING_MARGIN_SECONDS + 1)

        assert (await office.outcome(5)).end is HuntEnd.NO_ANSWER


def ringing(ring_seconds: float) -> Callable[[ChannelCall], Awaitable[Hunt]]:
    """A conversation in which phone 102 is rung so long."""

    async def conversation(call: ChannelCall) -> Hunt:
        await call.answer()
        return await call.hunt(rings("PJSIP/102"), ring_seconds)

    return conversation


async def test_callers_who_come_while_the_link_is_cut_hear_the_fallback(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office, cut(proxy, office):
        caller = await call_us(lab)
        await caller.wait_ended(3)  # 7003 of the lab hangs up when Stasis fails


@pytest.mark.fault("F17", "P7")
async def test_what_an_earlier_life_left_behind_is_put_right_and_the_rest_untouched(lab: Lab) -> None:
    call_id = "0" * 32
    stale = f"abs/{call_id}-r1"
    async with AriClient(lab.ari_url, lab.ari_username, lab.ari_password) as client:
        async with client.events(APP) as socket:
            caller = await call_us(lab)
            channel_id = (await socket.receive_json(timeout=5))["channel"]["id"]
            await client.answer(channel_id)
            await client.record(channel_id, stale, "wav", max_seconds=1, silence_seconds=0, beep=False)
            await client.record(channel_id, "others/1", "wav", max_seconds=1, silence_seconds=0, beep=False)
            await eventually(lambda: is_gone(client.live_recording(stale)))
            await eventually(lambda: is_gone(client.live_recording("others/1")))
            await client.create_bridge(f"abs-{call_id}-b1", APP)
            await client.create_bridge(f"abs-{call_id}-b2", "another application")
            await client.create_bridge("foreign", APP)
        office = Office(client)
        await office.open()
        await eventually(lambda: office.orphans)
        await caller.wait_for_sound()

        assert office.orphans == [stale]
        assert {bridge["id"] for bridge in await client.bridges()} == {f"abs-{call_id}-b2", "foreign"}
        assert "!ari-absence!fallback!" in await lab.cli("core show channels concise")
        await office.close()
        for bridge in ("foreign", f"abs-{call_id}-b2"):
            await client.destroy_bridge(bridge)
        for name in (stale, "others/1"):
            await client.delete_recording(name)
    await lab.close_phones()


def watched_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The link's pauses between its attempts, as they are made."""
    pauses: list[float] = []

    async def note(seconds: float, closed: asyncio.Event) -> bool:
        pauses.append(seconds)
        return await wait_at_most(seconds, closed)

    monkeypatch.setattr(link, "wait_at_most", note)
    return pauses


@pytest.mark.fault("F14")
async def test_a_refused_password_is_told_once_and_not_tried_again_and_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AriClient(lab.ari_url, lab.ari_username, "wrong") as client:
        office = Office(client)
        pauses = watched_pauses(monkeypatch)
        with capture_logs() as logs:
            running = asyncio.create_task(office.link.run())
            await eventually(lambda: pauses)
            await office.link.close()
            await asyncio.wait_for(running, 3)

    assert pauses == [link.REFUSED_PAUSE_SECONDS]
    assert [entry["event"] for entry in logs] == ["link.down"]
    assert "password (401)" in logs[0]["trouble"]
    assert "wrong" not in str(logs)


@pytest.mark.fault("F15")
async def test_another_program_takes_our_name_and_gives_it_back(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await call.ask([], 30)

    monkeypatch.setattr(link, "REPLACED_PAUSE_SECONDS", 0.2)
    pauses = watched_pauses(monkeypatch)
    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_established()
    async with office.client.events(APP):
        await eventually(lambda: office.link.status.replaced)
        assert office.link.status.trouble == f"another program serves the application {APP}; stop it"
        await caller.wait_for_sound(3)
        await eventually(lambda: pauses.count(0.2) >= 2)  # it has looked, and looks on
        assert office.link.status.connected_since is None
        assert office.link.status.connects == 1
        await caller.hang_up()

    await eventually(lambda: office.link.status.connected_since)
    assert not office.link.status.replaced


@pytest.mark.fault("F05")
async def test_an_asterisk_that_is_silent_without_closing_is_noticed(
    lab: Lab, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SOCKET_PING_SECONDS", 0.4)
    connects = office.link.status.connects
    assert office.link._socket is not None
    await office.link._socket.close()
    await eventually(lambda: office.link.status.connects > connects and office.link.status.connected_since)
    async with lab.frozen():
        await eventually(lambda: not office.link.status.connected_since, 2)

    await eventually(lambda: office.link.status.connected_since, 8)


@pytest.mark.fault("F68", "P12")
async def test_closing_lets_a_call_end_and_releases_those_that_do_not(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await call.ask([LONG], 30)  # type: ignore[list-item]

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_sound()
    await office.link.close(grace_seconds=0.3)

    assert "!ari-absence!fallback!" in await lab.cli("core show channels concise")
    await caller.hang_up()


@pytest.mark.fault("F02")
async def test_a_restart_of_asterisk_ends_its_calls_and_the_link_comes_back(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        await call.record(MESSAGE)
        await call.say(SHORT)  # type: ignore[arg-type]

    office.answer_with(conversation)
    caller = await call_us(lab)
    await caller.wait_for_beep()
    await lab.kill()
    await lab.restart()
    await eventually(lambda: office.link.status.connected_since, 8)

    with pytest.raises(CallerGone):
        await office.outcome(8)
    await eventually(lambda: not office.link.sessions.calls)


@pytest.mark.fault("F01")
async def test_the_link_waits_for_an_asterisk_that_is_not_there(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy:
        await proxy.cut()
        async with AriClient(
            f"http://127.0.0.1:{proxy.port}/ari", lab.ari_username, lab.ari_password
        ) as client:
            office = Office(client)
            with capture_logs() as logs:
                running = asyncio.create_task(office.link.run())
                await eventually(lambda: proxy.refused >= 3)
                assert office.link.status.trouble is not None
                assert len([entry for entry in logs if entry["event"] == "link.down"]) == 1
                proxy.mend()
                await eventually(lambda: office.link.status.connected_since, 3)
            await office.link.close()
            await asyncio.wait_for(running, 3)


async def test_a_caller_who_leaves_while_the_link_is_cut_leaves_nobody_deciding(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        deciding = await lab.desk_phone("101", on_ring="answer")
        ringing = await lab.desk_phone("103")
        office.answer_with(hunting(screened("PJSIP/101"), screened("PJSIP/103"), ring_seconds=20))
        caller = await call_us(lab)
        await deciding.wait_established()
        await ringing.wait_incoming()
        await deciding.wait_for_sound()
        async with cut(proxy, office):
            await caller.hang_up()

        with pytest.raises(CallerGone):
            await office.outcome(5)
        await deciding.wait_ended(3)
        await ringing.wait_ended(3)


async def test_two_who_talk_go_on_talking_when_the_link_was_lost(lab: Lab) -> None:
    async with Proxy(lab.settings.http_port) as proxy, behind(proxy, lab) as office:
        colleague = await lab.desk_phone("101", on_ring="answer")
        office.answer_with(hunting(screened("PJSIP/101")))
        caller = await call_us(lab)
        await colleague.wait_established()
        await colleague.wait_for_sound()
        await colleague.press("1")
        await joined(office)
        await hear_each_other(caller, colleague)
        async with cut(proxy, office):
            pass
        await hear_each_other(caller, colleague)
        await colleague.hang_up()

        assert (await office.outcome(5)).end is HuntEnd.TALKED
