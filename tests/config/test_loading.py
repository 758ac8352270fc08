"""What is configured is what the service gets; and a bad configuration never replaces a good one."""

from __future__ import annotations

import logging
import os
import pickle
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ari_absence.config.holder import ConfigurationHolder
from ari_absence.config.loader import load
from ari_absence.core.absences import DatedAbsence, RecurringAbsence
from ari_absence.core.people import Dialing, Kind, Trunk
from ari_absence.core.recurrence import LAST, MonthlyByDay, MonthlyByWeekday, Weekly
from ari_absence.core.schedule import back_at, state_at
from ari_absence.errors import ConfigurationError
from tests.config.folder import EXAMPLES, PEOPLE, SITE, loaded, write, written

REPOSITORY = Path(__file__).parents[2]

TABLE = [  # examples/README.md
    ("101", "2026-11-25T10:00", False, "business_trip", "", "2026-11-27T09:00+09:00"),
    ("101", "2026-11-24T10:00", False, "holiday", "Founding day", "2026-11-27T09:00+09:00"),
    ("101", "2026-11-30T10:15", False, "meeting", "", "2026-11-30T11:30+09:00"),
    ("101", "2026-11-30T11:45", True, None, "", None),
    ("101", "2026-11-30T12:30", False, "closed", "break", "2026-11-30T13:00+09:00"),
    ("101", "2026-11-30T15:59", False, "out", "", "2026-11-30T16:00+09:00"),
    ("101", "2026-11-30T17:30", False, "closed", "", "2026-12-01T09:00+09:00"),
    ("103", "2026-11-30T23:00", True, None, "", None),
    ("103", "2026-12-01T05:59", True, None, "", None),
    ("103", "2026-12-01T06:00", False, "closed", "", "2026-12-01T22:00+09:00"),
    ("110", "2026-12-22T10:00", False, "vacation", "", "2027-01-05T09:00+09:00"),
]


@pytest.mark.parametrize(("extension", "at", "present", "kind", "detail", "back"), TABLE)
def test_the_examples_give_the_table_beside_them(
    extension: str, at: str, present: bool, kind: str | None, detail: str, back: str | None
) -> None:
    person = load(EXAMPLES, {}).directory.people[extension]
    moment = datetime.fromisoformat(f"{at}:00+09:00").astimezone(UTC)
    state = state_at(person, moment)
    assert (state.present, state.kind, state.detail) == (present, kind, detail)
    expected = None if back is None else datetime.fromisoformat(back.replace("+09", ":00+09"))
    assert back_at(person, moment) == expected


def test_every_fact_of_the_examples_arrives() -> None:
    configuration = load(EXAMPLES, {})
    directory, alice = configuration.directory, configuration.directory.people["101"]
    assert (directory.site.company, directory.site.operator) == ("Example Trading", "100")
    assert (alice.name, alice.phones, alice.manager) == ("Alice Tanaka", ("PJSIP/101",), "110")
    assert alice.delegates == ("102", "sales")
    assert alice.mobile is not None
    assert alice.mobile.digits_for_dialling() == "+819012345678"
    assert directory.people["100"].rights == {"set_others"}
    assert directory.people["102"].zone is directory.site.zone
    assert directory.teams["sales"].members == ("102", "103")
    assert directory.handling[Kind.MEETING].promise_seconds == 3600
    assert written(directory.handling[Kind.OUT].urgent) == ["mobile", "delegate", "manager"]
    assert directory.extension_of_endpoint("PJSIP/113") == "103"
    assert configuration.pbx.ami == ("127.0.0.1", 5038)
    assert directory.dialing == Dialing(frozenset({"JP"}), (Trunk("PJSIP/{number}@trunk"),), home="JP")
    assert configuration.delivery.email is not None
    assert (configuration.delivery.email.host, configuration.delivery.email.port) == ("127.0.0.1", 25)


def test_every_fact_knows_its_line() -> None:
    directory = load(EXAMPLES, {}).directory
    alice = directory.people["101"]
    assert str(alice.source) == "people.yaml:8"
    assert [str(absence.source) for absence in alice.absences] == [
        "people.yaml:16",
        "people.yaml:21",
        "people.yaml:25",
    ]
    assert str(directory.handling[Kind.MEETING].promise_source) == "absence.yaml:31"
    assert str(alice.hours.source) == "absence.yaml:15"
    holiday = alice.holidays.on(date(2026, 11, 24))
    assert holiday is not None
    assert str(holiday.source) == "absence.yaml:22"


def test_the_commented_examples_load_without_a_warning_about_people() -> None:
    configuration = load(REPOSITORY / "config", {"ARI_USERNAME": "a", "ARI_PASSWORD": "b"})
    assert len(configuration.directory.people) == 6
    assert [warning for warning in configuration.warnings if "mail" in warning] == []


def test_absences_may_recur_in_every_documented_way(tmp_path: Path) -> None:
    people = """\
people:
  "101":
    name: Alice
    absences:
      - {kind: meeting, every: mon, from: "10:00", until: "11:30"}
      - {kind: remote, every: [tue, thu]}
      - {kind: day_off, every: other fri, starting: 2026-01-09, ending: 2026-06-30, except: [2026-01-23]}
      - {kind: meeting, every: month, day: 15, from: "22:00", until: "02:00"}
      - {kind: meeting, every: month, day: last day}
      - {kind: meeting, every: month, day: second tue}
      - {kind: leave, from: 2026-12-01, until: open}
      - {kind: away, from: 2026-11-30 14:00, until: 2026-12-01}
"""
    absences = loaded(tmp_path, SITE, people).directory.people["101"].absences
    recurring = [each for each in absences if isinstance(each, RecurringAbsence)]
    assert [each.rule for each in recurring] == [
        Weekly(frozenset({0})),
        Weekly(frozenset({1, 3})),
        Weekly(frozenset({4}), 2, (date(2026, 1, 9).toordinal() - 1) // 7),
        MonthlyByDay(15),
        MonthlyByDay(LAST),
        MonthlyByWeekday(2, 1),
    ]
    assert (recurring[3].start_minute, recurring[3].end_minute) == (1320, 1560)
    assert recurring[2].except_days == {date(2026, 1, 23).toordinal()}
    dated = [each for each in absences if isinstance(each, DatedAbsence)]
    assert dated[0].end is None
    assert dated[1].end == datetime(2026, 12, 1, 15, tzinfo=UTC)  # midnight after the first, in Tokyo


def test_a_persons_handling_adds_to_the_sites(tmp_path: Path) -> None:
    site = SITE + "handling: {meeting: {promise: 2h, urgent: [mobile]}}\n"
    people = 'people:\n  "101": {name: Alice, handling: {meeting: {promise: 30min}}}\n'
    directory = loaded(tmp_path, site, people).directory
    handling = directory.handling_of(directory.people["101"], Kind.MEETING)
    assert (handling.promise_seconds, written(handling.urgent)) == (1800, ["mobile"])


def test_holidays_are_those_of_the_region(tmp_path: Path) -> None:
    site = SITE.replace("Asia/Tokyo", "Europe/Berlin").replace("country: JP", "country: DE\n  region: BY")
    people = 'people:\n  "1": {name: A}\n  "2": {name: B, region: BE}\n  "3": {name: C, holidays: false}\n'
    people += '  "4": {name: D, country: AT}\n'
    directory = loaded(tmp_path, site, people).directory
    epiphany, women, republic = date(2026, 1, 6), date(2026, 3, 8), date(2026, 10, 26)
    known = {
        extension: [person.holidays.on(day) is not None for day in (epiphany, women, republic)]
        for extension, person in directory.people.items()
    }
    assert known == {
        "1": [True, False, False],
        "2": [False, True, False],
        "3": [False, False, False],
        "4": [True, False, True],
    }
    assert directory.people["1"].holidays is directory.site.holidays


def test_secrets_that_every_user_can_read_draw_a_warning(tmp_path: Path) -> None:
    secrets = write(tmp_path) / ".env"
    secrets.write_text("ARI_USERNAME=a\nARI_PASSWORD=b\n")
    warnings = {}
    for mode in (0o644, 0o640, 0o600):
        secrets.chmod(mode)
        warnings[mode] = load(tmp_path, {}).warnings
    assert [f"chmod 600 {secrets}" in warning for warning in warnings[0o644]] == [True]
    assert warnings[0o640] == warnings[0o600] == ()


@pytest.mark.fault("A4")
@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://10.0.0.5:8088", True),
        ("https://pbx.example.com:8089", False),
        ("http://localhost:8088", False),
    ],
)
def test_a_password_that_would_cross_the_network_in_the_clear_draws_a_warning(
    tmp_path: Path, url: str, warned: bool
) -> None:
    folder = write(tmp_path, site=f"{SITE}pbx:\n  ari_url: {url}\n")

    warnings = [each for each in load(folder, {}).warnings if "in the clear" in each]

    assert bool(warnings) == warned


def test_secrets_come_from_the_environment_before_the_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / ".env").write_text("ARI_USERNAME=file\nARI_PASSWORD='a$b%s${HOME}'\nSMTP_PASSWORD=\n")
    secrets = load(tmp_path, {"ARI_USERNAME": "environment"}).secrets
    assert (secrets.ari_username, secrets.ari_password) == ("environment", "a$b%s${HOME}")
    assert secrets.smtp_password is None


@pytest.mark.fault("A4")
def test_secrets_are_neither_printed_nor_pickled(tmp_path: Path) -> None:
    write(tmp_path)
    configuration = load(tmp_path, {"ARI_PASSWORD": "hunter2"})
    assert "hunter2" not in f"{configuration!r} {configuration.secrets!r} {configuration.secrets}"
    with pytest.raises(TypeError):
        pickle.dumps(configuration.secrets)


def test_a_line_of_the_secrets_file_that_says_nothing_is_named_but_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path)
    (tmp_path / ".env").write_text("ARI_USERNAME=a\nhunter 2\nhunter2\n")
    with caplog.at_level(logging.DEBUG), pytest.raises(ConfigurationError) as raised:
        load(tmp_path, {})
    assert raised.value.mistakes == [
        ".env:2:1: this line can't be read; write NAME=value",
        ".env:3:1: this line can't be read; write NAME=value",
    ]
    assert "hunter" not in caplog.text


def test_what_will_hardly_work_is_a_warning(tmp_path: Path) -> None:
    people = PEOPLE + "    email: kenji@example.com\n"
    warnings = loaded(tmp_path, SITE + "pbx: {ami: 127.0.0.1:5038}\n", people).warnings
    assert [warning.partition(";")[0] for warning in warnings] == [
        "ARI_USERNAME and ARI_PASSWORD are not set",
        "pbx.ami is set, AMI_USERNAME and AMI_PASSWORD are not",
        "people have mail addresses, but delivery.email is not set",
    ]


def test_a_good_configuration_replaces_the_one_in_force(tmp_path: Path) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    digest = holder.current.digest
    write(tmp_path, SITE, PEOPLE.replace("Kenji Ito", "Kenji Sato"))
    assert holder.reload() == []
    assert holder.current.directory.people["102"].name == "Kenji Sato"
    assert holder.current.digest != digest


@pytest.mark.fault("F51", "P6")
@pytest.mark.parametrize("broken", ["people: [", "", "people:\n  101: {}\n", PEOPLE[: len(PEOPLE) // 2]])
def test_a_bad_configuration_changes_nothing(tmp_path: Path, broken: str) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    before = holder.current
    write(tmp_path, SITE, broken)
    found = holder.reload()
    assert found
    assert holder.current is before
    assert holder.mistakes == tuple(found)
    write(tmp_path)
    assert holder.reload() == []
    assert holder.mistakes == ()


@pytest.mark.fault("F54")
def test_a_file_that_disappeared_changes_nothing(tmp_path: Path) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    before = holder.current
    (tmp_path / "people.yaml").unlink()
    assert holder.reload()
    assert holder.current is before


@pytest.mark.fault("F54", "P6")
def test_a_file_that_may_not_be_read_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    before = holder.current

    def refuse(*_args: object) -> None:  # whoever is root may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert holder.reload()[0] == (
        "absence.yaml:1:1: this file can't be read; give the service's user the right to read it"
    )
    assert holder.current is before


@pytest.mark.fault("F54", "P6")
def test_a_file_that_is_being_written_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = ConfigurationHolder(write(tmp_path), {})
    before, people = holder.current, tmp_path / "people.yaml"
    states = [os.stat_result((33188, 0, 0, 1, 0, 0, size, 0, 0, 0)) for size in (10, 10, 10, 20)]
    monkeypatch.setattr(
        "ari_absence.config.reader.os.fstat", lambda _: states.pop(0) if states[1:] else states[0]
    )

    assert holder.reload() == [f"{people.name}:1:1: the file was written to while it was read; load it again"]
    assert holder.current is before


def test_people_with_the_same_hours_share_what_is_worked_out(tmp_path: Path) -> None:
    directory = loaded(tmp_path).directory
    one, other = directory.people["101"], directory.people["102"]
    assert one.hours is other.hours
    assert one.holidays is other.holidays
    assert one.zone is other.zone


def test_a_persons_own_keys_know_their_lines_and_the_sites_theirs(tmp_path: Path) -> None:
    site = SITE + "handling:\n  meeting:\n    urgent: [mobile]\n    promise: 2h\n"
    people = (
        'people:\n  "101":\n    name: Alice\n    disclosure: class\n    handling:\n      meeting:\n'
        '        ring: true\n      out:\n        promise: 1h\n  "102": {name: Kenji}\n'
    )
    directory = loaded(tmp_path, site, people).directory
    alice = directory.people["101"]
    assert str(alice.disclosure_source) == "people.yaml:4"
    assert str(alice.handling[Kind.MEETING].promise_source) == "absence.yaml:10"
    assert str(alice.handling[Kind.OUT].promise_source) == "people.yaml:9"
    assert str(directory.people["102"].disclosure_source) == "default"
    assert str(directory.site.operator_source) == "default"
