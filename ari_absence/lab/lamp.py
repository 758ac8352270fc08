"""Lamps: a phone that subscribes to a hint or to a mailbox and keeps what it is told."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Literal, Self

from ari_absence.errors import LabError
from ari_absence.lab import waiting
from ari_absence.lab.sipp import Sipp

if TYPE_CHECKING:
    from ari_absence.lab.laboratory import Lab

Watches = Literal["line", "mailbox", "presence"]

SUBSCRIBE_DEADLINE_S = 20.0

_EVENTS = {
    "line": ("dialog", "application/dialog-info+xml"),
    "mailbox": ("message-summary", "application/simple-message-summary"),
    "presence": ("presence", "application/pidf+xml"),
}

_STATE = {
    "line": r"<state>\s*(\w+)\s*</state>",
    "mailbox": r"Messages-Waiting:\s*(\w+)",
    "presence": r"<note>([^<]*)</note>",
}

_SUBSCRIBE = """  <send retrans="500"><![CDATA[
SUBSCRIBE sip:{watched}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{user}@[remote_ip]>;tag=[call_number]
To: <sip:{watched}@[remote_ip]>
Call-ID: [call_id]
CSeq: {sequence} SUBSCRIBE
Contact: <sip:{user}@[local_ip]:[local_port]>
Max-Forwards: 70
Event: {event}
Accept: {accept}
Expires: 3600
User-Agent: {user_agent}
{authorization}Content-Length: 0

]]></send>
"""

_SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="lamp">
{first}  <recv response="401" auth="true"/>
{second}  <recv response="100" optional="true"/>
  <recv response="200"/>
  <label id="1"/>
  <recv request="NOTIFY" timeout="86400000"/>
  <send next="1"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:{user}@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
</scenario>
"""


class SubscriberPhone:
    """The lamp key of a desk phone. Made by ``Lab.lamp`` and ``Lab.message_lamp``; see there."""

    def __init__(
        self, lab: Lab, watched: str, *, user: str, watches: Watches, user_agent: str = "SIPp"
    ) -> None:
        self.watched = watched
        self._watches = watches
        title = f"lamp{re.sub('[^0-9A-Za-z]', '', watched)}"
        self._sipp = Sipp(lab, title, _scenario(watched, user, watches, lab, user_agent))
        self._lab = lab

    async def start(self) -> Self:
        """Subscribe; the first state is known when this returns."""
        self._sipp.start("-m", "1", "-aa", "-recv_timeout", "86400000", dials=self.watched)
        with contextlib.suppress(waiting.Overdue):
            await waiting.until(lambda: self.bodies or not self._sipp.running, SUBSCRIBE_DEADLINE_S, "")
        if not self.bodies:
            raise LabError(
                f"The subscription to {self.watched} was not confirmed; see {self._sipp.messages}."
            )
        return self

    @property
    def bodies(self) -> list[str]:
        """The bodies of all NOTIFYs so far, oldest first."""
        path = self._sipp.messages
        text = path.read_text(errors="replace") if path.exists() else ""
        return [
            _body(message)
            for message in re.split(r"^-{20,}.*$", text, flags=re.MULTILINE)
            if _is_notify(message)
        ]

    @property
    def states(self) -> list[str]:
        """What the lamp showed, oldest first.

        For a line ``terminated`` (dark), ``early`` (blinks) or ``confirmed`` (lit); for a mailbox ``yes`` or
        ``no``; for presence Asterisk's own note (``Ready``, ``On the phone``).
        """
        found = [re.search(_STATE[self._watches], body) for body in self.bodies]
        return [match[1] if match else "terminated" for match in found]

    @property
    def state(self) -> str:
        """What the lamp shows now."""
        return self.states[-1]

    async def wait_for_state(self, state: str, timeout_s: float = 20.0) -> None:
        """Wait until the lamp shows this state."""
        try:
            await waiting.until(lambda: self.states[-1:] == [state], timeout_s, "")
        except waiting.Overdue:
            raise LabError(
                f"The lamp for {self.watched} was not {state} in {timeout_s:g} s; it showed {self.states}."
            ) from None

    async def close(self) -> None:
        """Pull the plug."""
        await self._sipp.stop()
        self._lab.forget(self)


def _scenario(watched: str, user: str, watches: Watches, lab: Lab, user_agent: str) -> str:
    event, accept = _EVENTS[watches]
    credentials = f"[authentication username={user} password={lab.phone_password}]\n"
    first, second = (
        _SUBSCRIBE.format(
            watched=watched,
            user=user,
            event=event,
            accept=accept,
            sequence=number,
            user_agent=user_agent,
            authorization=authorization,
        )
        for number, authorization in ((1, ""), (2, credentials))
    )
    return _SCENARIO.format(first=first, second=second, user=user)


def _is_notify(message: str) -> bool:
    return "message received" in message[:200] and "\nNOTIFY " in message[:400]


def _body(message: str) -> str:
    return message.replace("\r\n", "\n").partition("\n\n")[2].partition("\n\n")[2].strip()
