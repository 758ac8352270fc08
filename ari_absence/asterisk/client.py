"""Typed requests to Asterisk, one method each. ``transport`` says what they raise and when.

Ids and names are ours to choose, so that a request that was answered too late is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp

from ari_absence.asterisk import requests
from ari_absence.asterisk.transport import Transport
from ari_absence.errors import AlreadyGone

_ERRAND_SECONDS = 5


class AriClient:
    """Speaks to one Asterisk. Use it inside a running event loop, and close it."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """``url`` ends in ``/ari``: ``http://127.0.0.1:8088/ari``. The password is only ever a header."""
        self._transport = Transport(url, user, password)

    async def __aenter__(self) -> AriClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def events(self, app: str) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """The socket on which Asterisk sends the application's events. Opening it registers the name."""
        return self._transport.events(app)

    # -- one channel

    async def answer(self, channel_id: str) -> None:
        """Pick up. Waits behind media that is playing: stop that first."""
        await self._transport.ask(requests.ANSWER, channel_id)

    async def set_variable(self, channel_id: str, variable: str, value: str) -> None:
        """Set a channel variable or function. Waits behind media that is playing: stop that first."""
        await self._transport.ask(requests.SET_VARIABLE, channel_id, variable=variable, value=value)

    async def variable(self, channel_id: str, variable: str) -> str:
        """A channel variable or function; an unset one is :class:`AlreadyGone`."""
        answer = await self._transport.read_object(requests.GET_VARIABLE, channel_id, variable=variable)
        return str(answer.get("value"))

    async def ring(self, channel_id: str) -> None:
        """Let the party hear ringing."""
        await self._transport.ask(requests.RING, channel_id)

    async def stop_ring(self, channel_id: str) -> None:
        """End the ringing."""
        await self._transport.ask(requests.STOP_RING, channel_id)

    async def music(self, channel_id: str) -> None:
        """Let the party hear music; it is not stopped by a bridge."""
        await self._transport.ask(requests.MUSIC, channel_id)

    async def stop_music(self, channel_id: str) -> None:
        """End the music."""
        await self._transport.ask(requests.STOP_MUSIC, channel_id)

    async def silence(self, channel_id: str) -> None:
        """Let the party hear silence, in place of whatever else they are sent."""
        await self._transport.ask(requests.SILENCE, channel_id)

    async def stop_silence(self, channel_id: str) -> None:
        """End the silence."""
        await self._transport.ask(requests.STOP_SILENCE, channel_id)

    async def packets_sent(self, channel_id: str) -> int:
        """How many packets of sound the phone was sent; :class:`AlreadyGone` also where it speaks no RTP."""
        answer = await self._transport.read_object(requests.RTP_STATISTICS, channel_id)
        return int(answer.get("txcount", 0))

    async def play(self, channel_id: str, media: Sequence[str], playback_id: str) -> None:
        """Play the media (``sound:...``, ``recording:...``) one after another, as one playback."""
        await self._transport.ask(requests.PLAY, channel_id, media=list(media), playbackId=playback_id)

    async def record(
        self,
        channel_id: str,
        name: str,
        audio_format: str,
        *,
        max_seconds: int,
        silence_seconds: int,
        beep: bool,
        terminate_on: str = "#",
    ) -> None:
        """Begin recording under a name that must be new. 0 seconds: without that limit."""
        await self._transport.ask(
            requests.RECORD,
            channel_id,
            name=name,
            format=audio_format,
            maxDurationSeconds=max_seconds,
            maxSilenceSeconds=silence_seconds,
            ifExists="fail",
            beep=beep,
            terminateOn=terminate_on,
        )

    async def continue_in_dialplan(
        self, channel_id: str, context: str, extension: str, priority: int = 1
    ) -> None:
        """Give the channel back to the dialplan, at that place."""
        await self._transport.ask(
            requests.CONTINUE, channel_id, context=context, extension=extension, priority=priority
        )

    async def hang_up(self, channel_id: str, *, reason_code: int | None = None) -> None:
        """End the channel; ``reason_code`` 26 tells a ringing phone that somebody else took the call, 17 tells a
        caller who was not answered that the line is busy."""
        reason = "normal" if reason_code is None else None
        await self._transport.ask(requests.HANG_UP, channel_id, reason=reason, reason_code=reason_code)

    async def create(
        self,
        endpoint: str,
        channel_id: str,
        app: str,
        *,
        app_args: str = "",
        originator: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Make the channel that a phone will be rung by. It enters ``app`` at once, and can be dialled then.

        500 (:class:`RequestRefused`) is Asterisk's way to say that the phone is not registered or unknown.
        """
        await self._transport.ask(
            requests.CREATE,
            endpoint=endpoint,
            channelId=channel_id,
            app=app,
            appArgs=app_args,
            originator=originator,
            variables=dict(variables) if variables else None,
        )

    async def dial(self, channel_id: str) -> None:
        """Ring the phone that a created channel is for. What it forwards to by itself nobody follows."""
        await self._transport.ask(requests.DIAL, channel_id)

    async def endpoint(self, tech: str, resource: str) -> dict[str, Any]:
        """A phone: its ``state`` (``online`` is registered) and ``channel_ids``; unknown is :class:`AlreadyGone`."""
        return await self._transport.read_object(requests.ENDPOINT, tech, resource)

    async def send_message(self, tech: str, resource: str, sender: str, text: str) -> None:
        """Send a text (SIP MESSAGE) to a phone. Answered before the phone has: what that says nobody is told."""
        given = {"from": sender, "body": text}
        await self._transport.ask(requests.SEND_MESSAGE, tech, resource, **given)

    async def channels(self) -> list[dict[str, Any]]:
        """All channels of this Asterisk, ours and others'."""
        return await self._transport.read_list(requests.CHANNELS)

    async def whisper(self, channel_id: str, whisper_id: str, app: str) -> None:
        """Make a channel ``whisper_id``, given to ``app``, whose sound only that party hears, also in a talk."""
        await self._transport.ask(
            requests.SNOOP, channel_id, whisper_id, spy="none", whisper="out", app=app, appArgs="whisper"
        )

    # -- playbacks, bridges

    async def playback(self, playback_id: str) -> dict[str, Any]:
        """One playback as it is now."""
        return await self._transport.read_object(requests.PLAYBACK, playback_id)

    async def stop_playback(self, playback_id: str) -> None:
        """Stop the playback with all that is left of its list."""
        await self._transport.ask(requests.STOP_PLAYBACK, playback_id)

    async def play_from(
        self, channel_id: str, media: Sequence[str], playback_id: str, *, offset_ms: int, skip_ms: int
    ) -> None:
        """As :meth:`play`, from ``offset_ms`` of the first on; ``forward`` and ``reverse`` skip ``skip_ms``."""
        where = {"offsetms": offset_ms, "skipms": skip_ms}
        await self._transport.ask(
            requests.PLAY, channel_id, media=list(media), playbackId=playback_id, **where
        )

    async def control_playback(self, playback_id: str, operation: str) -> None:
        """``pause``, ``unpause``, ``forward`` or ``reverse`` what is playing."""
        await self._transport.ask(requests.CONTROL_PLAYBACK, playback_id, operation=operation)

    async def create_bridge(self, bridge_id: str, name: str) -> None:
        """A bridge for two; keys are reported in it."""
        await self._transport.ask(
            requests.CREATE_BRIDGE, type="mixing,dtmf_events", bridgeId=bridge_id, name=name
        )

    async def add_channels(
        self, bridge_id: str, channel_ids: Sequence[str], *, keep_displays: bool = False
    ) -> None:
        """Put the channels into the bridge; ``keep_displays`` leaves the phones' displays as they are."""
        await self._transport.ask(
            requests.ADD_CHANNEL,
            bridge_id,
            channel=list(channel_ids),
            inhibitConnectedLineUpdates=keep_displays or None,
        )

    async def remove_channel(self, bridge_id: str, channel_id: str) -> None:
        """Take the channel out of the bridge, back into our hands alone."""
        await self._transport.ask(requests.REMOVE_CHANNEL, bridge_id, channel=channel_id)

    async def destroy_bridge(self, bridge_id: str) -> None:
        """Dissolve the bridge; who is in it stays in our hands."""
        await self._transport.ask(requests.DESTROY_BRIDGE, bridge_id)

    async def bridges(self) -> list[dict[str, Any]]:
        """All bridges of this Asterisk, ours and others'."""
        return await self._transport.read_list(requests.BRIDGES)

    # -- recordings

    async def live_recording(self, name: str) -> dict[str, Any]:
        """A recording that is being made."""
        return await self._transport.read_object(requests.LIVE_RECORDING, name)

    async def stop_recording(self, name: str) -> None:
        """End a recording and keep it."""
        await self._transport.ask(requests.STOP_RECORDING, name)

    async def stored_recordings(self) -> list[str]:
        """The names of all stored recordings, ours and others'."""
        stored = await self._transport.read_list(requests.STORED_RECORDINGS)
        return [str(recording.get("name")) for recording in stored]

    async def stored_recording(self, name: str) -> dict[str, Any]:
        """One stored recording: its name and format."""
        return await self._transport.read_object(requests.STORED_RECORDING, name)

    async def fetch_recording(self, name: str) -> bytes:
        """The audio of a stored recording; five minutes are 5 MB."""
        return await self._transport.ask(requests.FETCH_RECORDING, name)

    async def delete_recording(self, name: str) -> None:
        """Delete a stored recording."""
        await self._transport.ask(requests.DELETE_RECORDING, name)

    # -- the application, lamps, Asterisk itself

    async def application(self, app: str) -> dict[str, Any]:
        """What is in the application's hands: ``channel_ids``, ``bridge_ids``, ..."""
        return await self._transport.read_object(requests.APPLICATION, app)

    async def filter_events(self, app: str, wanted: Sequence[str]) -> None:
        """Have Asterisk send only these kinds of events to the application."""
        body = {"allowed": [{"type": kind} for kind in wanted]}
        await self._transport.ask(requests.FILTER_EVENTS, app, filter=body)

    async def subscribe(self, app: str, endpoints: Sequence[str]) -> None:
        """Have the application told of whatever happens to the calls of these phones (``PJSIP/101``).

        One that Asterisk does not know refuses them all: 422 (:class:`RequestRefused`).
        """
        await self._transport.ask(
            requests.SUBSCRIBE, app, eventSource=[f"endpoint:{each}" for each in endpoints]
        )

    async def device_states(self) -> dict[str, str]:
        """All device states that applications have set, by device name (``Stasis:...``)."""
        devices = await self._transport.read_list(requests.DEVICE_STATES)
        return {str(device.get("name")): str(device.get("state")) for device in devices}

    async def device_state(self, device: str) -> str:
        """The state of any device, ours or not (``MWI:101@default``); an unknown one is ``INVALID`` or ``UNKNOWN``."""
        return str((await self._transport.read_object(requests.DEVICE_STATE, device)).get("state"))

    async def set_device_state(self, device: str, state: str) -> None:
        """Set a ``Stasis:`` device to ``INUSE``, ``NOT_INUSE``, ``RINGING``, ... Asterisk keeps it."""
        await self._transport.ask(requests.SET_DEVICE_STATE, device, deviceState=state)

    async def set_global(self, variable: str, value: str) -> None:
        """Set a global variable or function, such as ``PRESENCE_STATE(CustomPresence:101)``."""
        await self._transport.ask(requests.SET_GLOBAL, variable=variable, value=value)

    async def call_dialplan(self, context: str, extension: str, variables: Mapping[str, str]) -> None:
        """Have ``extension`` of ``context`` carried out by a channel of its own, which nobody hears.

        The variables are known there. Returns before it has begun; what becomes of it is not told.
        """
        await self._transport.ask(
            requests.ORIGINATE,
            endpoint=f"Local/{extension}@{context}/n",
            context=context,
            extension=extension,
            timeout=_ERRAND_SECONDS,
            variables=dict(variables),
        )

    async def mailboxes(self) -> list[dict[str, Any]]:
        """All mailboxes whose counts were set here; :class:`AlreadyGone` where Asterisk lacks the module."""
        return await self._transport.read_list(requests.MAILBOXES)

    async def mailbox(self, mailbox: str) -> dict[str, Any]:
        """A mailbox (``101@default``) whose counts were set here: ``new_messages``, ``old_messages``."""
        return await self._transport.read_object(requests.MAILBOX, mailbox)

    async def set_mailbox(self, mailbox: str, old: int, new: int) -> None:
        """Set how many old and new messages a mailbox (``101@default``) has."""
        await self._transport.ask(requests.SET_MAILBOX, mailbox, oldMessages=old, newMessages=new)

    async def ping(self) -> None:
        """Return if Asterisk answers."""
        await self._transport.ask(requests.PING)

    async def info(self) -> dict[str, Any]:
        """Version, build and status of this Asterisk."""
        return await self._transport.read_object(requests.INFO)

    async def has_module(self, name: str) -> bool:
        """Whether a module (``res_mwi_devstate.so``) is loaded and runs."""
        try:
            return (await self._transport.read_object(requests.MODULE, name)).get("status") == "Running"
        except AlreadyGone:
            return False
