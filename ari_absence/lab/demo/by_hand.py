"""``ari-absence lab try``: the office of the demonstration, left running for one's own softphone."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from pathlib import Path

from ari_absence.lab import Lab
from ari_absence.lab.demo.places import CONFIGURATION, DIALPLAN, MORNING
from ari_absence.lab.office import Office


async def stay() -> None:
    """Run until Ctrl-C; everything is removed then."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with tempfile.TemporaryDirectory(prefix="ari-absence-try-") as folder:
        lab = Lab(dialplan=DIALPLAN, tell=print)
        async with lab, Office(lab, Path(folder), CONFIGURATION, pretend_now=MORNING) as office:
            print(invitation(lab, office), flush=True)
            await stopping.wait()
            print("Ending.", flush=True)


def invitation(lab: Lab, office: Office) -> str:
    """How to call, and where to look, as lines to print."""
    return f"""
Point a softphone at it:  server 127.0.0.1, port {lab.sip_port}, UDP
                          user 102 (or 100, 103, 110), password {lab.phone_password}
In this office it is Wednesday, 25 November 2026, ten in the morning.
  dial 101   Alice Tanaka is on a business trip: hear it, leave a message
  dial 110   Mori is there: with no phone of his registered, you are told that he can't come to the phone
What you left:  .venv/bin/ari-absence messages --config {office.config}
Mails:          {office.mail.folder}
Ctrl-C ends it and removes everything."""
