"""The same callers on app_voicemail: what it has in its mailboxes, and what it handed to its mail program."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_absence.lab import Lab
from ari_absence.lab.waiting import CLOCK
from bench import script as scripts
from bench.load.callers import make_calls
from bench.load.office import PEOPLE
from bench.load.profiles import Profile
from bench.load.resources import Machine
from bench.telling import tell

DIALPLAN = """
[from-trunk](+)
exten => _71XX,1,VoiceMail(${EXTEN:1}@default,us)
 same => n,Hangup()
"""

_CALLED = tuple(f"7{extension}" for extension in PEOPLE)
_QUIET_S = 90.0


@dataclass(frozen=True, slots=True)
class Beside:
    """What app_voicemail made of a profile; waits in ms, CPU in ms for each call."""

    calls: int
    answered: int
    to_their_end: int
    messages: int
    mails: int
    first_sounds_ms: Sequence[float]
    asterisk_cpu_ms: float


async def try_out(lab: Lab, folder: Path, profile: Profile) -> Beside:
    """Call its mailboxes as ``profile`` says. The greeting is as long as the service's, and has its words."""
    mails = folder / "mails"
    await asyncio.to_thread(mails.mkdir, parents=True)
    config, data = folder / "config", folder / "data"
    scripts.write_site(config, data, lab.ari_url)
    script = scripts.write_script(config, data)
    for extension in PEOPLE:
        scripts.write_greeting(lab.settings.folders.spool, script, extension)
    (lab.settings.folders.etc / "voicemail.conf").write_text(_conf(mails))
    await lab.cli("module reload app_voicemail")
    tell(f"{profile.name}: {profile.voicemail_calls} of the same calls to app_voicemail")
    machine = Machine({"asterisk": lab.pid})
    made = await make_calls(lab, profile.for_voicemail(), script, _CALLED)
    await lab.until_quiet(_QUIET_S)
    await _mails_settle(mails)
    return Beside(
        calls=len(made),
        answered=sum(call.answered_at is not None for call in made),
        to_their_end=sum(call.to_its_end for call in made),
        messages=_messages(lab),
        mails=_files(mails),
        first_sounds_ms=sorted(
            (call.heard_at - call.invited_at) * 1000 for call in made if call.heard_at is not None
        ),
        asterisk_cpu_ms=machine.used_s("asterisk") / len(made) * 1000,
    )


def _messages(lab: Lab) -> int:
    boxes = lab.settings.folders.spool / "voicemail" / "default"
    return len(list(boxes.glob("*/INBOX/msg*.txt")))


async def _mails_settle(mails: Path) -> None:
    """Its mail program runs in the background: wait until two seconds pass without a new mail."""
    end, came = CLOCK.monotonic() + _QUIET_S, -1
    while CLOCK.monotonic() < end:
        before, came = came, _files(mails)
        if came == before:
            return
        await asyncio.sleep(2)


def _files(folder: Path) -> int:
    return len(list(folder.iterdir()))


def _conf(mails: Path) -> str:
    boxes = "\n".join(
        f"{extension} => 1234,Person {extension},p{extension}@example.com" for extension in PEOPLE
    )
    return f"""[general]
format = wav
maxmsg = 9999
maxsilence = 5
review = yes
attach = yes
sendvoicemail = no
serveremail = phone@example.com
mailcmd = cat > $(mktemp {mails}/XXXXXX)

[default]
{boxes}
"""
