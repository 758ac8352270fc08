"""JSON texts of Asterisk's event socket become frozen values. Pure, and never raises.

Only what the application uses has a type; the rest becomes :class:`Ignored`. What can't be read
becomes :class:`Unreadable`. Caller-supplied text is cleaned here, before anything else sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ari_absence.core import text as cleaning
from ari_absence.core.numbers import caller_number

EVENT_CHARS_MAX = 262_144
"""Longest event that is parsed at all; real ones have 0.5 to 5 thousand characters."""

_TYPE_CHARS_MAX = 64  # no event of Asterisk's has a longer name, and unknown names are counted by name

_GONE = frozenset(
    {"Unreachable", "Removed"}
)  # all other states of a contact are those of a phone that is there

_TALKED_IN = frozenset(
    {"basic", "stasis"}
)  # of Dial(), Queue(), Bridge() and transfers; and of our own making

_KEYS = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Channel:
    """One line of a conversation, as Asterisk describes it."""

    id: str
    name: str
    state: str
    caller_number: str | None
    caller_name: str | None
    connected_number: str | None = None
    """The other party, as the phone shows it."""
    dialled_number: str | None = None
    """Where it is in the dialplan, if that is a number: for who called, what they have dialled."""

    @property
    def endpoint(self) -> str:
        """The device behind it: ``PJSIP/102-00000001`` is ``PJSIP/102``."""
        return self.name.rpartition("-")[0] or self.name

    @property
    def up(self) -> bool:
        """Whether it was answered."""
        return self.state == "Up"

    @property
    def is_half(self) -> bool:
        """Whether it is one half of a channel that Asterisk made to join two talks: ``Local/...;2``."""
        return self.name.startswith("Local/")

    @property
    def other_half(self) -> str:
        """The name of the other half: ``...;1`` of ``...;2``."""
        return self.name[:-1] + ("2" if self.name.endswith("1") else "1")

    def shown_as(self, number: str | None, name: str | None) -> Channel:
        """The same channel with the number and the name of who is behind it."""
        return replace(self, caller_number=number, caller_name=name)


@dataclass(frozen=True, slots=True)
class Bridge:
    """What joins channels. ``talked_in``: made for two who talk, and no conference, parking lot or waiting room."""

    id: str
    talked_in: bool
    channel_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StasisStart:
    """A channel was handed to our application; ``replaced`` is the one whose place it takes."""

    channel: Channel
    args: tuple[str, ...]
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class StasisEnd:
    """A channel left our application: the end of a caller."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class ChannelDtmfReceived:
    """A key was pressed."""

    channel_id: str
    digit: str


@dataclass(frozen=True, slots=True)
class ChannelHangupRequest:
    """A channel is about to end."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class ChannelStateChange:
    """A channel rings, was answered, or the like."""

    channel: Channel

    @property
    def channel_id(self) -> str:
        """Which channel."""
        return self.channel.id

    @property
    def state(self) -> str:
        """``Ring``, ``Ringing``, ``Up``, ..."""
        return self.channel.state


@dataclass(frozen=True, slots=True)
class ChannelConnectedLine:
    """A phone is shown another party than before: who is rung or rings, or, by a transfer, who talks from now on."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelDestroyed:
    """A channel is no more; ``cause`` is the ISDN cause (17 busy, 19 no answer, 21 declined, ...)."""

    channel_id: str
    cause: int


@dataclass(frozen=True, slots=True)
class ChannelLeftBridge:
    """A channel was taken out of a bridge, or left it."""

    channel_id: str
    bridge_id: str


@dataclass(frozen=True, slots=True)
class ChannelHold:
    """A phone put its other party on hold."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelUnhold:
    """A phone took its other party back from hold."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class BridgeAttendedTransfer:
    """A phone joined the parties of its two talks. ``behind``: whom each half stands for of the channel that was put
    between the two talks, by the half's id; none where the talks became one."""

    behind: Mapping[str, Channel]


@dataclass(frozen=True, slots=True)
class Dial:
    """News of a phone being rung.

    ``caller`` is None where we ring. ``dialstring`` (``0312345678@trunk``) comes at the beginning only.
    """

    channel_id: str
    status: str
    peer: Channel
    caller: Channel | None = None
    dialstring: str = ""


@dataclass(frozen=True, slots=True)
class PlaybackProgress:
    """A sound of a playback begins."""

    playback_id: str


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A playback is over; ``failed`` says its last sound could not be played."""

    playback_id: str
    failed: bool


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """A recording is over and stored. ``seconds`` None: it ended while we were not connected."""

    name: str
    seconds: float | None
    silence_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """A recording could not be made."""

    name: str


@dataclass(frozen=True, slots=True)
class ApplicationReplaced:
    """Another program took our application's name; this socket is deaf from now on."""


@dataclass(frozen=True, slots=True)
class ContactStatusChange:
    """A phone that we are subscribed to (``PJSIP/101``) has registered or is gone."""

    endpoint: str
    registered: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """A kind of event that we have no use for, or that is newer than we are."""

    type: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What came is not an event: not JSON, of another shape, or far too long."""

    reason: str


ChannelEvent = (
    StasisEnd
    | ChannelDtmfReceived
    | ChannelHangupRequest
    | ChannelStateChange
    | ChannelDestroyed
    | ChannelLeftBridge
    | Dial
)
PlaybackEvent = PlaybackProgress | PlaybackFinished
RecordingEvent = RecordingFinished | RecordingFailed
CallEvent = StasisStart | ChannelEvent | PlaybackEvent | RecordingEvent | BridgeAttendedTransfer
PhoneEvent = ChannelHold | ChannelUnhold | ChannelConnectedLine
"""What happens to calls of phones that we are only told about."""
Event = CallEvent | PhoneEvent | ContactStatusChange | ApplicationReplaced

_Json = Mapping[str, Any]


def decode(text: str) -> Event | Ignored | Unreadable:
    """The event in ``text``. Never raises, whatever the text is."""
    if len(text) > EVENT_CHARS_MAX:
        return Unreadable("too long")
    try:
        return read(json.loads(text))
    except (ValueError, RecursionError):
        return Unreadable("not JSON")


def read(body: object) -> Event | Ignored | Unreadable:
    """The event in parsed JSON. Never raises."""
    if not isinstance(body, Mapping) or not isinstance(kind := body.get("type"), str):
        return Unreadable("not an event")
    reader = READERS.get(kind)
    if reader is None:
        return Ignored(kind[:_TYPE_CHARS_MAX])
    try:
        return reader(body)
    except (LookupError, TypeError, ValueError) as error:
        return Unreadable(f"{kind}: {type(error).__name__}")


def read_channel(body: object) -> Channel:
    """The channel in parsed JSON. Raises LookupError or TypeError when it is none."""
    channel = _object(body)
    caller = _object(channel["caller"])
    connected, dialplan = channel.get("connected") or {}, channel.get("dialplan") or {}
    return Channel(
        id=_text(channel["id"]),
        name=_text(channel["name"]),
        state=_text(channel["state"]),
        caller_number=caller_number(_text(caller["number"])),
        caller_name=cleaning.for_log(_text(caller["name"])) or None,
        connected_number=caller_number(_text(_object(connected).get("number", ""))),
        dialled_number=caller_number(_text(_object(dialplan).get("exten", ""))),
    )


def read_bridge(body: object) -> Bridge:
    """The bridge in parsed JSON. Raises LookupError or TypeError when it is none."""
    bridge = _object(body)
    talked_in = bridge["bridge_type"] == "mixing" and bridge["bridge_class"] in _TALKED_IN
    return Bridge(_text(bridge["id"]), talked_in, tuple(map(_text, bridge["channels"])))


def _object(value: object) -> _Json:
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _id_of(body: _Json, what: str) -> str:
    return _text(_object(body[what])["id"])


def _maybe_id_of(body: _Json, what: str) -> str | None:
    return _id_of(body, what) if body.get(what) is not None else None


def _stasis_start(body: _Json) -> StasisStart:
    args = body["args"]
    if not isinstance(args, list):
        raise TypeError
    return StasisStart(
        read_channel(body["channel"]), tuple(map(_text, args)), _maybe_id_of(body, "replace_channel")
    )


def _dtmf(body: _Json) -> ChannelDtmfReceived:
    digit = _text(body["digit"])
    if digit not in _KEYS:
        raise ValueError
    return ChannelDtmfReceived(_id_of(body, "channel"), digit)


def _left_bridge(body: _Json) -> ChannelLeftBridge:
    return ChannelLeftBridge(_id_of(body, "channel"), _id_of(body, "bridge"))


def _attended_transfer(body: _Json) -> BridgeAttendedTransfer:
    """The second half is in the talk of the second call, and stands for the party of the first there."""
    sides = (
        ("destination_link_second_leg", "transferee"),
        ("destination_link_first_leg", "transfer_target"),
    )
    told = [(half, party) for half, party in sides if body.get(half) and body.get(party)]
    return BridgeAttendedTransfer({_id_of(body, half): read_channel(body[party]) for half, party in told})


def _dial(body: _Json) -> Dial:
    peer, caller = read_channel(body["peer"]), body.get("caller")
    return Dial(
        peer.id,
        _text(body["dialstatus"]),
        peer,
        read_channel(caller) if caller is not None else None,
        _text(body.get("dialstring", "")),
    )


def _contact_status(body: _Json) -> ContactStatusChange:
    phone, contact = _object(body["endpoint"]), _object(body["contact_info"])
    endpoint = f"{_text(phone['technology'])}/{_text(phone['resource'])}"
    return ContactStatusChange(endpoint, _text(contact["contact_status"]) not in _GONE)


def _playback_finished(body: _Json) -> PlaybackFinished:
    return PlaybackFinished(_id_of(body, "playback"), _object(body["playback"])["state"] == "failed")


def _recording_finished(body: _Json) -> RecordingFinished:
    recording = _object(body["recording"])
    return RecordingFinished(
        _text(recording["name"]),
        float(_count(recording.get("duration", 0))),
        float(_count(recording.get("silence_duration", 0))),
    )


READERS: Mapping[str, Callable[[_Json], Event]] = {
    "StasisStart": _stasis_start,
    "StasisEnd": lambda body: StasisEnd(_id_of(body, "channel")),
    "ChannelDtmfReceived": _dtmf,
    "ChannelHangupRequest": lambda body: ChannelHangupRequest(_id_of(body, "channel")),
    "ChannelStateChange": lambda body: ChannelStateChange(read_channel(body["channel"])),
    "ChannelConnectedLine": lambda body: ChannelConnectedLine(read_channel(body["channel"])),
    "ChannelDestroyed": lambda body: ChannelDestroyed(_id_of(body, "channel"), _count(body["cause"])),
    "ChannelLeftBridge": _left_bridge,
    "BridgeAttendedTransfer": _attended_transfer,
    "Dial": _dial,
    "ChannelHold": lambda body: ChannelHold(read_channel(body["channel"])),
    "ChannelUnhold": lambda body: ChannelUnhold(_id_of(body, "channel")),
    "ContactStatusChange": _contact_status,
    "PlaybackStarted": lambda body: PlaybackProgress(_id_of(body, "playback")),
    "PlaybackContinuing": lambda body: PlaybackProgress(_id_of(body, "playback")),
    "PlaybackFinished": _playback_finished,
    "RecordingFinished": _recording_finished,
    "RecordingFailed": lambda body: RecordingFailed(_text(_object(body["recording"])["name"])),
    "ApplicationReplaced": lambda _: ApplicationReplaced(),
}
"""How each kind of event that we use is read."""

WANTED: Sequence[str] = [kind for kind in READERS if kind not in {"PlaybackStarted", "PlaybackContinuing"}]
"""What we ask Asterisk to send. Half of a call's events would say that the next sound of a prompt begins;
``playing`` asks instead, every few seconds, of the few prompts that last so long."""
