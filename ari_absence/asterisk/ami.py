"""Asterisk's manager interface, for the one thing that nothing else can do: a NOTIFY of ours to a phone.

A connection for each errand: log in, act, leave. Message lamps change a few times an hour, and a connection that is
not kept need not be watched. (panoramisk 1.4 keeps one, and never tells an action that its connection was lost.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ari_absence.errors import AsteriskUnreachable, RequestRefused

ERRAND_SECONDS = 3.0
"""How long Asterisk may take for a whole errand; it takes 3 ms."""

_LINES_MAX = 100  # of one answer; Asterisk's have five

Field = tuple[str, str]


class AmiClient:
    """Speaks to one manager interface, without TLS: let it be on this machine."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._host = host
        self._port = port
        self._login: tuple[Field, ...] = (
            ("Action", "Login"),
            ("Username", user),
            ("Secret", password),
            ("Events", "off"),
        )

    async def act(self, actions: Sequence[Sequence[Field]]) -> None:
        """Carry out the actions one after another, each a list of its fields, ``Action`` first.

        Raises:
            AsteriskUnreachable: nobody answers, or not in time; what was done by then is done.
            RequestRefused: Asterisk refused to let us in, or one of the actions; the others were carried out.
        """
        try:
            async with asyncio.timeout(ERRAND_SECONDS):
                await self._errand(actions)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            sentence = (
                f"Asterisk's manager does not answer at {self._host}:{self._port} ({type(error).__name__})"
            )
            raise AsteriskUnreachable(sentence) from error

    async def _errand(self, actions: Sequence[Sequence[Field]]) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            await reader.readline()  # "Asterisk Call Manager/11.0.0"
            if refusal := await _ask(reader, writer, self._login):
                raise RequestRefused(401, f"Asterisk's manager refused us ({refusal}); compare manager.conf")
            refusals = [await _ask(reader, writer, action) for action in actions]
            writer.write(_text((("Action", "Logoff"),)))
        finally:
            writer.close()
        if any(refusals):
            action = dict(actions[0]).get("Action")
            raise RequestRefused(
                500, f"{action}: Asterisk's manager answered: {'; '.join(filter(None, refusals))}"
            )


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fields: Sequence[Field]) -> str:
    """Why the action was refused; empty if it was not. What comes before the answer is no concern of ours."""
    writer.write(_text(fields))
    await writer.drain()
    while True:
        answer = await _answer(reader)
        if "Response" in answer:
            return "" if answer["Response"] == "Success" else answer.get("Message", answer["Response"])


async def _answer(reader: asyncio.StreamReader) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(_LINES_MAX):
        line = await reader.readline()
        if not line:
            raise EOFError
        name, _, value = line.decode(errors="replace").strip().partition(": ")
        if not name:
            break
        found[name] = value
    return found


def _text(fields: Sequence[Field]) -> bytes:
    """The action as it is sent. A value of several lines would be several fields, and is refused."""
    for name, value in fields:
        if not f"{name}{value}".isprintable():
            raise RequestRefused(400, f"the field {name!r} of a manager action holds a control character")
    return ("".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n").encode()
