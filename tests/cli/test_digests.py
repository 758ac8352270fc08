"""``digest`` and ``report``: what they print, what files they write, and how they refuse."""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest

from ari_absence.cli.digests import _told
from ari_absence.core.digests import Tally
from ari_absence.core.weekly import WeekCounts, WeekLine, WeekReport, as_csv, as_text, week_bounds
from ari_absence.delivery.week_picture import PEOPLE_MAX, PictureError, as_png, as_svg
from ari_absence.ledger.digest_reading import AwayDigest, TakenCall
from ari_absence.ledger.store import default_url, open_store
from tests.cli.test_commands import EXAMPLES, office, run, run_json
from tests.core.test_schedule import BERLIN, berlin
from tests.ledger.office import NOON

__all__ = ["EXAMPLES", "office"]  # the fixture
HOSTILE = '=HYPERLINK("http://x")'
REPORT = WeekReport(
    "2026-W47",
    (
        WeekLine("Alice Tanaka", "101", WeekCounts(4, 7, 1, 2)),
        WeekLine(HOSTILE, "102", WeekCounts(0, 3, 0, 0)),
        WeekLine("Maya <b>\x1b[31mMori", "103", WeekCounts(0, 0, 0, 5)),
    ),
)


@pytest.fixture
def with_ledger(office: Path, tmp_path: Path) -> Path:
    """The example office, whose ledger is empty."""
    (tmp_path / "data").mkdir(mode=0o700, exist_ok=True)
    open_store(default_url(tmp_path / "data"), NOON).close()
    return office


def test_a_digest_is_printed_now_for_people_and_for_programs(with_ledger: Path) -> None:
    told = run("digest", "101", config=with_ledger)
    assert told.returncode == 0, told.stderr
    assert "called: 0, new messages: 0" in told.stdout
    assert run_json("digest", "101", config=with_ledger)["owed"] == []
    assert run("digest", "999", config=with_ledger).returncode == 2


def test_a_digest_names_callers_and_colleagues_beside_their_numbers() -> None:
    owed = SimpleNamespace(
        number="+81312345678", caller_name="Bob\x1b[31m Smith", wish="call_back", last_at=NOON, due=None
    )
    nobody = SimpleNamespace(number=None, caller_name=None, wish="missed", last_at=NOON, due=None)
    taken = TakenCall("102", NOON, "+81398765432", "Hana Abe")
    found = AwayDigest("101", NOON, NOON, Tally(0, 0, 0, 0, 0), cast("Any", [owed, nobody]), [taken])
    told = _told(found, {"101": "Alice Tanaka", "102": "Kenji Ito"}, BERLIN)
    assert [line.partition(": ")[0] for line in told[3:]] == [
        "  +81312345678, Bob[31m Smith",
        "  withheld",
        "  +81398765432, Hana Abe",
    ]
    assert "talked with Kenji Ito 102," in told[-1]


@pytest.mark.parametrize(
    ("format_", "begins"),
    [("text", b"Calls in week 2026-W47"), ("csv", b"week,name"), ("svg", b"<?xml"), ("png", b"\x89PNG")],
)
def test_a_report_is_written_in_each_format(
    with_ledger: Path, tmp_path: Path, format_: str, begins: bytes
) -> None:
    file = tmp_path / f"week.{format_}"
    written = run(
        "report", "--week", "2026-W47", "--format", format_, "--output", str(file), config=with_ledger
    )
    assert written.returncode == 0, written.stderr
    assert file.read_bytes().startswith(begins)


def test_what_is_no_week_is_refused_by_a_sentence(with_ledger: Path) -> None:
    refused = run("report", "--week", "2026-W60", config=with_ledger)
    assert refused.returncode == 2
    assert "2026-W47" in refused.stderr


def test_a_week_begins_on_monday_by_the_clock_of_the_office() -> None:
    assert week_bounds("2026-W43", BERLIN) == (
        berlin("2026-10-19"),
        berlin("2026-10-26"),
    )  # the clocks change
    assert week_bounds("2026-W53", BERLIN)[0] == berlin("2026-12-28")


def test_the_text_has_a_line_for_each_and_one_for_all_together() -> None:
    lines = as_text(REPORT).splitlines()
    assert lines[3].split() == ["Alice", "Tanaka", "101", "4", "7", "1", "2"]
    assert lines[-1].split() == ["Together", "4", "10", "1", "7"]
    assert "\x1b" not in as_text(REPORT)


def test_no_name_is_a_formula_in_a_spreadsheet() -> None:
    rows = list(csv.reader(as_csv(REPORT).splitlines()))
    assert rows[2][1] == "'" + HOSTILE
    assert rows[1][1:] == ["Alice Tanaka", "101", "4", "7", "1", "2"]


def test_the_picture_is_well_formed_names_everybody_and_asks_nothing_of_a_network() -> None:
    root = ET.fromstring(as_svg(REPORT))  # noqa: S314 - our own
    texts = "".join(root.itertext())
    assert "Alice Tanaka" in texts
    assert "Calls in week 2026-W47" in texts
    assert not root.findall(".//{http://www.w3.org/2000/svg}image")
    scripts = root.findall(".//{http://www.w3.org/2000/svg}script")
    assert not any(each.get("{http://www.w3.org/1999/xlink}href") for each in scripts)


def test_a_picture_of_a_thousand_people_has_those_with_most() -> None:
    many = tuple(WeekLine(f"Nr {n:04}", str(n), WeekCounts(taken=n)) for n in range(1000))
    texts = "".join(ET.fromstring(as_svg(WeekReport("2026-W47", many))).itertext())  # noqa: S314
    assert "Nr 0999" in texts
    assert f"Nr {999 - PEOPLE_MAX:04}" not in texts


def test_drawing_leaves_every_later_import_as_it_was() -> None:
    as_svg(REPORT)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("ari_absence.no_such_module")


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pygal", None)
    with pytest.raises(PictureError, match="pictures"):
        as_png(REPORT)
