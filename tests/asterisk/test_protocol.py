"""What Asterisk sends becomes events, and nothing it could send does any harm. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.asterisk import protocol
from ari_absence.asterisk.protocol import Channel, Ignored, Unreadable, decode

CHANNEL: dict[str, Any] = {
    "id": "1795428155.0",
    "name": "PJSIP/102-00000001",
    "state": "Ring",
    "caller": {"name": "Hans Huber", "number": "0441112233"},
}

SAMPLES: dict[str, dict[str, Any]] = {
    "StasisStart": {"args": ["absent", "101"], "channel": CHANNEL},
    "StasisEnd": {"channel": CHANNEL},
    "ChannelDtmfReceived": {"digit": "5", "duration_ms": 180, "channel": CHANNEL},
    "ChannelHangupRequest": {"cause": 16, "channel": CHANNEL},
    "ChannelStateChange": {"channel": CHANNEL},
    "ChannelConnectedLine": {"channel": CHANNEL},
    "ChannelDestroyed": {"cause": 17, "cause_txt": "User busy", "channel": CHANNEL},
    "ChannelLeftBridge": {"bridge": {"id": "b"}, "channel": CHANNEL},
    "ChannelHold": {"channel": CHANNEL, "musicclass": "default"},
    "ChannelUnhold": {"channel": CHANNEL},
    "BridgeAttendedTransfer": {
        "transferee": CHANNEL,
        "transfer_target": {**CHANNEL, "id": "target"},
        "destination_link_first_leg": {**CHANNEL, "id": "half 1"},
        "destination_link_second_leg": {**CHANNEL, "id": "half 2"},
    },
    "Dial": {"dialstatus": "RINGING", "peer": CHANNEL},
    "PlaybackStarted": {"playback": {"id": "p", "state": "playing"}},
    "PlaybackContinuing": {"playback": {"id": "p", "state": "continuing"}},
    "PlaybackFinished": {"playback": {"id": "p", "state": "done"}},
    "RecordingFinished": {"recording": {"name": "r", "duration": 4, "silence_duration": 2}},
    "RecordingFailed": {"recording": {"name": "r"}},
    "ContactStatusChange": {
        "endpoint": {"technology": "PJSIP", "resource": "101", "channel_ids": []},
        "contact_info": {"uri": "sip:101@127.0.0.1:5062", "contact_status": "NonQualified", "aor": "101"},
    },
    "ApplicationReplaced": {},
}

HOSTILE_NAMES = [
    'Eve "quoted" <b>&amp;;',
    "Eve\r\nBcc: everybody@example.com",
    "Eve\x00\x1b[2J",
    "\u202eevE\u2066",
    "E\u0301\u0302\u0303\u0304\u0305v\u200be",
    "\U0001f4de Eve",
    "x" * 10_000,
    "${SHELL(rm -rf /)}",
    "=?utf-8?q?=0D=0ABcc:x?=",
]


def sample(kind: str, **changes: object) -> str:
    return json.dumps({"type": kind, "application": "ari-absence", **SAMPLES[kind], **changes})


def test_there_is_a_sample_of_every_event_that_is_read() -> None:
    assert SAMPLES.keys() == protocol.READERS.keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_an_event_is_read_into_the_type_of_its_name(kind: str) -> None:
    expected = {"PlaybackStarted": "PlaybackProgress", "PlaybackContinuing": "PlaybackProgress"}

    assert type(decode(sample(kind))).__name__ == expected.get(kind, kind)


@pytest.mark.parametrize(
    ("status", "registered"), [("NonQualified", True), ("Reachable", True), ("Removed", False)]
)
def test_a_phone_that_registers_is_told_from_one_that_goes(status: str, *, registered: bool) -> None:
    contact = {"uri": "sip:101@127.0.0.1:5062", "contact_status": status, "aor": "101"}

    event = decode(sample("ContactStatusChange", contact_info=contact))

    assert event == protocol.ContactStatusChange("PJSIP/101", registered)


def test_a_start_tells_who_calls_from_which_phone_and_why() -> None:
    event = decode(sample("StasisStart"))

    assert event == protocol.StasisStart(
        Channel("1795428155.0", "PJSIP/102-00000001", "Ring", "0441112233", "Hans Huber"), ("absent", "101")
    )
    assert isinstance(event, protocol.StasisStart)
    assert event.channel.endpoint == "PJSIP/102"


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("PJSIP/102-00000001", "PJSIP/102"),
        ("PJSIP/trunk-west-0000000a", "PJSIP/trunk-west"),
        ("Local/101@mwi-00000001;1", "Local/101@mwi"),
        ("odd", "odd"),
        ("", ""),
    ],
)
def test_the_endpoint_is_the_channel_name_without_its_count(name: str, endpoint: str) -> None:
    assert Channel("1", name, "Up", None, None).endpoint == endpoint


def test_a_transferred_channel_tells_whose_place_it_takes() -> None:
    event = decode(sample("StasisStart", args=[], replace_channel={**CHANNEL, "id": "old"}))

    assert isinstance(event, protocol.StasisStart)
    assert event.replaced == "old"


@pytest.mark.fault("F28", "A7")
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_caller_name_is_one_short_line_of_text(name: str) -> None:
    event = decode(sample("StasisStart", channel={**CHANNEL, "caller": {"name": name, "number": name}}))

    assert isinstance(event, protocol.StasisStart)
    cleaned = event.channel.caller_name
    assert cleaned is not None
    assert len(cleaned) <= 64
    assert cleaned.isprintable()
    assert event.channel.caller_number is None


@pytest.mark.fault("F27")
@pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "101;DROP", "1\n2"])
def test_a_number_that_is_none_counts_as_withheld(number: str) -> None:
    event = decode(sample("StasisStart", channel={**CHANNEL, "caller": {"name": "", "number": number}}))

    assert isinstance(event, protocol.StasisStart)
    assert event.channel.caller_number is None
    assert event.channel.caller_name is None


@pytest.mark.fault("F08")
def test_an_unknown_event_is_ignored_and_unknown_fields_too() -> None:
    assert decode('{"type": "ChannelTeleported", "channel": 3}') == Ignored("ChannelTeleported")
    assert decode(sample("StasisEnd", new_field={"deep": [1]})) == protocol.StasisEnd("1795428155.0")


@pytest.mark.fault("F09")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '"StasisStart"',
        '{"type": 5}',
        '{"type": "StasisStart"}',
        '{"type": "StasisEnd", "channel": null}',
        '{"type": "StasisEnd", "channel": {"id": 7}}',
        '{"type": "ChannelDestroyed", "cause": "17", "channel": {"id": "a"}}',
        '{"type": "ChannelDtmfReceived", "digit": "${X}", "channel": {"id": "a"}}',
        '{"type": "ChannelDtmfReceived", "digit": ["1"], "channel": {"id": "a"}}',
        '{"type": "RecordingFinished", "recording": {"name": "r", "duration": NaN}}',
        "[" * 100_000,
        '{"type": "' + "x" * 1_000_000 + '"}',
    ],
)
def test_what_is_no_event_is_unreadable_and_nothing_worse(text: str) -> None:
    assert isinstance(decode(text), Unreadable)


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    decode(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "channel",
        "args",
        "digit",
        "cause",
        "playback",
        "recording",
        "peer",
        "bridge",
        "replace_channel",
        "forwarded",
    ]
)


@given(st.sampled_from(sorted(SAMPLES)), st.dictionaries(fields, json_values, max_size=4))
def test_no_change_to_a_known_event_makes_the_reader_fail(kind: str, changes: dict[str, object]) -> None:
    decode(sample(kind, **changes))


@pytest.mark.fault("F09")
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_no_damage_to_a_known_event_makes_the_reader_fail(kind: str, data: st.DataObject) -> None:
    text = sample(kind)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    decode(text[:start] + data.draw(st.text(max_size=5)) + text[end:])
