"""A desk phone that answers every call with one SIP status: declined, not found, moved elsewhere..."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from ari_absence.errors import LabError
from ari_absence.lab.sipp import Sipp

if TYPE_CHECKING:
    from ari_absence.lab.laboratory import Lab

REGISTER_DEADLINE_S = 10.0

_REGISTER = """  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{user}@[remote_ip]>;tag=[call_number]
To: <sip:{user}@[remote_ip]>
Call-ID: [call_id]
CSeq: {sequence} REGISTER
Contact: <sip:{user}@[local_ip]:{port}>
Max-Forwards: 70
Expires: 3600
{authorization}Content-Length: 0

]]></send>
"""

_REGISTRATION = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="register">
{first}  <recv response="401" auth="true"/>
{second}  <recv response="200"/>
</scenario>
"""

_REFUSAL = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="refuse">
  <recv request="INVITE"/>
  <send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
  <pause milliseconds="{ring_ms}"/>
  <send retrans="500"><![CDATA[
SIP/2.0 {code} {reason}
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
{contact}Content-Length: 0

]]></send>
  <recv request="ACK"/>
</scenario>
"""

_REASONS = {
    302: "Moved Temporarily",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}


class RefusingPhone:
    """A registered desk phone that refuses. Made by ``Lab.refusing_phone``; see there."""

    def __init__(
        self, lab: Lab, extension: str, code: int, *, ring_seconds: float, forwards_to: str | None
    ) -> None:
        self._lab = lab
        self._extension = extension
        contact = f"Contact: <sip:{forwards_to}@127.0.0.1:{lab.sip_port}>\n" if forwards_to else ""
        scenario = _REFUSAL.format(
            ring_ms=round(ring_seconds * 1000),
            code=code,
            reason=_REASONS.get(code, "Refused"),
            contact=contact,
        )
        self._refusal = Sipp(lab, f"refuses{extension}", scenario)

    async def start(self) -> Self:
        """Register and wait for calls."""
        self._refusal.start(dials=None)
        await register(self._lab, self._extension, self._refusal.port)
        return self

    async def close(self) -> None:
        """Switch the phone off."""
        await self._refusal.stop()
        self._lab.forget(self)


async def register(lab: Lab, extension: str, port: int) -> None:
    """Register desk phone ``extension`` as one that listens on ``port``."""
    credentials = f"[authentication username={extension} password={lab.phone_password}]\n"
    first, second = (
        _REGISTER.format(user=extension, port=port, sequence=number, authorization=authorization)
        for number, authorization in ((1, ""), (2, credentials))
    )
    sipp = Sipp(lab, f"register{extension}", _REGISTRATION.format(first=first, second=second))
    sipp.start("-m", "1", dials=extension)
    if await sipp.ended(REGISTER_DEADLINE_S):
        raise LabError(f"Asterisk refused to register desk phone {extension}: {sipp.last_words()}")
