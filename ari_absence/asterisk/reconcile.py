"""After every connect: what Asterisk really has, against what we believe, and the difference made good.

While we were not connected Asterisk kept our channels, bridges and recordings but threw our events away.
What has ended meanwhile is delivered to its call as if the event had come. What is ours by its id but
belongs to no living call is a left-over of an earlier life; two who talk in one talk on. What is not ours is
never touched.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import structlog

from ari_absence.asterisk import ids, left_talks, protocol
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.sessions import Sessions
from ari_absence.errors import AlreadyGone, RequestRefused

SECOND_LOOK_SECONDS = 0.5
"""A channel that came in just now is known once its event has arrived; so strangers are looked at twice."""

CAUSE_UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What was put right. ``orphans``: names of stored recordings of ours that belong to no living call."""

    ends_delivered: int
    strangers: int
    bridges: int
    orphans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Believed:
    """What we believed of a line at the moment we began to ask. ``held``: it was in our hands, not just ringing."""

    channel: str
    held: bool
    playback: str | None
    recording: str | None

    @classmethod
    def of(cls, line: Line) -> _Believed:
        """What we believe of ``line`` now."""
        playback = line.playback.id if line.playback and not line.playback.finished else None
        recording = line.take.name if line.take and line.take.end is None else None
        return cls(line.channel.id, not line.leg or line.up, playback, recording)


async def reconcile(client: AriClient, app: str, sessions: Sessions) -> Findings:
    """Compare and put right. Raises AsteriskError if Asterisk can't be asked; then nothing is decided."""
    # before we ask, not after; a leg that Asterisk has not accepted yet may well be missing there
    believed = [_Believed.of(line) for line in sessions.lines if line.placed or not line.leg]
    held = await _held(client, app)
    channels = {str(channel.get("id")): channel for channel in await client.channels()}
    ends = 0
    for belief in believed:
        for event in await _missed(client, belief, held, channels):
            sessions.deliver(event)
            ends += 1
    await _take_over_talks(client, app, sessions)
    strangers = await _release_strangers(client, app, sessions, held)
    bridges = await _destroy_bridges(client, app, sessions)
    orphans = [
        name
        for name in await _recordings(client)
        if _is_orphan(name, sessions) and await _is_gone(client.live_recording(name))
    ]
    findings = Findings(ends, strangers, bridges, tuple(orphans))
    structlog.get_logger().info(
        "link.reconciled", ends=ends, strangers=strangers, bridges=bridges, orphans=len(orphans)
    )
    return findings


async def _held(client: AriClient, app: str) -> set[str]:
    return {str(channel_id) for channel_id in (await client.application(app)).get("channel_ids", ())}


async def _missed(
    client: AriClient, belief: _Believed, held: set[str], channels: dict[str, dict[str, Any]]
) -> list[protocol.CallEvent]:
    """The events that this line would have got."""
    missed: list[protocol.CallEvent] = []
    if belief.recording is not None:
        missed += await _missed_recording(client, belief.recording)
    if belief.playback is not None and await _is_gone(client.playback(belief.playback)):
        missed.append(protocol.PlaybackFinished(belief.playback, failed=False))
    channel = channels.get(belief.channel)
    if channel is None:
        missed.append(_end_of(belief))
    elif belief.channel not in held:
        missed += [protocol.StasisEnd(belief.channel)] if belief.held else []
    elif channel.get("state") == "Up" and not belief.held:
        missed.append(protocol.StasisStart(protocol.read_channel(channel), ()))
    return missed


def _end_of(belief: _Believed) -> protocol.CallEvent:
    if ids.owner(belief.channel):
        return protocol.ChannelDestroyed(belief.channel, CAUSE_UNKNOWN)
    return protocol.StasisEnd(belief.channel)


async def _missed_recording(client: AriClient, name: str) -> list[protocol.CallEvent]:
    if not await _is_gone(client.live_recording(name)):
        return []
    if await _is_gone(client.stored_recording(name)):
        return [protocol.RecordingFailed(name)]
    return [protocol.RecordingFinished(name, seconds=None)]


async def _is_gone(question: Awaitable[object]) -> bool:
    try:
        await question
    except AlreadyGone:
        return True
    return False


async def _take_over_talks(client: AriClient, app: str, sessions: Sessions) -> None:
    going_on = left_talks.talks(await client.bridges(), app)
    for bridge_id, both in going_on.items():
        if _is_orphan(bridge_id, sessions):
            sessions.left_talks.take_over(bridge_id, both)
    for bridge_id in sessions.left_talks.bridges - going_on.keys():
        await sessions.left_talks.end(bridge_id)


async def _release_strangers(client: AriClient, app: str, sessions: Sessions, held: set[str]) -> int:
    suspects = {channel_id for channel_id in held if not sessions.knows_channel(channel_id)}
    if not suspects:
        return 0
    await asyncio.sleep(SECOND_LOOK_SECONDS)
    strangers = [
        channel_id
        for channel_id in suspects & await _held(client, app)
        if not sessions.knows_channel(channel_id)
    ]
    for channel_id in strangers:
        sessions.turn_away(channel_id)
    return len(strangers)


async def _destroy_bridges(client: AriClient, app: str, sessions: Sessions) -> int:
    leftover = [
        str(bridge.get("id"))
        for bridge in await client.bridges()
        if bridge.get("name") == app
        and _is_orphan(str(bridge.get("id")), sessions)
        and str(bridge.get("id")) not in sessions.left_talks.bridges
    ]
    for bridge_id in leftover:
        with contextlib.suppress(AlreadyGone):
            await client.destroy_bridge(bridge_id)
    return len(leftover)


async def _recordings(client: AriClient) -> list[str]:
    try:
        return await client.stored_recordings()
    except RequestRefused as error:
        # Asterisk answers 500 as long as its recording folder does not exist
        structlog.get_logger().error("recordings.not_listed", error=str(error))
        return []


def _is_orphan(thing_id: str, sessions: Sessions) -> bool:
    call_id = ids.owner(thing_id)
    return call_id is not None and not sessions.serves(call_id)
