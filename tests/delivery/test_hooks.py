"""What a hook's server can do to us, and what we make of it."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote

import pytest
import pytest_asyncio
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.delivery.hook_answers import ANSWER_BYTES_MAX, WAIT_MAX, Answer, judge
from ari_absence.delivery.hook_requests import signature_of
from ari_absence.delivery.hooks import Hook, HookKind, HookNotifier
from ari_absence.delivery.outbox import ATTEMPT_LIMIT_SECONDS, OutboxWorker
from ari_absence.delivery.ports import DestinationBusy, DestinationDown
from ari_absence.errors import DeliveryError, DeliveryPostponed, DeliveryRefused
from ari_absence.ledger import reading
from ari_absence.ledger.addressees import Channels
from tests.delivery.hook_server import (
    SECRET,
    SECRET_PATH,
    Answering,
    Flood,
    HookServer,
    answers,
    answers_json,
    break_off,
    hang_up,
    hook_server,
    never,
)
from tests.delivery.test_email import KEY, MEMO
from tests.ledger.office import NOON, FakeClock, Office

CLOCK = FakeClock()
ACCEPTED: dict[HookKind, Answering] = {
    HookKind.SLACK: answers(),
    HookKind.MATTERMOST: answers(),
    HookKind.TEAMS: answers(202, ""),
    HookKind.MATRIX: answers_json('{"event_id": "$abc"}'),
    HookKind.JSON: answers(204, ""),
}
WRITTEN_DATE = format_datetime(NOON + timedelta(seconds=90), usegmt=True)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[HookServer]:
    """A server that is up."""
    async with hook_server() as server:
        yield server


async def deliver(hook: Hook, recipient: str = "101", key: str = KEY) -> None:
    await HookNotifier(hook, CLOCK).deliver(MEMO, recipient, key)


async def verdict(hook: Hook) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await deliver(hook)
    return caught.value


@pytest.mark.parametrize("kind", HookKind)
async def test_what_each_kind_says_when_it_takes_something_is_understood(
    server: HookServer, kind: HookKind
) -> None:
    server.answering = ACCEPTED[kind]

    await deliver(server.hook(kind))

    (received,) = server.received
    assert received.headers["Content-Type"].startswith("application/json")


@pytest.mark.fault("F65")
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (HookKind.SLACK, "invalid_payload"),
        (HookKind.SLACK, '{"ok": false, "error": "channel_not_found"}'),
        (HookKind.SLACK, ""),
        (HookKind.MATTERMOST, '{"id": "web.incoming_webhook.disabled.app_error"}'),
        (HookKind.TEAMS, "Webhook message delivery failed with error: Microsoft Teams endpoint returned 429"),
        (HookKind.TEAMS, "Your request was throttled"),
        (HookKind.TEAMS, '{"error": {"code": "TriggerInputSchemaMismatch"}}'),
        (HookKind.MATRIX, '{"errcode": "M_UNKNOWN"}'),
        (HookKind.MATRIX, "{}"),
        (HookKind.JSON, '{"error": "no such number"}'),
        (HookKind.JSON, '{"success": false}'),
        (HookKind.JSON, '{"status": "failed"}'),
        (HookKind.JSON, "ERROR 42"),
    ],
)
async def test_f65_a_200_with_an_error_body_is_not_delivered(
    server: HookServer, kind: HookKind, text: str
) -> None:
    server.answering = answers(200, text)

    found = await verdict(server.hook(kind))

    assert isinstance(found, DeliveryPostponed)
    assert "did not say that it took it" in str(found)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (202, ""),
        (202, "Accepted"),
        (200, ""),
        (200, "1"),
        (200, "2"),
        (200, "ok"),
        (200, "Thanks!"),
        (201, "{}"),
        (200, "true"),
    ],
)
async def test_a_flow_of_teams_that_answers_as_its_owner_likes_is_not_told_the_same_for_days(
    server: HookServer, status: int, text: str
) -> None:
    server.answering = answers(status, text)

    with structlog.testing.capture_logs() as lines:
        await deliver(server.hook(HookKind.TEAMS))

    doubted = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert doubted == (["hook_answer_unclear"] if text in ("Thanks!", "true") else [])
    assert "Thanks" not in str(lines)


@pytest.mark.fault("F65")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_f65_a_redirect_is_trouble_and_is_not_followed(server: HookServer, status: int) -> None:
    server.answering = answers(status, "", Location="/elsewhere")

    found = await verdict(server.hook())

    assert isinstance(found, DestinationDown)
    assert "sends us elsewhere" in str(found)
    assert [received.path for received in server.received] == [SECRET_PATH]


@pytest.mark.fault("F65")
@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("90", timedelta(seconds=90)),
        (WRITTEN_DATE, timedelta(seconds=90)),
        ("999999", WAIT_MAX),
        ("9" * 400, WAIT_MAX),
        ("-5", timedelta()),
        ("soon", timedelta()),
        ("Wed, 32 Nov 2026 99:99:99 GMT", timedelta()),
        ("Wed, 25 Nov 2020 03:00:00 GMT", timedelta()),
    ],
)
async def test_f65_a_429_says_for_how_long_it_wants_to_be_left_in_peace(
    server: HookServer, header: str, wait: timedelta
) -> None:
    server.answering = answers(429, "rate_limited", Retry_After=header)

    found = await verdict(server.hook())

    assert isinstance(found, DestinationBusy)
    assert found.wait == wait


async def test_a_matrix_server_names_the_wait_in_its_answer(server: HookServer) -> None:
    server.answering = answers_json('{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 4500}', 429)

    found = await verdict(server.hook(HookKind.MATRIX))

    assert isinstance(found, DestinationBusy)
    assert found.wait == timedelta(seconds=4.5)


@pytest.mark.parametrize(
    ("answering", "expected"),
    [
        (answers(400, "invalid_payload"), DeliveryRefused),
        (answers(403, "action_prohibited"), DeliveryRefused),
        (answers(404, "no_service"), DeliveryRefused),
        (answers(410, "channel_is_archived"), DeliveryRefused),
        (answers(408), DeliveryPostponed),
        (answers(500, "rollup_error"), DeliveryPostponed),
        (answers(503, "down"), DestinationDown),
        (answers(503, "down", Retry_After="60"), DestinationBusy),
        (answers(200, "<!DOCTYPE html><title>Sign in</title>", "text/html"), DestinationDown),
        (answers(200, "<html>Sign in</html>"), DestinationDown),
        (hang_up, DestinationDown),
        (break_off, DestinationDown),
    ],
)
async def test_f65_each_answer_has_its_verdict(
    server: HookServer, answering: Answering, expected: type[DeliveryError]
) -> None:
    server.answering = answering

    assert type(await verdict(server.hook())) is expected


@pytest.mark.fault("F65")
@pytest.mark.parametrize("kind", HookKind)
async def test_f65_a_web_page_in_the_place_of_an_answer_is_never_taken_for_one(
    server: HookServer, kind: HookKind
) -> None:
    server.answering = answers(200, "<html>ok</html>", "text/html")

    assert isinstance(await verdict(server.hook(kind)), DestinationDown)


async def test_f65_a_server_that_never_answers_is_given_up_in_time(server: HookServer) -> None:
    server.answering = never
    began = time.monotonic()

    found = await verdict(server.hook(limit_seconds=0.2))

    assert type(found) is DeliveryPostponed
    assert "did not answer within 0.2 seconds" in str(found)
    assert time.monotonic() - began < 2


@pytest.mark.fault("A5", "P8")
@pytest.mark.parametrize("kind", HookKind)
async def test_of_an_answer_of_a_hundred_megabytes_little_is_read(server: HookServer, kind: HookKind) -> None:
    flood = server.answering = Flood()

    found = await verdict(server.hook(kind))

    assert isinstance(found, DeliveryPostponed)
    assert flood.sent < 100 * ANSWER_BYTES_MAX  # what the sockets' buffers hold


async def test_a_server_that_is_down_or_does_not_exist_is_down(server: HookServer) -> None:
    hook = server.hook()
    await server.down()

    for url in (hook.url, "http://hooks.invalid/x", "https://127.0.0.1:1/x", "http://[", "nonsense"):
        assert isinstance(await verdict(replace(hook, url=url)), DestinationDown)


async def test_encryption_that_is_demanded_and_not_there_is_trouble(server: HookServer) -> None:
    found = await verdict(replace(server.hook(), url=server.hook().url.replace("http:", "https:")))

    assert isinstance(found, DestinationDown)
    assert server.received == []


async def test_matrix_is_told_by_a_transaction_that_it_takes_once(server: HookServer) -> None:
    server.answering = ACCEPTED[HookKind.MATRIX]

    for _ in range(2):
        await deliver(server.hook(HookKind.MATRIX))

    first, second = server.received
    assert first.method == "PUT"
    assert first.path == second.path
    room, message = "!room:example.org", "m.room.message"
    assert unquote(first.path) == f"/_matrix/client/v3/rooms/{room}/send/{message}/{KEY}"
    assert first.headers["Authorization"] == f"Bearer {SECRET}"
    assert first.content["m.mentions"] == {}


async def test_a_program_can_prove_who_sent_it_what_and_when(server: HookServer) -> None:
    server.answering = ACCEPTED[HookKind.JSON]

    await deliver(server.hook(HookKind.JSON), recipient="+81312345678")

    (received,) = server.received
    timestamp = int(received.headers["webhook-timestamp"])
    assert received.headers["webhook-id"] == KEY
    assert timestamp == int(NOON.timestamp())
    assert received.headers["webhook-signature"] == signature_of(SECRET, KEY, timestamp, received.body)
    assert received.content["type"] == "absence.message"
    assert received.content["data"]["to"] == "+81312345678"


async def test_without_a_secret_nothing_is_signed(server: HookServer) -> None:
    server.answering = ACCEPTED[HookKind.JSON]

    await deliver(replace(server.hook(HookKind.JSON), secret=None))

    assert "webhook-signature" not in server.received[0].headers


TROUBLES: list[Answering] = [
    answers(200, f"error {SECRET_PATH} {SECRET}"),
    answers(404, SECRET),
    answers(404, SECRET_PATH.rpartition("/")[2]),
    answers(302, "", Location=f"https://elsewhere.example.com{SECRET_PATH}"),
    answers(429, SECRET),
    answers(200, f"<html>{SECRET_PATH}</html>"),
    answers_json(f'{{"error": "{SECRET}"}}', 400),
    hang_up,
    break_off,
    never,
]


@pytest.mark.parametrize("kind", HookKind)
async def test_neither_address_nor_secret_is_in_any_error_or_log(
    server: HookServer, kind: HookKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hook = server.hook(kind, limit_seconds=0.2)
    shown = [repr(hook), repr(HookNotifier(hook, CLOCK)), HookNotifier(hook, CLOCK).destination]
    with structlog.testing.capture_logs() as lines:
        for trouble in TROUBLES:
            server.answering = trouble
            shown += ["".join(traceback.format_exception(await verdict(hook)))]
        await server.down()
        for broken in (hook.url, f"nonsense{SECRET_PATH}", f"http://hooks.invalid{SECRET_PATH}"):
            shown += ["".join(traceback.format_exception(await verdict(replace(hook, url=broken))))]

    everything = "\n".join([*shown, *map(str, lines), caplog.text])
    path = (
        [] if kind is HookKind.MATRIX else SECRET_PATH.split("/")[2:]
    )  # Matrix hooks have none of their own
    secrets = (SECRET, *path, str(server.port), "hooks.invalid", "elsewhere.example")
    assert [secret for secret in secrets if secret in everything] == []


@given(
    st.sampled_from(HookKind),
    st.integers(100, 599),
    st.binary(max_size=200),
    st.sampled_from(["", "text/plain", "application/json", "text/html; charset=x"]),
    st.one_of(st.none(), st.text(max_size=30)),
)
def test_any_answer_whatsoever_gets_a_verdict(
    kind: HookKind, status: int, body: bytes, content_type: str, retry_after: str | None
) -> None:
    hook = Hook("sales_chat", kind, "https://chat.example.com/secret", "sesame")
    found: DeliveryError | None = None
    try:
        judge(hook, Answer(status, body, content_type, retry_after), datetime(2026, 11, 25, tzinfo=UTC))
    except DeliveryError as raised:
        found = raised

    assert found is not None or 200 <= status < 300
    assert "sesame" not in str(found)
    assert not isinstance(found, DestinationBusy) or timedelta() <= found.wait <= WAIT_MAX


async def test_the_outbox_leaves_a_busy_chat_in_peace_for_as_long_as_it_asks(
    office: Office, server: HookServer
) -> None:
    office.tell_by_rules(Channels(frozenset({"email", "sales_chat"}), ("sales_chat",)))
    office.tell_all_by("sales_chat")
    server.answering = answers(429, "", Retry_After="1200")
    worker = OutboxWorker(
        office.outbox, [HookNotifier(server.hook(), office.clock)], office.clock, lambda: 0.5
    )
    for number in range(5):
        await office.leave_message(f"call-{number}")

    moment = await worker.sweep()

    assert moment == NOON + timedelta(seconds=1200)
    assert len(server.received) == 1
    server.answering, office.clock.at = answers(), moment
    await worker.sweep()
    assert len(server.received) == 6
    rows = await office.thread.read(lambda session: reading.outbox(session, settled_too=True))
    assert {row.state for row in rows} == {"delivered"}


async def test_a_hook_that_refuses_everything_is_told_to_the_operator_twice_at_most_in_an_hour(
    office: Office, server: HookServer
) -> None:
    office.tell_by_rules(Channels(frozenset({"email", "sales_chat"}), ("sales_chat",)))
    office.tell_all_by("sales_chat")
    server.answering = answers(404, "no_service")
    worker = OutboxWorker(
        office.outbox, [HookNotifier(server.hook(), office.clock)], office.clock, lambda: 0.5
    )
    for number in range(20):
        await office.leave_message(f"call-{number}")

    await worker.sweep()

    rows = await office.thread.read(reading.outbox)
    dead = [row for row in rows if row.state == "dead"]
    assert {row.last_error for row in dead} == {"the hook sales_chat refused it (404 no_service)"}
    told = [(row.channel, row.not_before) for row in rows if row.state != "dead"]
    assert len(dead) == 20
    assert told == [("email", NOON), ("email", NOON + timedelta(hours=1))]


async def test_an_address_that_was_mended_is_used_at_once(office: Office, server: HookServer) -> None:
    office.tell_by_rules(Channels(frozenset({"email", "sales_chat"}), ("sales_chat",)))
    office.tell_all_by("sales_chat")
    await office.leave_message("call-1")
    moved = replace(server.hook(), url=f"{server.hook().url}-old")
    server.answering = answers(302, "", Location="/elsewhere")
    worker = OutboxWorker(office.outbox, [HookNotifier(moved, office.clock)], office.clock, lambda: 0.5)
    assert await worker.sweep() == NOON + timedelta(seconds=10)

    await office.leave_message("call-2")  # while the old address rests
    server.answering = answers()
    await worker.sweep()
    assert len(server.received) == 1
    worker.use([HookNotifier(server.hook(), office.clock)])
    await worker.sweep()

    assert [each.path for each in server.received] == [f"{SECRET_PATH}-old", SECRET_PATH]


def test_there_is_a_time_limit_below_the_attempts() -> None:
    assert Hook("x", HookKind.JSON, "").limit_seconds < ATTEMPT_LIMIT_SECONDS
