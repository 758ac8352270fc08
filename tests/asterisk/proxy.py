"""A TCP proxy that a test can cut: the network between us and Asterisk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Proxy:
    """Passes bytes to ``port`` on this machine, until it is told to cut. Use it as ``async with``."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self.passing = True
        self.refused = 0
        self.delay_seconds = 0.0
        """How much later everything arrives, in both directions."""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.requests: list[str] = []
        """What we asked Asterisk for, as ``GET /ari/…``, in order."""
        self.misled: tuple[bytes, bytes] | None = None
        """What is changed in our requests on the way: the second stands for the first, and is as long."""

    @property
    def port(self) -> int:
        """Where the proxy listens, on 127.0.0.1."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Cut every connection and refuse new ones until :meth:`mend`."""
        self.passing = False
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def mend(self) -> None:
        """Let new connections through again."""
        self.passing = True

    def freeze(self) -> None:
        """Pass nothing on any more, and close nothing: packets vanish, also those of new connections."""
        self._flowing.clear()

    async def thaw(self) -> None:
        """End of the freeze; what was connected meanwhile is dropped, as its partners have given it up."""
        await self.cut()
        self._flowing.set()
        self.mend()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.passing:
            self.refused += 1
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink, note in ((reader, far_writer, self._note), (far_reader, writer, _unchanged)):
            pipe = asyncio.create_task(self._pass_on(source, sink, note))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, note: Callable[[bytes], bytes]
    ) -> None:
        try:
            while data := await source.read(65_536):
                await asyncio.sleep(self.delay_seconds)
                await self._flowing.wait()
                sink.write(note(data))
                await sink.drain()
        except OSError:
            return
        finally:
            sink.close()

    def _note(self, sent: bytes) -> bytes:
        self.requests += re.findall(r"([A-Z]+ \S+) HTTP/1\.1\r\n", sent.decode(errors="replace"))
        return sent.replace(*self.misled) if self.misled else sent


def _unchanged(sent: bytes) -> bytes:
    return sent
