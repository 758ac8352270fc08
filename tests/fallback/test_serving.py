"""The whole attendant on a scripted Asterisk: what callers hear, what is left of them, whenever they hang up."""

from __future__ import annotations

import pytest

from ari_absence.core.left import Kind
from tests.fallback.conftest import KNOWN_BEFORE, LABEL, LONG_AGO, SOUNDS, Standby
from tests.fallback.script import ENVIRONMENT, SILENCE, ScriptedAsterisk
from tests.ledger.office import tone

MESSAGE = ["1", "1"]  # leave a message, send it
STEPS = 40


def test_an_absent_persons_caller_hears_why_and_until_when_and_leaves_a_message(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(MESSAGE, tone(4.0))

    assert standby.serve(asterisk)

    assert asterisk.commands[0] == "ANSWER"
    assert asterisk.played[:3] == ["welcome", "somebody", "who-in-a-meeting-until"]
    assert (
        asterisk.played[-2:] == ["say-message-saved", "say-goodbye"] or "say-message-saved" in asterisk.played
    )
    (note,) = standby.notes()
    (audio,) = standby.audio()
    assert (note.kind, note.recording) == (Kind.MESSAGE, f"ari-absence-fallback/{audio.stem}")
    assert (note.caller_name, note.due is not None, note.trouble) == ("Hans Huber", True, None)


def test_a_number_to_call_back_is_read_back_and_noted(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(["2", "1"], tone(1.0))

    assert standby.serve(asterisk)

    (note,) = standby.notes()
    assert (note.kind, note.number) == (Kind.CALL_BACK, "0441112233")
    assert "say-callback-noted" in asterisk.played


def test_another_number_can_be_keyed_in(standby: Standby) -> None:
    keys = ["2", "2", *"0445556677#", "1"]
    assert standby.serve(ScriptedAsterisk(keys, tone(1.0)))

    assert standby.notes()[0].number == "0445556677"


def test_nobody_is_offered_who_would_have_to_be_rung(standby: Standby) -> None:
    asterisk = ScriptedAsterisk([SILENCE, SILENCE, SILENCE])
    standby.serve(asterisk, LABEL.replace("absent", "busy"))

    assert {name for name in asterisk.played if name.startswith("for-")} == {
        "for-message-default",
        "for-callback-default",
        "for-just-called-default",
        "for-questions-default",
        "for-repeat-default",
    }


@pytest.mark.parametrize("steps", range(1, STEPS))
def test_f42_whenever_the_caller_hangs_up_the_call_is_noted_once(standby: Standby, steps: int) -> None:
    asterisk = ScriptedAsterisk(MESSAGE, tone(4.0), steps=steps)

    assert standby.serve(asterisk)

    (note,) = standby.notes()
    recorded = any(command.startswith("RECORD") for command in asterisk.commands)
    assert note.kind is (Kind.MESSAGE if recorded else Kind.MISSED)
    assert len(standby.audio()) == (note.kind is Kind.MESSAGE)


@pytest.mark.parametrize("steps", range(1, STEPS))
def test_whenever_who_wants_to_be_called_back_hangs_up_that_is_noted_once(
    standby: Standby, steps: int
) -> None:
    asterisk = ScriptedAsterisk(["2", "1"], tone(1.0), steps=steps)

    assert standby.serve(asterisk)

    (note,) = standby.notes()
    assert note.kind in (Kind.MISSED, Kind.CALL_BACK)
    assert len(standby.audio()) == (note.recording is not None)


def test_who_was_greeted_by_the_service_is_greeted_by_nobody_else(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(["1"], tone(4.0))

    assert standby.serve(asterisk, KNOWN_BEFORE, said=True)

    assert asterisk.played[:2] == ["say-cannot-take-now", "say-message-after-tone"]
    assert not {"welcome", "who-in-a-meeting-until"} & set(asterisk.played)
    assert standby.notes()[0].label == KNOWN_BEFORE


def test_the_plain_dialplan_is_told_that_something_was_announced(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(steps=3)
    standby.serve(asterisk)

    assert asterisk.variables == {"ABSENCE_SAID": "1"}


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("missing", "there is no snapshot"),
        ("old", "days old"),
        ("damaged", "checksum is wrong"),
        ("newer", "of version 2"),
        ("binary", "no text"),
        ("unknown", "nobody in the snapshot"),
    ],
)
def test_without_a_good_snapshot_a_general_announcement_is_made_and_a_message_taken(
    standby: Standby, what: str, why: str
) -> None:
    file = standby.snapshot_file
    match what:
        case "missing":
            file.unlink()
        case "old":
            standby.write_snapshot(LONG_AGO)
        case "damaged":
            file.write_text(file.read_text().replace("Alice", "Alina"))
        case "newer":
            file.write_text(file.read_text().replace('"snapshot": 1', '"snapshot": 2', 1))
        case "binary":
            file.write_bytes(b"\xff\xfe\x00")
    label = LABEL.replace("101", "999", 1) if what == "unknown" else LABEL
    asterisk = ScriptedAsterisk(["1"], tone(4.0))

    assert standby.serve(asterisk, label)

    assert asterisk.played[:2] == ["say-cannot-take-now", "say-message-after-tone"]
    (note,) = standby.notes()
    assert note.kind is Kind.MESSAGE
    assert why in (note.trouble or "")


def test_a_sound_that_is_missing_is_left_out_and_the_talk_goes_on(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(MESSAGE, tone(4.0), missing=frozenset({"welcome", "for-message-default"}))

    assert standby.serve(asterisk)

    assert standby.notes()[0].kind is Kind.MESSAGE


def test_a_line_on_which_nothing_can_be_played_is_given_back_to_the_dialplan(standby: Standby) -> None:
    everything = frozenset(file.stem for file in SOUNDS.iterdir()) | {"beep"}
    asterisk = ScriptedAsterisk(missing=everything)

    assert not standby.serve(asterisk)


def test_where_no_note_can_be_left_the_dialplan_takes_the_message(standby: Standby) -> None:
    standby.shared.notes.rmdir()
    asterisk = ScriptedAsterisk(MESSAGE, tone(4.0))

    assert not standby.serve(asterisk)

    assert asterisk.commands == ["ANSWER"], "nothing is announced that the dialplan announces again"


def test_a_label_that_is_none_is_left_to_the_dialplan(standby: Standby) -> None:
    assert not standby.serve(ScriptedAsterisk(), "../../etc/passwd")


def test_a_silent_caller_leaves_no_recording_but_the_call(standby: Standby) -> None:
    asterisk = ScriptedAsterisk(["1"], tone(4.0, amplitude=0))

    assert standby.serve(asterisk)

    assert [note.kind for note in standby.notes()] == [Kind.JUST_CALLED]
    assert standby.audio() == []


def test_a_colleague_is_known_by_the_phone_and_not_welcomed(standby: Standby) -> None:
    environment = ENVIRONMENT.replace("PJSIP/trunk-00000001", "PJSIP/100-00000001")
    asterisk = ScriptedAsterisk(MESSAGE, tone(4.0), environment=environment)

    assert standby.serve(asterisk)

    assert "welcome" not in asterisk.played
    assert standby.notes()[0].caller_extension == "100"
