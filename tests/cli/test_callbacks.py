"""``ari-absence callbacks``: the list of what is owed, and each deed with its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from ari_absence.ledger.model import DeliveryRow
from ari_absence.ledger.owed_calls import begin_attempt
from ari_absence.ledger.store import default_url, open_existing
from tests.cli.test_forwarding import Said, office, run, run_json
from tests.ledger.office import NOON, FakeClock, callback_draft, decision
from tests.ledger.office import Office as LedgerOffice

__all__ = ["office"]  # a fixture


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


async def leave_two(office: Path) -> tuple[str, str]:
    """101 owes two calls, one of them urgent and due, to one who called twice; gives both ids, the due one first."""
    ledger = LedgerOffice(office.parent / "data", FakeClock())
    await ledger.leave_message("call-1", urgent=True)
    await ledger.leave_message("call-2")
    ledger.clock.advance(timedelta(hours=1))
    await ledger.notebook.save_callback(callback_draft(decision("call-3"), number="+81398765432", due=None))
    await ledger.close()
    due, undated = run_json("callbacks", config=office)
    return due["id"], undated["id"]


def told(said: Said) -> str:
    return " ".join(said.stdout.split())


async def test_what_is_due_first_is_listed_on_top_with_who_called_how_often(office: Path) -> None:
    due, undated = await leave_two(office)

    listed = run_json("callbacks", config=office)
    shown = run("callbacks", "--for", "101", config=office).stdout

    assert [(each["id"], each["times"], each["calls"]) for each in listed] == [
        (due, 2, ["call-1", "call-2"]),
        (undated, 1, ["call-3"]),
    ]
    assert "1 more are not shown: --skip 1 shows" in told(run("callbacks", "--rows", "1", config=office))
    rest = run("callbacks", "--rows", "1", "--skip", "1", config=office).stdout
    assert undated in rest
    assert "more are not shown" not in rest + shown
    newest = run_json("messages", config=office)[0]
    assert [len(each["messages"]) for each in listed] == [2, 0]
    assert listed[0]["messages"][1]["id"] == newest["id"]
    assert listed[0]["messages"][1]["audio"] == newest["audio"]
    assert listed[0]["messages"][1]["transcript"] is None
    assert newest["id"] in shown
    assert listed[0]["first_at"] == "2026-11-25T12:00:00+09:00"
    assert shown.index(due) < shown.index(undated)
    for word in (listed[0]["code"], "Bob Smith (+81312345678)", "urgent", "call back", "Alice Tanaka (101)"):
        assert word in shown
    assert run_json("callbacks", "--for", "102", config=office) == []


async def test_one_who_has_taken_a_call_keeps_the_others_off_until_it_is_released(office: Path) -> None:
    owed, _ = await leave_two(office)

    assert "is taken by Kenji Ito" in told(run("callbacks", "claim", owed, "--as", "102", config=office))
    again = run("callbacks", "claim", owed, "--as", "101", config=office)
    assert (again.returncode, again.stderr.split(" since ")[0]) == (2, f"Kenji Ito (102) has taken {owed}")
    assert "Kenji Ito (102)" in run("callbacks", config=office).stdout
    assert run("callbacks", "release", owed, config=office).returncode == 0
    assert "nothing to release" in run("callbacks", "release", owed, config=office).stderr
    assert run("callbacks", "claim", owed, "--as", "101", config=office).returncode == 0

    history = run_json("callbacks", "history", owed, config=office)
    assert [each["what"] for each in history] == [
        "noted",
        "called again",
        "claimed for 102",
        "released",
        "claimed for 101",
    ]
    assert history[-1]["by"].startswith("command (")


async def test_a_call_is_handed_over_to_a_colleague_or_a_team_who_are_mailed(office: Path) -> None:
    owed, other = await leave_two(office)

    assert "handed over to Kenji Ito (102)" in told(
        run("callbacks", "hand-over", owed, "--to", "102", config=office)
    )
    assert "owes" in run("callbacks", "hand-over", owed, "--to", "102", config=office).stderr
    assert "the sales desk (team)" in told(
        run("callbacks", "hand-over", other, "--to", "sales", config=office)
    )

    (theirs,) = run_json("callbacks", "--for", "sales", config=office)
    assert (theirs["id"], theirs["extension"], theirs["called"]) == (other, "team:sales", "101")
    assert "say who calls" in run("callbacks", "dial", other, config=office).stderr
    shown = run("callbacks", config=office).stdout
    assert "team:" not in shown
    assert "Kenji Ito (102), for Alice Tanaka (101)" in " ".join(shown.split())
    kenji, operator = ("email", "kenji@example.com"), ("email", "reception@example.com")
    assert notices(office) == [kenji, kenji, operator], (
        "the operator for who of the team can't be told, as by *38"
    )


async def test_who_is_handed_a_call_over_by_command_is_told_by_the_rules_as_by_phone(office: Path) -> None:
    owed, _ = await leave_two(office)
    site = office / "absence.yaml"
    rules = "delivery:\n  rules: [{for: [callback_handed_over], by: [display]}]\n"
    kept = site.read_text()
    site.write_text(kept.replace("delivery:\n", rules) if "\ndelivery:\n" in kept else kept + rules)

    said = run("callbacks", "hand-over", owed, "--to", "102", config=office)

    assert said.returncode == 0, said.stderr

    assert notices(office) == [("display", "102")]


def notices(office: Path) -> list[tuple[str, str]]:
    """By which channel who is told."""
    store = open_existing(default_url(office.parent / "data"))
    with store.reading() as session:
        rows = session.query(DeliveryRow).filter(DeliveryRow.topic == "notice")
        return sorted((row.channel, row.recipient) for row in rows)


async def test_what_is_settled_is_over_and_says_how(office: Path) -> None:
    owed, other = await leave_two(office)

    assert run("callbacks", "settle", owed, config=office).returncode == 0
    again = run("callbacks", "settle", owed, config=office)
    assert (again.returncode, "is over since" in again.stderr) == (2, True)
    assert [each["id"] for each in run_json("callbacks", config=office)] == [other]
    assert {each["id"] for each in run_json("callbacks", "--all", config=office)} == {owed, other}


async def test_who_is_being_called_just_now_is_not_handed_over(office: Path) -> None:
    owed, _ = await leave_two(office)
    store = open_existing(default_url(office.parent / "data"))
    with store.writing() as session:
        begin_attempt(session, owed, "101", "phone 101", NOON + timedelta(days=3650))
    store.close()

    said = run("callbacks", "hand-over", owed, "--to", "102", config=office)
    assert "is calling them just now" in said.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("claim", "R-1", "--as", "101"),
        ("release", "R-1"),
        ("hand-over", "R-1", "--to", "101"),
        ("settle", "R-1"),
        ("history", "R-1"),
        ("dial", "R-1"),
    ],
)
def test_a_call_that_is_not_owed_is_refused_with_one_sentence(office: Path, words: tuple[str, ...]) -> None:
    run("away", "101", "out", config=office)  # makes the ledger

    said = run("callbacks", *words, config=office)

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "there is no call 'R-1' to return; `ari-absence callbacks` lists them\n"


async def test_without_the_service_nothing_is_dialled_and_that_is_said(office: Path) -> None:
    owed, _ = await leave_two(office)

    said = run("callbacks", "dial", owed, config=office)

    assert (said.returncode, "the service is not running" in said.stderr) == (2, True)


def test_nobody_is_owed_a_call_at_first(office: Path) -> None:
    run("away", "101", "out", config=office)
    assert run("callbacks", config=office).stdout == "Nobody is owed a call."


async def test_hostile_name_of_a_caller_is_text_in_the_list(office: Path) -> None:
    ledger = LedgerOffice(office.parent / "data", FakeClock())
    hostile: Any = "[red]\x1b[2J\nBob"
    about = decision("call-1")
    caller = type(about.enquiry.caller)("+81312345678", hostile)
    await ledger.notebook.save_callback(callback_draft(decision("call-1", caller)))
    await ledger.close()

    shown = run("callbacks", config=office).stdout
    assert "\x1b[2J" not in shown
    assert "[red]" in shown


async def test_explain_says_what_a_caller_hears_who_is_owed_a_call_already(office: Path) -> None:
    await leave_two(office)
    question = ("explain", "101", "--at", "2026-11-25T13:30", "--from", "+81312345678")

    told_of = run_json(*question, config=office)
    stranger = run_json(*question[:-1], "+81399999999", config=office)

    only_known = [each for each in told_of["heard"] if each not in stranger["heard"]]
    assert only_known, told_of["heard"]
    assert any("passed" in each for each in only_known), only_known
    reasons = [each for each in told_of["reasons"] if each["source"] == "ledger"]
    assert reasons, told_of["reasons"]
    assert all(each["source"] != "ledger" for each in stranger["reasons"])
