"""One profile, on the service: who called, what became of them, what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ari_absence.lab import Lab
from ari_absence.lab.waiting import CLOCK
from bench.load.callers import CallMade, make_calls
from bench.load.counting import Count, count
from bench.load.office import PEOPLE, LoadedOffice
from bench.load.profiles import Profile
from bench.load.resources import Machine, Need, Record, need_of
from bench.telling import tell

WARM_UP = Profile("warm-up", "a few calls before", 10, 5.0, numbers_begin="0313")
"""What is made once, with the first calls, is no leak."""

IDLE_CONNECTIONS_S = 25.0
TASKS_MORE_MAX, FILES_MORE_MAX = 5, 12
"""The service keeps connections to Asterisk for a while. One file lost with each call is more, in any profile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a profile gave. Waits in ms from INVITE to the first sound; CPU in ms for each call."""

    profile: Profile
    count: Count
    released: int
    taken_in: int
    first_sounds_ms: Sequence[float]
    loop_longest_ms: float
    loop_blocked: int
    loop_starved: int
    memory_mb: Sequence[float]
    before: Need
    after: Need
    asterisk_cpu_ms: float
    service_cpu_ms: float
    others_share: float
    reconnects: int
    held_up: Sequence[str]
    left_lying: Sequence[str]

    @property
    def mistakes(self) -> list[str]:
        """What is wrong, as sentences; none, as it should be."""
        found = self.count.mistakes(every_call_leaves_a_message=self.profile.every_call_leaves_a_message)
        found += [f"left lying: {each}" for each in self.left_lying]
        if self.after.tasks > self.before.tasks + TASKS_MORE_MAX:
            found.append(f"tasks grew from {self.before.tasks} to {self.after.tasks}")
        if self.after.files > self.before.files + FILES_MORE_MAX:
            found.append(f"open files grew from {self.before.files} to {self.after.files}")
        return found


async def try_out(lab: Lab, folder: Path, profile: Profile, *, warm_up: bool = True) -> Outcome:
    """Open an office in ``folder``, call it as ``profile`` says, and see what became of every call."""
    async with LoadedOffice(lab, folder) as office:
        warm = await _calls(office, WARM_UP) if warm_up else []
        await office.drained()
        before = need_of(office.service.pid, office.service.status())
        machine = Machine({"asterisk": lab.pid, "service": office.service.pid})
        async with Record(office.service.status) as record:
            made = await _called_and_disturbed(office, profile)
            refused = office.service.status().get("too_many_calls", 0)
            tell(f"{profile.name}: waiting until everything is in the ledger and mailed")
            await office.drained()
        disturbed = bool(profile.disturbances)
        cpu = {name: 0.0 if disturbed else machine.used_s(name) for name in ("asterisk", "service")}
        return Outcome(
            profile=profile,
            count=count([*warm, *made], office.books(), office.mailed()),
            released=refused,
            taken_in=office.log.count("fallback.taken_in"),
            first_sounds_ms=_first_sounds_ms(made),
            loop_longest_ms=record.longest_ms,
            loop_blocked=record.blocked,
            loop_starved=record.starved,
            memory_mb=record.memory_mb,
            before=before,
            after=await _need_when_quiet(office, before),
            asterisk_cpu_ms=cpu["asterisk"] / len(made) * 1000,
            service_cpu_ms=cpu["service"] / len(made) * 1000,
            others_share=0.0 if disturbed else machine.others_share(),
            reconnects=office.log.count("event=link.down"),
            held_up=[line for line in office.log.splitlines() if "=loop." in line],
            left_lying=[f"{number} {what}" for what, number in office.left_lying().items() if number],
        )


async def _need_when_quiet(office: LoadedOffice, before: Need) -> Need:
    """What it needs when the connections of the last requests are closed, which takes some ten seconds."""
    end = CLOCK.monotonic() + IDLE_CONNECTIONS_S
    while True:
        need = need_of(office.service.pid, await asyncio.to_thread(office.service.status))
        if need.files <= before.files + FILES_MORE_MAX or CLOCK.monotonic() > end:
            return need
        await asyncio.sleep(0.5)


async def _calls(office: LoadedOffice, profile: Profile) -> list[CallMade]:
    return await make_calls(office.lab, profile, office.script, PEOPLE)


async def _called_and_disturbed(office: LoadedOffice, profile: Profile) -> list[CallMade]:
    made, _ = await asyncio.gather(_calls(office, profile), _disturb(office, profile))
    return made


async def _disturb(office: LoadedOffice, profile: Profile) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for at_s, what in profile.disturbances:
        await asyncio.sleep(max(0.0, began + at_s - loop.time()))
        tell(f"{profile.name}: {loop.time() - began:.0f} s: {what.value}")
        await office.suffer(what)


def _first_sounds_ms(made: Sequence[CallMade]) -> list[float]:
    return sorted((call.heard_at - call.invited_at) * 1000 for call in made if call.heard_at is not None)
