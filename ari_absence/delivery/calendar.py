"""The promise of a call back as a calendar file: an entry that ends when the call is due, and rings before. Pure.

It tells whom to call and nothing else: calendars are shared, and shown on locked screens.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from ari_absence.core.text import for_file_name, for_mail_body

FILE_NAME = "call-back.ics"
METHOD = "PUBLISH"  # no REQUEST: nobody is invited, and nobody's program shall answer us
LENGTH = timedelta(minutes=15)
_ALARM_BEFORE = timedelta(minutes=15)
_PRODUCT = "-//ari_absence//call back//EN"


def promise_calendar(
    *, owed_id: str, times: int, due: datetime, at: datetime, whom: str, domain: str, code: str | None
) -> bytes:
    """The file. ``at``: when it was promised; both instants aware. ``whom``: a name or number, foreign text.

    ``owed_id`` makes its UID and ``times`` (how often they called) its version, so that a later mail moves the entry
    instead of adding one. ``code``: what the owner dials to call them.
    """
    entry = Event()
    entry.add("uid", f"{for_file_name(owed_id)}@{domain}")
    entry.add("sequence", max(0, times - 1))
    entry.add("dtstamp", at.astimezone(UTC))
    entry.add("dtstart", due.astimezone(UTC) - LENGTH)
    entry.add("dtend", due.astimezone(UTC))
    entry.add("summary", f"Call {for_mail_body(whom)} back")
    if code:
        entry.add("description", f"From your phone: {for_mail_body(code)}")
    entry.add("class", "PRIVATE")
    entry.add("transp", "TRANSPARENT")  # a call to make does not make anybody busy
    entry.add_component(_alarm(for_mail_body(whom)))
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", METHOD)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _alarm(whom: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"Call {whom} back")
    alarm.add("trigger", -_ALARM_BEFORE)
    return alarm
