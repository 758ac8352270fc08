"""``make demo``: sets up a laboratory, makes the calls, checks everything, and says where it lies."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from ari_absence.errors import AbsenceError
from ari_absence.lab import Lab
from ari_absence.lab.demo import scenes
from ari_absence.lab.demo.places import CONFIGURATION, DIALPLAN, EVENING, MORNING
from ari_absence.lab.demo.report import Report, Scene
from ari_absence.lab.office import Office

RESULTS = Path("demo-results")

Call = Callable[[Office], Awaitable[Scene]]


async def show(folder: Path) -> int:
    """Make all calls; 0 if every check held."""
    report = Report()
    report.step("setting up two private Asterisks (unpacked once for this user)")
    by_day = (scenes.outsider_leaves_a_message, scenes.colleague_just_calls, scenes.present_person_answers)
    async with (
        Lab(dialplan=DIALPLAN, tell=report.step) as day_lab,
        Lab(dialplan=DIALPLAN, tell=report.step) as night_lab,
    ):
        day = Office(day_lab, folder / "day", CONFIGURATION, pretend_now=MORNING)
        night = Office(night_lab, folder / "evening", CONFIGURATION, pretend_now=EVENING)
        async with day, night:
            report.step("the service runs beside each; four calls at once (half a minute)")
            played = await asyncio.gather(
                *(_played(scene, day, report) for scene in by_day),
                _played(scenes.call_after_hours, night, report),
            )
        _keep_what_phones_heard(played, folder)
    for number, scene in enumerate(played, start=1):
        report.scene(number, scene)
    code = report.verdict(played, folder)
    report.own_softphone()
    return code


async def _played(call: Call, office: Office, report: Report) -> Scene:
    """A scene; one that breaks off is a failed check, not the end of the demonstration."""
    name = call.__name__.replace("_", " ")
    try:
        scene = await call(office)
    except (AbsenceError, TimeoutError, ValueError) as error:
        scene = Scene(name)
        scene.check(False, f"{name}: {error or 'took too long'}")
    report.step(f"over: {name}")
    return scene


def _keep_what_phones_heard(played: list[Scene], folder: Path) -> None:
    """The laboratory goes; what its phones heard stays."""
    for number, scene in enumerate(played, start=1):
        for index, (what, where) in enumerate(scene.results):
            if what.endswith("heard"):
                name = re.sub(r"[^a-z]+", "-", what.lower())
                kept = folder / f"{number}-{name}.wav"
                shutil.copyfile(where, kept)
                scene.results[index] = (what, str(kept))


def main() -> int:
    """Run the demonstration in ``demo-results``."""
    folder = RESULTS.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        return asyncio.run(show(folder))
    except AbsenceError as error:
        print(f"The demonstration could not be set up: {error}", file=sys.stderr)
        return 1


sys.exit(main())
