"""The commands as people and programs use them: what they print, and how they exit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ari_absence.cli.check import check
from ari_absence.ledger.model import AudioRow, CallRow, MessageRow
from ari_absence.ledger.store import default_url, open_store

EXAMPLES = Path(__file__).parent.parent / "config" / "examples"
CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A copy of the example configuration with a data folder of its own."""
    folder = tmp_path / "config"
    shutil.copytree(EXAMPLES, folder)
    site = folder / "absence.yaml"
    site.write_text(site.read_text() + f"\nstorage: {{folder: {tmp_path / 'data'}}}\n")
    return folder


def run(*arguments: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``ari-absence`` as a process, as its users do."""
    options = ["--config", str(config)] if config else []
    environment = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "ari_absence", *arguments, *options]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def run_json(*arguments: str, config: Path) -> Any:
    """What a command prints with ``--json``, read."""
    done = run(*arguments, "--json", config=config)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", [[], ["explain"], ["lab"], ["lab", "up"], ["sounds", "build"]])
def test_help_shows_no_type_behind_an_option_that_takes_no_value(command: list[str]) -> None:
    told = run(*command, "--help")

    assert told.returncode == 0
    assert "--help" in told.stdout
    assert "bool" not in told.stdout


def test_explain_says_to_people_and_programs_what_is_not_offered(office: Path) -> None:
    question = ("explain", "101", "--at", "2026-11-25T10:00", "--from", "anonymous")
    reason = "not offered: call back, the caller's number is withheld"

    assert reason in run(*question, config=office).stdout
    assert reason in [each["text"] for each in run_json(*question, config=office)["reasons"]]


@pytest.mark.fault("A4")
def test_check_warns_of_secrets_that_everybody_can_read(office: Path) -> None:
    secrets = office / ".env"
    secrets.write_text("ARI_USERNAME=a\nARI_PASSWORD=hunter2\n")
    secrets.chmod(0o644)
    done = run("check", config=office)

    assert done.returncode == 0
    assert "every user of this machine can read" in done.stdout
    assert "hunter2" not in done.stdout


@pytest.mark.fault("P9")
def test_explain_tells_programs_everything_about_a_call(office: Path) -> None:
    told = run_json("explain", "101", "--at", "2026-11-25T10:00", config=office)

    assert told["extension"] == "101"
    assert told["name"] == "Alice Tanaka"
    assert told["at"] == "2026-11-25T10:00:00+09:00"
    assert told["state"]["present"] is False
    assert told["state"]["kind"] == "business_trip"
    assert told["back_at"] == "2026-11-27T09:00:00+09:00"
    assert told["heard"][1] == "Alice Tanaka is out of the office and will be back on Friday morning at nine."
    assert {"key": "1", "action": "message"} in told["offers"]
    assert told["attempts"] == []
    assert told["promise"].endswith("+09:00")
    assert any(reason["source"].startswith("people.yaml:") for reason in told["reasons"])


@pytest.mark.parametrize(
    ("at", "extension", "kind", "back_at"),
    [
        ("2026-11-25T10:00", "101", "business_trip", "2026-11-27T09:00:00+09:00"),
        ("2026-11-24T10:00", "101", "holiday", "2026-11-27T09:00:00+09:00"),
        ("2026-11-30T10:15", "101", "meeting", "2026-11-30T11:30:00+09:00"),
        ("2026-11-30T11:45", "101", None, None),
        ("2026-11-30T12:30", "101", "closed", "2026-11-30T13:00:00+09:00"),
        ("2026-11-30T15:59", "101", "out", "2026-11-30T16:00:00+09:00"),
        ("2026-11-30T17:30", "101", "closed", "2026-12-01T09:00:00+09:00"),
        ("2026-11-30T23:00", "103", None, None),
        ("2026-12-01T05:59", "103", None, None),
        ("2026-12-01T06:00", "103", "closed", "2026-12-01T22:00:00+09:00"),
        ("2026-12-22T10:00", "110", "vacation", "2027-01-05T09:00:00+09:00"),
    ],
)
def test_explain_gives_the_table_beside_the_examples(
    office: Path, at: str, extension: str, kind: str | None, back_at: str | None
) -> None:
    told = run_json("explain", extension, "--at", at, config=office)

    assert told["state"]["present"] is (kind is None)
    assert told["state"]["kind"] == kind
    assert told["back_at"] == back_at


def test_explain_for_people_shows_what_is_heard_and_why(office: Path) -> None:
    done = run("explain", "101", "--at", "2026-11-30T10:15", config=office)

    assert done.returncode == 0
    assert "Alice Tanaka is in a meeting" in done.stdout
    assert "people.yaml:" in done.stdout
    assert "Traceback" not in done.stderr


def test_explain_inside_and_for_each_way_a_call_comes(office: Path) -> None:
    at = ("--at", "2026-11-30T14:00")

    busy = run_json("explain", "102", *at, "--why", "busy", config=office)
    inside = run_json(
        "explain", "101", "--at", "2026-11-25T10:00", "--inside", "--from", "102", config=office
    )
    hidden = run_json("explain", "102", *at, "--why", "noanswer", "--from", "anonymous", config=office)

    assert busy["heard"][1] == "Kenji Ito is on another call."
    assert inside["heard"][0].startswith("Alice Tanaka is on a business trip")
    assert "callback" not in [offer["action"] for offer in hidden["offers"]]


@pytest.mark.parametrize(
    "question",
    [
        ("explain", "999"),
        ("explain", "101", "--at", "yesterday"),
        ("explain", "101", "--at", "2026-13-01"),
        ("explain", "101", "--at", "0001-01-01T00:00"),
        ("explain", "101", "--at", "9999-12-31T23:59"),
        ("who", "--at", "0001-01-01T00:00+14:00"),
        ("who", "--at", "9999-12-31"),
    ],
)
def test_question_that_makes_no_sense_is_answered_by_one_sentence_and_exit_2(
    office: Path, question: tuple[str, ...]
) -> None:
    done = run(*question, config=office)

    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_who_lists_everybody_with_their_return(office: Path) -> None:
    rows = {row["extension"]: row for row in run_json("who", "--at", "2026-11-30T12:30", config=office)}

    assert set(rows) == {"100", "101", "102", "103", "110"}
    assert rows["102"]["present"] is True
    assert rows["101"]["back_at"] == "2026-11-30T13:00:00+09:00"
    assert "Alice Tanaka" in run("who", config=office).stdout


def test_away_and_back_hold_before_the_service_ever_ran(office: Path) -> None:
    last_day = datetime.now(UTC).date() + timedelta(days=30)
    set_out = run("away", "101", "out", "--until", last_day.isoformat(), config=office)
    told = run_json("who", config=office)[1]
    came_back = run("back", "101", config=office)

    assert set_out.returncode == 0, set_out.stderr
    assert "The service is not running" in set_out.stdout
    day_after = last_day + timedelta(days=1)
    assert (told["kind"], told["until"]) == ("out", f"{day_after}T00:00:00+09:00")
    assert told["source"].startswith("set by")
    assert "Alice Tanaka is back." in came_back.stdout
    assert run_json("who", config=office)[1]["kind"] != "out"


@pytest.mark.parametrize(
    "arguments",
    [
        ("away", "101", "sleeping"),
        ("away", "101", "closed"),
        ("away", "101", "out", "--until", "2020-01-01"),
        ("away", "101", "out", "--until", "teatime"),
        ("away", "101", "out", "--until", "9999-12-31"),
        ("away", "101", "out", "--until", "0001-01-01T00:00+14:00"),
        ("away", "999", "out"),
        ("back", "999"),
    ],
)
def test_absence_that_makes_no_sense_is_refused_with_a_sentence(
    office: Path, arguments: tuple[str, ...]
) -> None:
    done = run(*arguments, config=office)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_check_prints_every_mistake_with_its_place_and_exits_1(office: Path) -> None:
    people = office / "people.yaml"
    text = people.read_text().replace('"11:30"', "11:30").replace("kind: out", "kind: ouut")
    people.write_text(text)

    done = run("check", config=office)

    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 2
    assert all(line.split(":")[0].endswith("people.yaml") and line.split(":")[1].isdigit() for line in lines)


def test_check_of_a_good_configuration_says_so(office: Path) -> None:
    done = run("check", config=office)

    assert done.returncode == 0
    assert "good" in done.stdout


@pytest.mark.fault("F57")
def test_run_with_a_bad_configuration_exits_78(office: Path) -> None:
    (office / "people.yaml").write_text("")

    done = run("run", config=office)

    assert done.returncode == 78
    assert "people.yaml" in done.stderr


@pytest.mark.parametrize("command", ["messages", "callbacks", "calls"])
def test_list_without_a_ledger_says_that_there_is_none_yet(office: Path, command: str) -> None:
    done = run(command, config=office)

    assert done.returncode == 1
    assert "ledger" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["messages", "callbacks", "calls"])
def test_list_for_an_extension_of_nobody_is_answered_by_one_sentence_and_exit_2(
    office: Path, command: str
) -> None:
    run("away", "101", "out", config=office)  # makes the ledger

    of_nobody, of_somebody = (run(command, "--for", each, config=office) for each in ("999", "101"))

    assert (of_nobody.returncode, of_nobody.stdout) == (2, "")
    assert "'999'" in of_nobody.stderr
    assert len(of_nobody.stderr.strip().splitlines()) == 1
    assert of_somebody.returncode == 0


@pytest.mark.parametrize("below", ["", "/data"])
def test_storage_folder_that_is_a_file_is_a_mistake_at_its_place(office: Path, below: str) -> None:
    site = office / "absence.yaml"
    file = office / "plain"
    file.touch()
    kept, _, _ = site.read_text().partition("storage:")
    site.write_text(f"{kept}storage: {{folder: {file}{below}}}\n")

    for command in (("check",), ("away", "101", "out"), ("messages",)):
        done = run(*command, config=office)

        line = len(kept.splitlines()) + 1
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            done.stderr == f"absence.yaml:{line}:19: {file} is a file; name a folder, or move the file away\n"
        )


def test_withheld_number_is_shown_no_promise(office: Path) -> None:
    asked = ("explain", "101", "--at", "2026-11-25T10:00")

    assert "Promised" in run(*asked, config=office).stdout
    assert "Promised" not in run(*asked, "--from", "anonymous", config=office).stdout
    assert run_json(*asked, "--from", "anonymous", config=office)["promise"] is None


def test_check_warns_when_no_voice_is_here_for_the_names(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ari_absence.speech.engines.voice_here", lambda: None)

    check(office)

    assert "no speech engine is here to say" in " ".join(capsys.readouterr().out.split())
    assert "no speech engine" not in run("check", config=office).stdout


@pytest.mark.parametrize("file", ["absence", "people"])
def test_schema_is_json_schema(file: str) -> None:
    done = run("schema", file)

    assert json.loads(done.stdout)["type"] == "object"


def test_every_command_explains_itself() -> None:
    overview = run("--help").stdout

    for command in (
        "run", "check", "who", "explain", "messages", "callbacks", "calls", "away", "back", "pin", "forward", "heard",
        "sounds", "lab", "schema", "bench",
    ):  # fmt: skip
        assert command in overview
        assert run(command, "--help").returncode == 0


def test_a_first_people_yaml_of_the_readme_loads(office: Path) -> None:
    readme = (CHECKOUT / "README.md").read_text()
    first = readme.split("## A first `people.yaml`")[1].split("```yaml")[1].split("```")[0]
    (office / "people.yaml").write_text(first)

    assert set(yaml.safe_load(first)["people"]) == {"100", "101"}
    done = run("check", config=office)
    assert done.returncode == 0, done.stderr


def test_commands_the_readme_shows_for_a_configuration_work(office: Path) -> None:
    readme = (CHECKOUT / "README.md").read_text()
    shown = [line.strip() for line in readme.splitlines() if line.strip().startswith("ari-absence ")]

    assert run("pin", "101", config=office).returncode == 0  # as on any day but the first: there is a ledger
    assert len(shown) >= 6
    for line in shown:
        arguments = line.replace("--config /etc/ari-absence", "").split()[1:]
        assert run(*arguments, config=office).returncode == 0, line


def test_forwarding_as_the_readme_shows_it_loads_and_the_commands_work(office: Path) -> None:
    readme = (CHECKOUT / "README.md").read_text()
    shown = readme.split("never to a number you did not allow")[1].split("```yaml")[1].split("```")[0]
    site = yaml.safe_load((office / "absence.yaml").read_text())
    (office / "absence.yaml").write_text(yaml.safe_dump({**site, **yaml.safe_load(shown)}))
    commands = [
        found.replace("EXT", "101").replace("--until 18:00", "")  # it may be later today
        for found in re.findall(r"`ari-absence (forward [^`]+)`", readme)
    ]

    assert run("check", config=office).returncode == 0
    assert len(commands) == 3
    for command in commands:
        done = run(*command.split(), config=office)
        assert done.returncode == 0, (command, done.stderr)


def test_a_pin_is_made_up_shown_once_and_kept_as_a_hash_only(office: Path) -> None:
    made = run("pin", "101", config=office)
    assert made.returncode == 0, made.stderr
    found = re.search(r"Alice Tanaka has a new PIN: ([0-9]{6})\. It is shown this once\.", made.stdout)
    assert found is not None
    ledger = next((office.parent / "data").glob("ledger.sqlite3*"))
    assert found[1].encode() not in ledger.read_bytes()
    assert "is not locked" in run("pin", "101", "--unlock", config=office).stdout
    assert run("pin", "999", config=office).returncode == 2


def test_back_ends_what_is_planned_only_when_that_is_asked_for(office: Path) -> None:
    people = office / "people.yaml"
    people.write_text(
        people.read_text()
        .replace("from: 2026-11-25 ", "from: 2020-01-01 ")
        .replace("until: 2026-11-26\n", "until: 2089-12-30\n")
    )
    assert "Nothing was set for Alice Tanaka" in run("back", "101", config=office).stdout
    early = run("back", "101", "--planned", config=office)
    assert (
        "Alice Tanaka is back; what the YAML says does not count until Sat 2089-12-31 00:00." in early.stdout
    )
    rows = json.loads(run("who", "--at", "2089-03-02T10:00", "--json", config=office).stdout)
    alice = next(row for row in rows if row["extension"] == "101")
    assert (alice["present"], alice["kind"]) == (True, None)
    assert alice["source"].startswith("set by command")
    assert "present" in run("explain", "101", "--at", "2089-03-02T10:00", config=office).stdout


@pytest.mark.fault("F55")
def test_messages_of_somebody_who_has_left_the_configuration_are_still_reached(office: Path) -> None:
    message_id = deleted_message(office.parent / "data")
    run("messages", "undelete", message_id, config=office)
    (office / "people.yaml").write_text('people:\n  "109": {name: Somebody Else}\n')
    site = (office / "absence.yaml").read_text()
    (office / "absence.yaml").write_text(site.replace('operator: "100"', 'operator: "109"'))

    (message,) = run_json("messages", config=office)
    assert (message["id"], message["extension"], message["person_name"]) == (
        message_id,
        "101",
        "Alice Tanaka",
    )
    assert "Alice Tanaka (101)" in run("messages", config=office).stdout


def test_a_deleted_message_is_listed_as_such_and_can_be_had_back_from_the_command_line(office: Path) -> None:
    message_id = deleted_message(office.parent / "data")

    assert run_json("messages", config=office) == []
    (deleted,) = run_json("messages", "--deleted", config=office)
    assert deleted["id"] == message_id
    done = run("messages", "undelete", message_id, config=office)
    assert done.returncode == 0, done.stderr
    assert f"{message_id} is in the mailbox of 101 again." in done.stdout
    (message,) = run_json("messages", config=office)
    assert message["history"][-1]["what"] == "restored"
    assert message["history"][-1]["by"].startswith("command")
    assert run_json("messages", "--deleted", config=office) == []
    again = run(
        "messages", "--config", str(office), "undelete", message_id
    )  # the folder may be named before, too
    assert f"{message_id} was not deleted; it is in the mailbox of 101." in again.stdout


def test_a_message_that_is_not_there_can_not_be_had_back_and_that_is_one_sentence(office: Path) -> None:
    deleted_message(office.parent / "data")
    done = run("messages", "undelete", "M-nobody", config=office)

    assert done.returncode == 2
    assert done.stderr.startswith("there is no message 'M-nobody', or it is purged already;")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "undelete" in run("messages", "--help").stdout
    assert "purge" in run("messages", "undelete", "--help").stdout


def deleted_message(data: Path) -> str:
    """A ledger in ``data`` with one message, which its owner has deleted."""
    data.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    store = open_store(default_url(data), at)
    call = CallRow(
        id="call-1", extension="101", person_name="Alice Tanaka", zone="Asia/Tokyo", why="absent", reasons=[],
        began_at=at, ended_at=at,
    )  # fmt: skip
    message = MessageRow(
        id="M-101-001", call_id="call-1", extension="101", at=at, audio_id="A-1", deleted_at=at
    )
    with store.writing() as session:
        for row in (call, AudioRow(id="A-1", seconds=3.0, kept_at=at), message):
            session.add(row)
            session.flush()
    store.close()
    return "M-101-001"
