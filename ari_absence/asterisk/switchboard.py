"""Which line an event belongs to: the callers' lines, and those of the phones that are rung for them."""

from __future__ import annotations

from collections.abc import Collection

from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import CallEvent, Channel


class Switchboard:
    """All living lines, by the ids we chose, which carry the line's name, and by their channels.

    ``deliver`` never waits and never raises.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, Line] = {}
        self._by_channel: dict[str, str] = {}

    @property
    def lines(self) -> Collection[Line]:
        """Every living line."""
        return self._by_name.values()

    def add_caller(self, line: Line) -> None:
        """A caller has come."""
        self._by_name[line.name] = line
        self._by_channel[line.channel.id] = line.name

    def new_leg(self, call_id: str, number: int) -> Line:
        """The line of a phone that is about to be rung, its channel id chosen."""
        channel_id = ids.of_leg(call_id, number)
        line = Line(call_id, Channel(channel_id, "", "Down", None, None), leg=f"-l{number}")
        self._by_name[line.name] = line
        return line

    def remove(self, line: Line) -> None:
        """The party is no longer ours to hear of."""
        self._by_name.pop(line.name, None)
        for channel_id in [key for key, owner in self._by_channel.items() if owner == line.name]:
            del self._by_channel[channel_id]

    def of_channel(self, channel_id: str) -> Line | None:
        """The line that has this channel."""
        return self._by_name.get(self._by_channel.get(channel_id) or ids.line(channel_id) or "")

    def caller_of(self, leg_id: str) -> Line | None:
        """The line of the caller for whom a phone is rung, by the channel of that phone."""
        return self._by_name.get(ids.owner(leg_id) or "")

    def of_thing(self, thing_id: str) -> Line | None:
        """The line that a playback or recording belongs to."""
        return self._by_name.get(ids.line(thing_id) or "")

    def replace(self, event: protocol.StasisStart) -> bool:
        """Let the channel take the place of the one it replaces; False if that is none of ours."""
        line = self.of_channel(event.replaced or "")
        if line is None:
            return False
        self._by_channel.pop(event.replaced or "", None)
        self._by_channel[event.channel.id] = line.name
        line.inbox.put(event)
        return True

    def deliver(self, event: CallEvent) -> bool:
        """Put the event into the queue of the line it belongs to; False if there is none."""
        line = self._line_of(event)
        if line is not None:
            line.inbox.put(event)
        return line is not None

    def _line_of(self, event: CallEvent) -> Line | None:
        match event:
            case protocol.BridgeAttendedTransfer():
                return None  # of two lines, as a rule
            case protocol.StasisStart():
                return self.of_channel(event.channel.id)
            case protocol.PlaybackProgress() | protocol.PlaybackFinished():
                return self.of_thing(event.playback_id)
            case protocol.RecordingFinished() | protocol.RecordingFailed():
                return self.of_thing(event.name)
            case _:
                return self.of_channel(event.channel_id)
