"""Every request we can make of Asterisk, as a table. Pure.

The paths and parameter names are those of the API description that Asterisk serves under
``/ari/api-docs``; a test walks this table and fails on whatever a running Asterisk does not describe.
"""

from __future__ import annotations

from dataclasses import dataclass

REQUEST_SECONDS = 3.0
"""How long Asterisk may take to answer. It takes 1 ms; only a stuck one takes longer than a second."""

FETCH_SECONDS = 30.0
"""How long fetching a recording may take: five minutes of audio are 5 MB."""


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of request. ``gone``: the statuses that say the thing asked about does not exist (any more).

    ``body`` names the parameter that is the whole body.
    """

    method: str
    path: str
    parameters: frozenset[str] = frozenset()
    gone: frozenset[int] = frozenset({404})
    seconds: float = REQUEST_SECONDS
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A channel that exists but is not in our hands answers 409: for a conversation, the party has left.
_LEFT = frozenset({404, 409})
# addChannel has its own numbers: 400 no such channel, 422 not in our hands; its 409 means "is recording".
_LEFT_BEFORE_BRIDGE = frozenset({400, 404, 422})

ANSWER = Request("POST", "/channels/{channelId}/answer", gone=_LEFT)
SET_VARIABLE = Request("POST", "/channels/{channelId}/variable", _names("variable value"), gone=_LEFT)
GET_VARIABLE = Request("GET", "/channels/{channelId}/variable", _names("variable"))
RING = Request("POST", "/channels/{channelId}/ring", gone=_LEFT)
STOP_RING = Request("DELETE", "/channels/{channelId}/ring", gone=_LEFT)
MUSIC = Request("POST", "/channels/{channelId}/moh", gone=_LEFT)
STOP_MUSIC = Request("DELETE", "/channels/{channelId}/moh", gone=_LEFT)
SILENCE = Request("POST", "/channels/{channelId}/silence", gone=_LEFT)
STOP_SILENCE = Request("DELETE", "/channels/{channelId}/silence", gone=_LEFT)
RTP_STATISTICS = Request("GET", "/channels/{channelId}/rtp_statistics")
PLAY = Request("POST", "/channels/{channelId}/play", _names("media playbackId skipms offsetms"), gone=_LEFT)
# record's 409 can also mean that the name is taken, so it stays an error
RECORD = Request(
    "POST",
    "/channels/{channelId}/record",
    _names("name format maxDurationSeconds maxSilenceSeconds ifExists beep terminateOn"),
)
CONTINUE = Request("POST", "/channels/{channelId}/continue", _names("context extension priority"), gone=_LEFT)
HANG_UP = Request("DELETE", "/channels/{channelId}", _names("reason reason_code"))
CREATE = Request("POST", "/channels/create", _names("endpoint app appArgs channelId originator variables"))
DIAL = Request("POST", "/channels/{channelId}/dial", gone=_LEFT)
ORIGINATE = Request("POST", "/channels", _names("endpoint timeout variables context extension"))
SNOOP = Request(
    "POST", "/channels/{channelId}/snoop/{snoopId}", _names("spy whisper app appArgs"), gone=_LEFT
)
CHANNELS = Request("GET", "/channels")
ENDPOINT = Request("GET", "/endpoints/{tech}/{resource}")
SEND_MESSAGE = Request("PUT", "/endpoints/{tech}/{resource}/sendMessage", _names("from body"))

PLAYBACK = Request("GET", "/playbacks/{playbackId}")
STOP_PLAYBACK = Request("DELETE", "/playbacks/{playbackId}")
# 409: it has just ended
CONTROL_PLAYBACK = Request(
    "POST", "/playbacks/{playbackId}/control", _names("operation"), gone=frozenset({404, 409})
)

CREATE_BRIDGE = Request("POST", "/bridges", _names("type bridgeId name"))
ADD_CHANNEL = Request(
    "POST",
    "/bridges/{bridgeId}/addChannel",
    _names("channel inhibitConnectedLineUpdates"),
    gone=_LEFT_BEFORE_BRIDGE,
)
REMOVE_CHANNEL = Request(
    "POST", "/bridges/{bridgeId}/removeChannel", _names("channel"), gone=_LEFT_BEFORE_BRIDGE
)
DESTROY_BRIDGE = Request("DELETE", "/bridges/{bridgeId}")
BRIDGES = Request("GET", "/bridges")

LIVE_RECORDING = Request("GET", "/recordings/live/{recordingName}")
STOP_RECORDING = Request("POST", "/recordings/live/{recordingName}/stop")
STORED_RECORDINGS = Request("GET", "/recordings/stored")
STORED_RECORDING = Request("GET", "/recordings/stored/{recordingName}")
FETCH_RECORDING = Request("GET", "/recordings/stored/{recordingName}/file", seconds=FETCH_SECONDS)
DELETE_RECORDING = Request("DELETE", "/recordings/stored/{recordingName}")

APPLICATION = Request("GET", "/applications/{applicationName}")
FILTER_EVENTS = Request("PUT", "/applications/{applicationName}/eventFilter", _names("filter"), body="filter")
SUBSCRIBE = Request("POST", "/applications/{applicationName}/subscription", _names("eventSource"))

DEVICE_STATES = Request("GET", "/deviceStates")
DEVICE_STATE = Request("GET", "/deviceStates/{deviceName}")
SET_DEVICE_STATE = Request("PUT", "/deviceStates/{deviceName}", _names("deviceState"))

PING = Request("GET", "/asterisk/ping")
INFO = Request("GET", "/asterisk/info", _names("only"))
MODULE = Request("GET", "/asterisk/modules/{moduleName}")
SET_GLOBAL = Request("POST", "/asterisk/variable", _names("variable value"))

ALL: tuple[Request, ...] = tuple(
    request for request in tuple(globals().values()) if isinstance(request, Request)
)
"""The whole table."""

# What follows is described, and served, only where res_ari_mailboxes is loaded; Debian's Asterisk lacks it.
MAILBOXES = Request("GET", "/mailboxes")
MAILBOX = Request("GET", "/mailboxes/{mailboxName}")
SET_MAILBOX = Request("PUT", "/mailboxes/{mailboxName}", _names("oldMessages newMessages"), gone=frozenset())
