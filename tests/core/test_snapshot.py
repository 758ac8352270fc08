"""The snapshot: the same greeting and promise as from the directory itself, nothing private, nothing when in doubt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core import snapshot
from ari_absence.core.absences import Absence, DatedAbsence, RecurringAbsence
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.delivery_rules import DeliveryRules
from ari_absence.core.facts import Kind, PrivateNote, PrivateNumber, Source
from ari_absence.core.greetings import Greeting, GreetingKind, SetGreetings
from ari_absence.core.hours import Holiday, HolidayCalendar, WeeklyHours
from ari_absence.core.people import (
    Caller,
    Directory,
    Disclosure,
    Handling,
    Person,
    SetAbsences,
    Site,
    SiteAnswer,
    Why,
)
from ari_absence.core.recurrence import MonthlyByDay, MonthlyByWeekday, Weekly
from ari_absence.core.snapshot import AGE_MAX, FUTURE_MAX, Snapshot, SnapshotUnusable, Voice, read, written
from ari_absence.core.steps import DELEGATE, MOBILE, Destination, Step, Way

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
SETTABLE = [kind for kind in Kind if kind not in (Kind.HOLIDAY, Kind.CLOSED)]
NOTHING_SET = SetAbsences()
VOICE = Voice(
    "en", "sound:/sounds/en", "sound:/own/made", {("101", "Alice"): "101-abc"}, {"A-1": "/greetings/A-1"}
)

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.integers(-40 * 24 * 60, 40 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
spans = st.sampled_from([((540, 1050),), ((540, 720), (780, 1050)), ((1320, 1800),), ()])
hours = st.lists(spans, min_size=7, max_size=7).map(lambda days: WeeklyHours(tuple(days)))


def _public(year: int) -> Mapping[date, str]:
    return {date(year, 1, 1): "New Year", date(year, 11, 26): "Thanksgiving"}


holidays = st.builds(
    lambda days, public: HolidayCalendar(
        {date(2026, 11, 20) + timedelta(days=each): Holiday("Ours", Source("x")) for each in days},
        _public if public else None,
    ),
    st.lists(st.integers(0, 20), max_size=3),
    st.booleans(),
)
dated = st.builds(
    lambda kind, start, minutes: DatedAbsence(
        kind,
        start,
        start + timedelta(minutes=minutes) if minutes else None,
        PrivateNote("secret place"),
        "102",
        reach=(MOBILE,),
    ),
    st.sampled_from(SETTABLE),
    instants,
    st.integers(0, 20_000),
)
rules = st.one_of(
    st.builds(Weekly, st.frozensets(st.integers(0, 6), min_size=1), st.integers(1, 2), st.integers(0, 1)),
    st.builds(MonthlyByDay, st.sampled_from([1, 15, 31, -1])),
    st.builds(MonthlyByWeekday, st.sampled_from([1, 3, -1]), st.integers(0, 6)),
)
recurring = st.builds(
    lambda kind, rule, zone, start, length, without: RecurringAbsence(
        kind, rule, zone, start, start + length, except_days=frozenset(without)
    ),
    st.sampled_from(SETTABLE),
    rules,
    zones,
    st.integers(0, 1200),
    st.integers(1, 1440),
    st.lists(st.integers(739_570, 739_590), max_size=3),
)
absences = st.lists(st.one_of(dated, recurring), max_size=3)
steps = st.lists(st.sampled_from([DELEGATE, Step((Destination(Way.MESSAGE),))]), max_size=2).map(tuple)
handlings = st.dictionaries(
    st.sampled_from([kind for kind in SETTABLE if not kind.is_presence]),
    st.builds(Handling, reach=steps, promise_seconds=st.sampled_from([None, 1800, 7200])),
    max_size=2,
)
people = st.builds(
    lambda zone, hours, holidays, absences, disclosure, handling: Person(
        "101",
        "Alice Tanaka",
        ("PJSIP/101", "PJSIP/113"),
        zone,
        hours,
        holidays,
        email="alice@secret.example",
        mobile=PrivateNumber("+819012345678"),
        manager="secret-manager",
        delegates=("secret-delegate",),
        absences=tuple(absences),
        rights=frozenset({"secret-right"}),
        may=PrivateNote("secret may"),
        disclosure=disclosure,
        handling=handling,
        watches=("secret-watch",),
    ),
    zones,
    hours,
    holidays,
    absences,
    st.sampled_from([None, *Disclosure]),
    handlings,
)


def _directory(
    person: Person, zone: ZoneInfo, site_hours: WeeklyHours | None, days: HolidayCalendar
) -> Directory:
    site = Site(
        "Example Trading",
        zone,
        "JP",
        operator="100",
        answers=(SiteAnswer("our hours", "From nine to five."),),
        keys={"message": "9"},
        hours=site_hours,
        holidays=days if site_hours else None,
    )
    kenji = replace(person, extension="102", name="Kenji Ito", phones=("PJSIP/102",), absences=())
    return Directory(site, {"101": person, "102": kenji}, delivery=DeliveryRules())


directories = st.builds(_directory, people, zones, st.none() | hours, holidays)


def a_snapshot(directory: Directory, set_absences: SetAbsences = NOTHING_SET, at: datetime = NOW) -> Snapshot:
    greetings = SetGreetings(
        {"101": (Greeting("A-1", GreetingKind.MEETING, NOW - timedelta(days=1), None, 4.0),)}
    )
    return Snapshot(directory, set_absences, greetings, VOICE, at)


@given(
    directories,
    absences,
    instants,
    st.sampled_from(Why),
    st.sampled_from([Caller("+81312345678"), Caller(None), Caller("102", extension="102")]),
)
def test_what_is_decided_by_a_snapshot_is_said_as_by_the_directory(
    directory: Directory, set_by_phone: list[Absence], at: datetime, why: Why, caller: Caller
) -> None:
    known = a_snapshot(directory, SetAbsences({"101": tuple(set_by_phone)}), at)
    found = read(written(known), "101", at)
    enquiry = Enquiry("call-1", "101", caller, why, at)

    there = decide(enquiry, directory, known.absences, greetings=known.greetings)
    here = decide(enquiry, found.directory, found.absences, greetings=found.greetings)

    assert here.greeting == there.greeting
    assert here.back_at == there.back_at
    assert here.state.kind == there.state.kind
    assert _nobody_is_rung(here)
    if not _goes_on_at_all(there):
        assert here.promised == there.promised


def _nobody_is_rung(decision: Decision) -> bool:
    return not (decision.attempts or decision.colleague or decision.urgent)


def _goes_on_at_all(decision: Decision) -> bool:
    return bool(decision.attempts or decision.colleague or decision.straight_to_message)


@given(directories, absences)
def test_nothing_private_is_in_a_snapshot(directory: Directory, set_by_phone: list[Absence]) -> None:
    text = written(a_snapshot(directory, SetAbsences({"101": tuple(set_by_phone)})))

    assert "secret" not in text
    assert "9012345678" not in text


def an_ordinary_text() -> str:
    person = Person("101", "Alice", ("PJSIP/101",), ZoneInfo("Asia/Tokyo"), WeeklyHours(), HolidayCalendar())
    return written(a_snapshot(Directory(Site("Example", ZoneInfo("UTC"), "JP"), {"101": person})))


def test_a_snapshot_knows_whose_phone_calls_and_how_everything_sounds() -> None:
    found = read(an_ordinary_text(), "101", NOW)

    assert found.owners == {"PJSIP/101": "101"}
    assert found.voice == VOICE
    assert found.directory.people["101"].phones == ()


def test_somebody_whom_the_snapshot_does_not_know_is_nobody() -> None:
    assert not read(an_ordinary_text(), "999", NOW).directory.people


def test_an_old_snapshot_is_not_gone_by_and_one_of_a_weekend_is() -> None:
    read(an_ordinary_text(), "101", NOW + AGE_MAX)
    with pytest.raises(SnapshotUnusable, match="3 days old"):
        read(an_ordinary_text(), "101", NOW + AGE_MAX + timedelta(minutes=1))


def test_a_snapshot_from_the_future_is_not_gone_by() -> None:
    read(an_ordinary_text(), "101", NOW - FUTURE_MAX)
    with pytest.raises(SnapshotUnusable, match="clock was set"):
        read(an_ordinary_text(), "101", NOW - FUTURE_MAX - timedelta(minutes=1))


def test_a_snapshot_from_a_newer_version_is_not_gone_by() -> None:
    newer = an_ordinary_text().replace('"snapshot": 1', '"snapshot": 2', 1)

    with pytest.raises(SnapshotUnusable, match="of version 2, not of 1"):
        read(newer, "101", NOW)


@given(st.data())
def test_a_damaged_snapshot_is_never_gone_by(data: st.DataObject) -> None:
    text = an_ordinary_text()
    at = data.draw(st.integers(0, len(text) - 2))
    cut = data.draw(st.booleans())
    other = data.draw(st.sampled_from('x0{"\n\x00\ud800').filter(lambda sign: sign != text[at]))
    damaged = text[:at] if cut else text[:at] + other + text[at + 1 :]

    with pytest.raises(SnapshotUnusable):
        read(damaged, "101", NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_snapshot_of_another_shape_is_refused_in_a_sentence(data: st.DataObject) -> None:
    content = json.loads(an_ordinary_text().split("\n")[1])
    place = data.draw(st.sampled_from(sorted(content)))
    content[place] = data.draw(json_values)
    text = json.dumps(content)
    head = json.dumps({"snapshot": snapshot.VERSION, "sha256": hashlib.sha256(text.encode()).hexdigest()})

    with suppress(SnapshotUnusable):  # anything else fails the test
        read(f"{head}\n{text}\n", "101", NOW)
