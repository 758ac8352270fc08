"""Building a conversation for a test: an office, a caller, a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.reception import attend
from ari_absence.attendant.talk import Talk
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.known import Known
from ari_absence.core.people import Caller, Directory, Person, SetAbsences, Site, SiteAnswer, Why
from tests.attendant.script import MemoryNotebook, ScriptedCall, Step

TOKYO = ZoneInfo("Asia/Tokyo")
OUTSIDER = Caller(number="+81312345678")
WITHHELD = Caller(number=None)
COLLEAGUE = Caller(number="102", name="Kenji Ito", extension="102")
EVENING = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # 19:00 in Tokyo: closed
MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo

OFFICE_HOURS = WeeklyHours((((540, 720), (780, 1050)),) * 5 + ((),) * 2)
NO_HOLIDAYS = HolidayCalendar()
SITE = Site(
    company="Example Trading",
    zone=TOKYO,
    country="JP",
    operator="100",
    answers=(SiteAnswer("our opening hours", "We are open from nine to half past five."),),
    hours=OFFICE_HOURS,
    holidays=NO_HOLIDAYS,
)


def person(extension: str, name: str) -> Person:
    """Somebody with the office's hours and one phone."""
    return Person(extension, name, (f"PJSIP/{extension}",), TOKYO, OFFICE_HOURS, NO_HOLIDAYS)


OFFICE = Directory(
    SITE,
    {each.extension: each for each in (person("100", "Reception"), person("101", "Alice Tanaka"))},
)


class Conversation:
    """One caller, following ``steps``, who rings 101."""

    def __init__(
        self,
        *steps: Step,
        caller: Caller = OUTSIDER,
        at: datetime = MORNING,
        why: Why = Why.NOANSWER,
        notebook: MemoryNotebook | None = None,
        office: Directory = OFFICE,
        gone_after_steps: int | None = None,
        failing_steps: frozenset[int] = frozenset(),
        known: Known | None = None,
    ) -> None:
        enquiry = Enquiry("call-1", "101", caller, why, at, known=known)
        self.notebook = notebook or MemoryNotebook()
        self.call = ScriptedCall(
            caller, "101", why, list(steps), gone_after_steps=gone_after_steps, failing_steps=failing_steps
        )
        self.call.off_script = bool(failing_steps or self.notebook.failing_steps)
        self.decision = decide(enquiry, office, SetAbsences())
        self.talk = Talk(self.call, self.decision, office, self.notebook, now=lambda: at)

        async def decide_again(why: Why, left_out: Mapping[str, str]) -> Decision:
            return decide(replace(enquiry, why=why, unreachable=left_out), office, SetAbsences())

        self.talk.decide_again = decide_again

    async def hold(self) -> Outcome:
        """Hold the conversation to its end."""
        return await attend(self.talk)
