"""Where calls go on to, at the command line: shown, set, refused, ended, explained."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from typer.testing import CliRunner

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.notebook import AttemptNote, Outcome
from ari_absence.cli import app
from ari_absence.clock import SystemClock
from ari_absence.control import ControlSocket
from ari_absence.core.people import Caller
from ari_absence.core.steps import Way
from ari_absence.ledger.forwards import set_forwards
from ari_absence.ledger.store import default_url, open_existing
from tests.cli.test_commands import office
from tests.ledger.office import NOON, FakeClock, decision
from tests.ledger.office import Office as LedgerOffice

__all__ = ["office"]  # a fixture

MORNING = ("--at", "2026-11-25T10:00")
NUMBER = "+81 3 1234 5678"


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that writes sets up the log of its process; here that is the log of other tests, too."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it exited."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, config: Path) -> Said:
    """Run a command in this process: dozens of them would take minutes as processes of their own."""
    done = CliRunner().invoke(app, [*arguments, "--config", str(config)])
    return Said(done.exit_code, " ".join(done.stdout.split()), done.stderr)


def run_json(*arguments: str, config: Path) -> Any:
    """What a command prints with ``--json``, read."""
    return json.loads(run(*arguments, "--json", config=config).stdout)


def in_force(config: Path, on: str = "at_once") -> dict[str, object]:
    """What ``forward 101`` shows for one occasion."""
    [row] = run_json("forward", "101", on, config=config)
    assert isinstance(row, dict)
    return row


def test_explain_shows_every_attempt_with_its_line(office: Path) -> None:
    told = run_json("explain", "101", "--at", "2026-11-30T15:00", config=office)

    assert told["attempts"] == [
        {
            "ring_seconds": 20,
            "source": "absence.yaml:32",
            "legs": [{"way": "mobile", "extension": "101", "name": "Alice Tanaka", "screened": True}],
        }
    ]
    assert told["colleague"] is None
    assert [leg["way"] for each in told["urgent"] for leg in each["legs"]] == [
        "mobile",
        "delegate",
        "manager",
    ]


def test_explain_shows_who_is_offered_by_name(office: Path) -> None:
    told = run_json("explain", "101", *MORNING, config=office)
    shown = run("explain", "101", *MORNING, config=office).stdout

    assert told["colleague"]["name"] == "Kenji Ito"
    assert told["colleague"]["attempts"][0]["legs"][0]["extension"] == "102"
    assert "Key 4: Kenji Ito can help" in shown
    assert "1. Kenji Ito (102), who covers, screened: 20 s absence.yaml:33" in shown
    assert "Key 5: urgent" in shown
    assert "the mobile of Alice Tanaka (101), screened: 20 s" in shown


def test_explain_of_another_day_claims_nothing_of_now(office: Path) -> None:
    told = run("explain", "101", *MORNING, config=office).stdout

    assert "is offered: present then, by the schedule" in told
    assert "can be reached now" not in told


def test_explain_tells_why_somebody_is_skipped(office: Path) -> None:
    reasons = run_json("explain", "101", *MORNING, config=office)["reasons"]

    assert any("Night Desk is skipped: absent, too (closed)" in each["text"] for each in reasons)


def test_forward_shows_what_the_yaml_says_and_where(office: Path) -> None:
    rows = {row["occasion"]: row for row in run_json("forward", "101", config=office)}

    assert rows["out"]["steps"] == [{"ring": ["mobile"], "seconds": None}]
    assert (rows["out"]["source"], rows["remote"]["source"]) == ("absence.yaml:32", "default")
    assert "at_once" not in rows


def test_forward_is_set_shown_explained_and_ended(office: Path) -> None:
    until = datetime.now(UTC).date() + timedelta(days=30)
    done = run(
        "forward", "101", "mobile+desk:12", "102", "message", "--until", until.isoformat(), config=office
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Alice Tanaka, at once: mobile + desk for 12 s, then 102, then message, until" in done.stdout

    found = in_force(office)
    assert found["steps"] == [
        {"ring": ["mobile", "desk"], "seconds": 12},
        {"ring": ["102"], "seconds": None},
        {"ring": ["message"], "seconds": None},
    ]
    assert str(found["source"]).startswith("set by command")
    assert str(found["until"]).startswith((until + timedelta(days=1)).isoformat())

    attempts = run_json("explain", "101", *MORNING, config=office)["attempts"]
    assert [[leg["way"] for leg in each["legs"]] for each in attempts] == [["mobile", "desk"], ["named"]]
    assert attempts[0]["ring_seconds"] == 12

    ended = run("forward", "101", "--off", config=office)
    assert "ended what was set at once" in ended.stdout
    assert in_force(office)["steps"] == []
    assert "Nothing was set" in run("forward", "101", "--off", config=office).stdout


def test_occasion_may_be_typed_with_hyphens(office: Path) -> None:
    done = run("forward", "101", "no-answer", "mobile", config=office)
    assert "Alice Tanaka, when nobody answers: mobile, until ended" in done.stdout
    assert in_force(office, "no-answer") == in_force(office, "no_answer")
    assert run("forward", "101", "no-answer", "--off", config=office).returncode == 0


@pytest.mark.parametrize("words", [("mobile",), ("no_answer", "102"), ("--off",)])
def test_json_is_for_showing_and_sets_nothing(office: Path, words: tuple[str, ...]) -> None:
    before = run_json("forward", "101", config=office)
    done = run("forward", "101", "--json", *words, config=office)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("--json shows where calls go on to and sets nothing")
    assert run_json("forward", "101", config=office) == before


def test_forward_of_one_occasion_leaves_the_others(office: Path) -> None:
    for words in (("busy", "sales"), ("vacation", "message"), ("102",)):
        assert run("forward", "101", *words, config=office).returncode == 0
    run("forward", "101", "busy", "--off", config=office)

    rows = {row["occasion"]: row["source"] for row in run_json("forward", "101", config=office)}
    assert rows["busy"] == "default"
    assert rows["vacation"] == rows["at_once"] != "default"


def test_outside_number_is_kept_for_dialling_and_shown_nowhere(office: Path) -> None:
    done = run("forward", "101", "no_answer", f"mobile+{NUMBER}:20", config=office)
    shown = run("forward", "101", config=office)

    assert done.returncode == 0
    assert "mobile + another number for 20 s" in shown.stdout
    for output in (done.stdout, done.stderr, shown.stdout, json.dumps(in_force(office, "no_answer"))):
        assert "1234" not in output
    store = open_existing(default_url(office.parent / "data"))
    with store.reading() as session:
        [steps] = [
            each.steps for each in set_forwards(session, SystemClock().now()).by_extension["101"].values()
        ]
    store.close()
    assert steps[0].destinations[1].number is not None


REFUSED = [
    (("nobody-here",), "there is no step, extension or team 'nobody-here'"),
    (("moble",), "write mobile"),
    (("bussy", "102"), "write busy"),
    (("107",), "there is no step, extension or team '107'"),
    (("101",), "101 is Alice Tanaka themself; write desk"),
    (("+81 990 123 456",), "this number is not dialled: calls to premium numbers are not allowed"),
    (("+44 20 7946 0958",), "this number is not dialled: calls to GB are not allowed"),
    (("desk++44 20 7946 0958:9",), "this number is not dialled: calls to GB are not allowed"),
    (("+81 3 12",), "this is not a telephone number that exists"),
    (("0312345678",), "write an outside number with + and its country code"),
    (("desk:121",), "121 seconds is not possible; write 1 to 120"),
    (("message", "102"), "step 2: this is never reached"),
    (("message+102",), "message rings nobody"),
    (("102&103",), "an extension is made of"),
    (("mobile", "--until", "2020-01-01"), "has passed already"),
    (("--until", "2099-01-01"), "--until says until when, but not what"),
    (("mobile", "--off"), "--off ends what was set and takes neither steps nor --until"),
    (("--off", "--until", "2099-01-01"), "--off ends what was set and takes neither steps nor --until"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED, ids=[" ".join(case[0]) for case in REFUSED])
def test_what_makes_no_sense_is_refused_with_one_sentence_and_nothing_is_set(
    office: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run("forward", "101", *words, config=office)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert sentence in done.stderr
    assert not any(digits in done.stderr for digits in ("7946", "123 456", "0312345678"))
    assert in_force(office)["steps"] == []


@pytest.mark.fault("F35")
def test_circle_of_people_who_pass_on_their_calls_is_refused_with_the_path(office: Path) -> None:
    assert run("forward", "101", "at_once", "102", config=office).returncode == 0
    assert run("forward", "102", "at_once", "110", config=office).returncode == 0
    done = run("forward", "110", "at_once", "101", config=office)

    assert done.returncode == 2
    assert "calls would go round in a circle: 110 -> 101 -> 102 -> 110; name somebody else" in done.stderr
    assert run("forward", "110", "busy", "101", config=office).returncode == 0
    assert run("forward", "110", "at_once", "desk+101", config=office).returncode == 0


def test_operator_is_not_forwarded_to_the_operator(office: Path) -> None:
    done = run("forward", "100", "operator", config=office)

    assert done.returncode == 2
    assert "Reception is the operator; write desk, or name another step" in done.stderr


def test_forward_that_comes_to_nothing_is_explained_as_it_will_be(office: Path) -> None:
    run("forward", "103", "at_once", "102", config=office)
    run("away", "102", "out", config=office)
    shown = run("explain", "103", "--at", "2026-11-25T23:00", config=office).stdout

    assert "Rung before anything is said" in shown
    assert "the desk phone of Night Desk (103)" in shown
    assert "at_once comes to nothing: the desk phone rings as usual" in shown


@pytest.mark.parametrize("word", ["mobile", "manager", "delegates"])
def test_step_that_this_person_has_not_got_is_refused(office: Path, word: str) -> None:
    done = run("forward", "102", word.removesuffix("s"), config=office)

    assert done.returncode == 2
    assert f"Kenji Ito has no {word} in people.yaml" in done.stderr


@pytest.mark.fault("F43")
def test_mobile_that_would_not_be_dialled_is_refused_when_it_is_forwarded_to(office: Path) -> None:
    site = office / "absence.yaml"
    site.write_text(site.read_text().replace('  trunk: "PJSIP/{number}@trunk"\n', ""))

    done = run("forward", "101", "mobile", config=office)

    assert done.returncode == 2
    assert "this number is not dialled: no outside calls are allowed" in done.stderr


def test_examples_without_a_trunk_load_with_warnings(office: Path) -> None:
    site = office / "absence.yaml"
    site.write_text(site.read_text().replace('  trunk: "PJSIP/{number}@trunk"\n', ""))

    done = run("check", config=office)

    assert done.returncode == 0
    assert "no outside calls are configured" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("forward", "101", "+815012345678+55"),
        ("forward", "101", "050", "1234", "5678"),
        ("forward", "101", "05012345678"),
        ("forward", "101", "mobile", "--until", "+815012345678"),
        ("forward", "+815012345678"),
        ("forward", "\uff10\uff15\uff10\uff11\uff12\uff13\uff14\uff15"),
        ("explain", "101", "--at", "+815012345678"),
        ("away", "101", "+815012345678"),
        ("away", "101", "out", "--until", "05011225"),
        ("messages", "--for", "+815012345678"),
        ("heard", "+815012345678"),
        ("retry", "+815012345678"),
        ("delete", "+815012345678"),
    ],
)
def test_what_may_be_a_number_is_repeated_by_no_sentence(office: Path, command: tuple[str, ...]) -> None:
    assert run("away", "110", "out", config=office).returncode == 0  # now there is a ledger
    done = run(*command, config=office)
    assert done.returncode == 2
    told = done.stderr.replace(NUMBER, "").replace("+81 90 ...", "")
    assert told.strip()
    for digits in ("5012", "1234", "5678", "'55'", "'050'", "1225", "\uff10"):
        assert digits not in told


def test_extension_of_nobody_is_refused(office: Path) -> None:
    done = run("forward", "999", "mobile", config=office)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_steps_of_one_absence_are_set_shown_and_end_with_it(office: Path) -> None:
    done = run(
        "away", "101", "meeting", "--until", "2099-01-01", "--reach", "mobile+desk:12", "102", config=office
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "calls go on to mobile + desk for 12 s, then 102." in done.stdout

    [alice] = [row for row in run_json("who", config=office) if row["extension"] == "101"]
    told = run_json("explain", "101", config=office)
    assert alice["reach"] == told["state"]["reach"] == ["mobile + desk", "102"]
    assert [leg["way"] for leg in told["attempts"][0]["legs"]] == ["mobile", "desk"]
    assert told["attempts"][0]["source"].startswith("set by command")
    assert "mobile + desk, then 102" in run("who", config=office).stdout
    assert "its own steps: mobile + desk for 12 s, then 102" in run("explain", "101", config=office).stdout
    assert str(in_force(office, "meeting")["source"]).startswith("set by command")

    run("back", "101", config=office)
    assert run_json("explain", "101", config=office)["state"]["reach"] is None


def test_number_of_one_absence_is_shown_nowhere_and_mailed_to_its_owner(office: Path) -> None:
    done = run("away", "101", "out", "--reach", NUMBER, config=office)
    shown = [run(*each, config=office).stdout for each in (("who",), ("explain", "101"), ("forward", "101"))]

    assert "calls go on to another number" in done.stdout
    assert not any("1234" in each or "312345678" in each for each in (done.stdout, *shown))
    [mail] = run_json("outbox", config=office)
    assert mail["recipient"] == "alice@example.com"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--reach",), "--reach names no step"),
        (("0312345678",), "write --reach before them"),
        (("--reach", "101"), "101 is Alice Tanaka themself; write desk"),
        (("--reach", "+44 20 7946 0958"), "this number is not dialled: calls to GB are not allowed"),
        (("--reach", "message", "102"), "step 2: this is never reached"),
        (("--reach", "moble"), "write mobile"),
    ],
)
def test_steps_of_an_absence_that_make_no_sense_are_refused_as_those_of_a_forward(
    office: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run("away", "101", "out", *words, config=office)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert sentence in done.stderr
    assert not any(digits in done.stderr for digits in ("7946", "0312345678"))


def test_occasion_for_which_nobody_is_written_is_shown_as_nobody(office: Path) -> None:
    site = office / "absence.yaml"
    told = yaml.safe_load(site.read_text(encoding="utf-8"))
    told["handling"]["busy"] = {"reach": []}
    site.write_text(yaml.safe_dump(told), encoding="utf-8")

    (row,) = [row for row in run_json("forward", "101", config=office) if row["occasion"] == "busy"]

    assert row["steps"] == []
    assert " nobody " in run("forward", "101", config=office).stdout
    assert "dnd" not in run("forward", "101", config=office).stdout


async def test_running_service_is_told_whose_calls_go_elsewhere(office: Path) -> None:
    heard: list[Mapping[str, Any]] = []

    async def changed(question: Mapping[str, Any]) -> Mapping[str, Any]:
        heard.append(question)
        return {"done": True}

    folder = office.parent / "data"
    folder.mkdir()
    control = ControlSocket(folder, {"forwards-changed": changed, "absences-changed": changed})
    await control.open()
    try:
        done = await asyncio.to_thread(lambda: run("forward", "101", "102", config=office))
        await asyncio.to_thread(lambda: run("forward", "101", "--off", config=office))
        await asyncio.to_thread(lambda: run("away", "101", "out", "--reach", NUMBER, config=office))
        await asyncio.to_thread(lambda: run("away", "101", "meeting", config=office))
        await asyncio.to_thread(lambda: run("back", "101", config=office))
    finally:
        await control.close()
    assert "not running" not in done.stdout
    assert {each["extension"] for each in heard} == {"101"}
    assert [(each["what"], each.get("occasion"), each.get("calls")) for each in heard] == [
        ("set", "at_once", None), ("removed", "at_once", None), ("set out", None, "go on by steps of its own"),
        ("set meeting", None, ""), ("ended", None, ""),
    ]  # fmt: skip
    assert all(each["by"].startswith("command (") for each in heard)
    assert "1234" not in str(heard)


def test_message_that_is_not_there_has_not_been_heard(office: Path) -> None:
    run("away", "101", "out", config=office)  # makes the ledger

    done = run("heard", "message-1", config=office)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "there is no message 'message-1'; `ari-absence messages` lists them\n"


async def test_calls_are_listed_with_who_was_rung_and_who_took_them(office: Path) -> None:
    ledger = LedgerOffice(office.parent / "data", FakeClock())
    await ledger.notebook.open_call(decision("call-1"))
    rung = (
        (Way.NUMBER, "101", LegEnd.UNDECIDED),
        (Way.MOBILE, "101", LegEnd.BUSY),
        (Way.DELEGATE, "102", LegEnd.TALKED),
    )
    await ledger.notebook.note_attempts(
        [
            AttemptNote("call-1", position, way, extension, 20, NOON, end, NOON + timedelta(seconds=5))
            for position, (way, extension, end) in enumerate(rung)
        ]
    )
    await ledger.notebook.close_call("call-1", Outcome.CONNECTED)
    ledger.clock.advance(timedelta(hours=1))
    await ledger.notebook.open_call(decision("call-2", Caller(None), NOON + timedelta(hours=1)))
    await ledger.notebook.finish()
    await ledger.close()

    [later, first] = run_json("calls", "--for", "101", config=office)
    shown = run("calls", config=office).stdout

    assert (later["id"], later["outcome"], later["taken_by"], later["attempts"]) == ("call-2", None, None, [])
    assert (first["outcome"], first["taken_by"], first["taken_way"]) == ("connected", "102", "delegate")
    assert first["began_at"] == "2026-11-25T12:00:00+09:00"
    assert first["caller_number"] == "+81312345678"
    assert [(each["way"], each["extension"], each["end"]) for each in first["attempts"]] == [
        ("number", "101", "undecided"),
        ("mobile", "101", "busy"),
        ("delegate", "102", "talked"),
    ]
    assert "Wed 2026-11-25 12:00" in shown
    assert "101 (another number): undecided, 101 (mobile): busy, 102 (delegate): talked" in shown
    for said in ("connected", "still on", "withheld", "+81312345678", "Alice Tanaka (101)"):
        assert said in shown
    assert "9012345678" not in shown + json.dumps([later, first])
    assert run("calls", "--for", "110", config=office).stdout == "No calls."


async def test_message_that_was_heard_is_one_from_then_on(office: Path) -> None:
    ledger = LedgerOffice(office.parent / "data", FakeClock())
    message_id = await ledger.leave_message()
    await ledger.close()

    done = run("heard", message_id, config=office)

    assert done.stdout.endswith(f"{message_id} has been heard.")
    [told] = run_json("messages", config=office)
    assert told["heard_at"] is not None
