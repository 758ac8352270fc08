"""What a notice has with it besides its text: the report of a week as CSV, for programs, and as a picture."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from ari_absence.core.text import for_file_name
from ari_absence.core.weekly import WeekReport, as_csv, of_facts
from ari_absence.delivery.ports import Memo
from ari_absence.delivery.week_picture import PictureError, as_png

WEEK_REPORT = "week_report"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a mail."""

    file_name: str
    media_type: str
    content: bytes

    @property
    def types(self) -> tuple[str, str]:
        """The two halves of its media type."""
        main, _, sub = self.media_type.partition("/")
        return main, sub


def enclosures_of(memo: Memo) -> tuple[Enclosure, ...]:
    """The files that go with it; a picture that can't be drawn here is missed by nobody who has the table."""
    if memo.about != WEEK_REPORT:
        return ()
    facts = memo.facts or {}
    report = of_facts(str(facts["week"]), facts["lines"])
    name = for_file_name(f"week-{report.week}")
    return (Enclosure(f"{name}.csv", "text/csv", as_csv(report).encode()), *_picture(report, name))


def _picture(report: WeekReport, name: str) -> tuple[Enclosure, ...]:
    try:
        return (Enclosure(f"{name}.png", "image/png", as_png(report)),)
    except PictureError as missing:
        _log.warning("week_report_without_picture", why=str(missing))
        return ()
