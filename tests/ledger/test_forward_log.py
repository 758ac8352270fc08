"""What was changed while no service ran is logged at its next start, once, and without any number."""

from __future__ import annotations

from datetime import datetime, timedelta

from ari_absence.core.absences import NewAbsence
from ari_absence.core.facts import Kind, PrivateNumber
from ari_absence.core.people import Occasion
from ari_absence.core.steps import Destination, Situation, Step, Way
from ari_absence.ledger.absences import end_absences, set_absence
from ari_absence.ledger.forward_log import changes_not_logged, mark_logged
from ari_absence.ledger.forwards import NewForward, remove_forward, set_forward
from tests.ledger.office import NOON, Office

MINUTE = timedelta(minutes=1)
OUTSIDE = (Step((Destination(Way.NUMBER, number=PrivateNumber("+819011112222")),)),)


def forward(office: Office, at: datetime, occasion: Occasion = Situation.AT_ONCE) -> None:
    with office.store.writing() as session:
        set_forward(session, NewForward("101", occasion, OUTSIDE, None, "command (anna)"), at)


def logged(office: Office) -> list[tuple[str, str, str, str]]:
    """What a start logs."""
    with office.store.writing() as session:
        changes = changes_not_logged(session)
    assert "1111" not in str(changes)
    return [(each.extension, each.what, each.occasion, each.by) for each in changes]


def test_forward_set_while_no_service_ran_is_logged_once(office: Office) -> None:
    assert logged(office) == []
    forward(office, NOON)

    assert logged(office) == [("101", "set", "at_once", "command (anna)")]
    assert logged(office) == []


def test_forward_set_before_the_very_first_start_is_logged_too(office: Office) -> None:
    forward(office, NOON)

    assert logged(office) == [("101", "set", "at_once", "command (anna)")]


def test_what_a_running_service_was_told_is_not_logged_again(office: Office) -> None:
    forward(office, NOON)
    with office.store.writing() as session:
        mark_logged(session)
    forward(office, NOON + MINUTE, Situation.BUSY)

    assert logged(office) == [("101", "set", "busy", "command (anna)")]


def test_removed_forwards_are_logged_in_the_order_of_what_happened(office: Office) -> None:
    forward(office, NOON)
    with office.store.writing() as session:
        remove_forward(session, "101", Situation.AT_ONCE, "command (ben)", NOON + 2 * MINUTE)
    forward(office, NOON + MINUTE, Situation.BUSY)

    assert [(what, by) for _, what, _, by in logged(office)] == [
        ("set", "command (anna)"),
        ("set", "command (anna)"),
        ("removed", "command (ben)"),
    ]


def test_absence_with_steps_of_its_own_is_logged_and_one_without_is_not(office: Office) -> None:
    with office.store.writing() as session:
        set_absence(session, NewAbsence("101", Kind.MEETING, NOON, None, "command (anna)"), NOON)
        steps = NewAbsence("101", Kind.OUT, NOON, None, "command (anna)", reach=OUTSIDE)
        set_absence(session, steps, NOON + MINUTE)
        end_absences(session, "101", "phone 101", NOON + 2 * MINUTE)

    assert logged(office) == [
        ("101", "set", "out", "command (anna)"),
        ("101", "removed", "out", "phone 101"),
    ]
