"""``python -m bench.load [office|burst|storm|night|smoke] [--night full]``: call an office; writes docs/load.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from ari_absence.clock import SystemClock
from ari_absence.installed import folder
from ari_absence.lab import Lab
from bench.load import profiles, report, voicemail
from bench.load.profiles import Profile
from bench.load.trial import try_out
from bench.telling import tell

DIALPLAN = folder("dialplan") / "ari_absence.conf"


def main() -> int:
    """Run the profiles, write what came of them; 1 if something was lost, doubled or left lying."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description="An office's calls, counted.")
    parser.add_argument(
        "only", nargs="*", choices=("office", "burst", "storm", "night", "smoke"), metavar="PROFILE"
    )
    parser.add_argument("--night", choices=("short", "full"), default="short", help="full: eight hours")
    asked = parser.parse_args()
    night = profiles.FULL_NIGHT if asked.night == "full" else profiles.SHORT_NIGHT
    everything = (profiles.OFFICE, profiles.BURST, profiles.STORM, night)
    chosen = [each for each in (*everything, profiles.SMOKE) if each.name in asked.only] or everything
    mistakes = [mistake for profile in chosen for mistake in asyncio.run(_measure(profile))]
    for mistake in mistakes:
        tell(f"[bold red]{mistake}[/]")
    return 1 if mistakes else 0


async def _measure(profile: Profile) -> list[str]:
    machine = report.machine(SystemClock())
    tell(f"{profile.name}: {profile.title}, about {profile.seconds / 60 + 1:.0f} minutes")
    with tempfile.TemporaryDirectory(prefix="ari-load-") as name:
        root = Path(name)
        async with Lab(
            dialplan=DIALPLAN, extra_dialplan=voicemail.DIALPLAN, directory=root / "lab", tell=tell
        ) as lab:
            outcome = await try_out(lab, root / "office", profile)
            beside = (
                await voicemail.try_out(lab, root / "voicemail", profile) if profile.voicemail_calls else None
            )
    mistakes = [f"{profile.name}: {mistake}" for mistake in outcome.mistakes]
    for name, value in report.figures_of(outcome).items():
        tell(f"{profile.name}: {name}: {value}")
    for line in outcome.held_up:
        tell(f"{profile.name}: {line.partition('loop.')[2]}")
    report.save(outcome, beside, machine)
    return mistakes


if __name__ == "__main__":
    sys.exit(main())
