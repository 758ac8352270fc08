"""What happens to the ledger on a disk that fills up or turns read-only: told as JSON by a process of its own.

Run in a mount namespace of its own: ``tests.small_disk``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.errors import LedgerError
from ari_absence.ledger import reading
from ari_absence.ledger.store import FILE_NAME, default_url, open_store
from tests.ledger.office import NOON, FakeClock, Office, decision, message_draft
from tests.small_disk import SmallDisk

SIZE_KIB = 6 * 1024


async def said(doing: Awaitable[object]) -> str:
    """The sentence of the ledger's error, or nothing."""
    try:
        await doing
    except LedgerError as fault:
        return str(fault)
    return ""


async def full_while_the_audio_is_written(office: Office, disk: SmallDisk) -> dict[str, Any]:
    recording = office.asterisk.add("abs/call-1-r1")
    await office.notebook.open_call(decision("call-1"))
    disk.fill(leave_kib=20)
    fault = await said(office.notebook.keep(recording, 3.0))
    left = [path.name for path in (disk.folder / "data" / "audio").iterdir()]
    disk.free()
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    await office.notebook.save_message(message_draft(audio, decision("call-1")))
    return {"fault": fault, "left": left}


async def full_at_the_commit(office: Office, disk: SmallDisk) -> dict[str, Any]:
    recording = office.asterisk.add("abs/call-1-r1")
    await office.notebook.open_call(decision("call-1"))
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    about = decision("call-1")
    fault = ""
    disk.fill()
    for _ in range(200):  # the journal may still have a few free pages
        fault = fault or await said(office.notebook.open_call(decision(f"call-{os.urandom(4).hex()}")))
    refused = await said(office.notebook.save_message(message_draft(audio, about)))
    readable = len(await office.thread.read(reading.messages))
    disk.free()
    await office.notebook.save_message(message_draft(audio, about))
    return {"fault": fault, "refused": refused, "readable": readable}


async def full_and_then_the_process_ends(office: Office, disk: SmallDisk) -> dict[str, Any]:
    recording = office.asterisk.add("abs/call-1-r1")
    await office.notebook.open_call(decision("call-1"))
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    disk.fill()
    fault = await said(office.notebook.save_message(message_draft(audio, decision("call-1"))))
    next_start = ""
    try:
        open_store(default_url(office.folder), NOON).close()
    except LedgerError as error:
        next_start = str(error)
    disk.free()
    await office.recover()
    return {"fault": fault, "next_start": next_start}


async def read_only(office: Office, disk: SmallDisk) -> dict[str, Any]:
    recording = office.asterisk.add("abs/call-1-r1")
    await office.notebook.open_call(decision("call-1"))
    office.store._engine.dispose()  # only the kernel turns a disk read-only below an open file
    disk.make_read_only()
    faults = [
        await said(office.notebook.reserve_place("call-1", "101")),
        await said(office.notebook.keep(recording, 3.0)),
        await said(office.notebook.close_call("call-1", Outcome.MISSED)),
    ]
    try:
        open_store(default_url(office.folder), NOON).close()
    except LedgerError as error:
        faults.append(str(error))
    office.store._engine.dispose()
    disk.make_read_only(read_only=False)
    audio = await office.notebook.keep(recording, 3.0)
    assert isinstance(audio, KeptAudio)
    await office.notebook.save_message(message_draft(audio, decision("call-1")))
    return {"faults": faults}


STORIES: dict[str, Callable[[Office, SmallDisk], Awaitable[dict[str, Any]]]] = {
    story.__name__: story
    for story in (
        full_while_the_audio_is_written,
        full_at_the_commit,
        full_and_then_the_process_ends,
        read_only,
    )
}


async def tell(name: str, folder: Path) -> dict[str, Any]:
    """Act the story; what came of it, and what is in the ledger at its end."""
    disk = SmallDisk(folder, SIZE_KIB)
    office = Office(folder / "data", FakeClock())
    office.audio._floor_bytes = 0  # what the floor prevents is looked at where it did not
    told = await STORIES[name](office, disk)
    messages = await office.thread.read(reading.messages)
    files = sorted(path.stem for path in (folder / "data" / "audio").iterdir())
    owed = await office.thread.read(reading.outbox)
    await office.close()
    with sqlite3.connect(folder / "data" / FILE_NAME) as raw:
        verdict = raw.execute("PRAGMA integrity_check").fetchone()[0]
    raw.close()
    return {
        **told,
        "messages": [each.audio_id for each in messages],
        "files": files,
        "deliveries": len(owed),
        "verdict": verdict,
    }


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(json.dumps(asyncio.run(tell(sys.argv[1], Path(sys.argv[2])))))
