"""The mail that tells somebody where their calls go now: from the change in the ledger to the words read aloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog

from ari_absence.core.facts import Kind, PrivateNumber
from ari_absence.core.people import Directory, Handling
from ari_absence.core.steps import MOBILE, Destination, Situation, Step, Way
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.ledger.forward_watch import LedgerForwards, watch
from ari_absence.ledger.forwards import NewForward, set_forward
from tests.delivery.mail_server import MailOffice
from tests.delivery.test_email import MEMO
from tests.delivery.test_letter import parsed, text_of
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, Office, directory, person

HOUR = timedelta(hours=1)
SECRET = "+819011112222"
NOTICE: dict[str, Any] = {
    "id": "N-1",
    "extension": "101",
    "person": "Alice Tanaka",
    "zone": "Asia/Tokyo",
    "to_owner": True,
    "operator": "100",
    "rules": [],
    "command": {},
}


def office_of(**alice: Any) -> Directory:
    before = directory()
    kenji = person("102", "Kenji Ito", "kenji@example.com")
    facts: dict[str, Any] = {"mobile": PrivateNumber(SECRET), "handling": {}} | alice
    return replace(
        before,
        people={**before.people, "102": kenji, "101": replace(before.people["101"], **facts)},
        handling={each: Handling() for each in (*Kind, *Situation)},
    )


def told(**changes: Any) -> str:
    return text_of(parsed(replace(MEMO, item_id="N-1", about="forward_changed", facts=NOTICE | changes)))


async def letter_after_a_command(office: Office, there: Directory) -> str:
    await LedgerForwards(office.thread).watch(there, NOON - HOUR)
    kenji = Destination(Way.NAMED, "102")
    steps = (Step((Destination(Way.MOBILE), kenji)), Step((Destination(Way.MESSAGE),)))
    with office.store.writing() as session:
        for occasion in (Kind.OUT, Situation.BUSY):
            set_forward(session, NewForward("101", occasion, steps, NOON + HOUR, "command line"), NOON)
        watch(session, there, NOON)
    claim = await office.outbox.claim("email", NOON, NOON + HOUR)
    assert claim is not None
    memo = await office.outbox.memo(claim)
    return text_of(parsed(replace(memo, item_id="N-1")))


async def test_it_says_what_goes_where_since_when_by_whom_and_what_to_do(office: Office) -> None:
    urgent = Handling(urgent=(Step((Destination(Way.OPERATOR),)),))

    assert await letter_after_a_command(office, office_of(handling={Kind.MEETING: urgent})) == (
        "Hello Alice Tanaka,\n"
        "\n"
        "where calls to your extension 101 go has changed.\n"
        "\n"
        "Changed:   Wednesday, 25 November 2026, 12:00 (Asia/Tokyo)\n"
        "By:        command line (a forward was set)\n"
        "\n"
        "From now on:\n"
        "\n"
        "Urgent calls that come while you are in a meeting:\n"
        "  1. the operator\n"
        "\n"
        "Calls that come while you are out of the office or on another call:\n"
        "  1. your mobile, +819011112222 and, at the same time, Kenji Ito (102)\n"
        "  2. no phone: the caller is asked to leave a message\n"
        "  (set by command line on Wednesday, 25 November 2026, 12:00 (Asia/Tokyo),\n"
        "  until Wednesday, 25 November 2026, 13:00 (Asia/Tokyo))\n"
        "\n"
        "If this is as it should be, there is nothing to do.\n"
        "If you did not ask for it, please have it undone at once: call the operator (extension 100) or\n"
        "whoever looks after the telephones. Until then your calls may reach people or numbers that you\n"
        "did not choose.\n"
        "\n"
        "-- \n"
        "N-1\n"
    )


async def test_who_passes_it_on_learns_no_number(office: Office) -> None:
    text = await letter_after_a_command(office, office_of(email=None))

    assert SECRET not in text
    assert "no mail address of Alice Tanaka is known: please pass it on" in text
    assert "1. your mobile and, at the same time, Kenji Ito (102)" in text


def test_the_old_address_learns_that_it_is_the_old_one() -> None:
    text = told(to_owner=False, address_changed=True)

    assert "go has changed, and so has the mail address\nof Alice Tanaka." in text
    assert "Hello Alice Tanaka" in told(address_changed=True)


def test_calls_for_the_delegate_of_one_absence_are_told_as_such() -> None:
    ring = {"way": "delegate", "name": "Kenji Ito (102)", "number": ""}
    rule = {"calls": "covered", "occasions": ["out"], "steps": [[ring]]}

    assert (
        "Calls for your delegate, during some of your absences only, that come while you are out of the office:\n"
        "  1. Kenji Ito (102)\n"
    ) in told(rules=[rule])


def test_a_change_of_the_configuration_says_so() -> None:
    assert "Noticed:   Wednesday, 25 November 2026, 12:00" in told()
    assert "By:        the configuration" in told()


def test_calls_that_go_to_nobody_are_said_to() -> None:
    assert "From now on they go to nobody else. Callers can still leave a message." in told()


def test_the_owner_and_who_passes_it_on_read_different_subjects() -> None:
    def subject(**changes: Any) -> str:
        memo = replace(MEMO, item_id="N-1", about="forward_changed", facts=NOTICE | changes)
        return str(parsed(memo)["Subject"])

    assert subject() == "Where your calls go has changed (N-1)"
    assert subject(to_owner=False) == "Where calls to extension 101 go has changed (N-1)"


@pytest.mark.parametrize("occasion", [*Kind, *Situation])
def test_every_occasion_has_words(occasion: Kind | Situation) -> None:
    rule = {
        "calls": "all",
        "occasions": [occasion.value],
        "steps": [[{"way": "mobile", "name": "", "number": ""}]],
    }

    assert f"while you are {occasion.value}:" not in told(rules=[rule])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_f28_a_hostile_name_or_number_stays_one_line(hostile: str) -> None:
    ring = {"way": "named", "name": hostile, "number": hostile}
    rule = {"calls": "all", "occasions": ["out"], "steps": [[ring]], "set_by": hostile}
    at = {"set_at": NOON.isoformat(), "until": ""}
    text = told(
        rules=[rule | at], person=hostile, command={"by": hostile, "what": "set", "at": NOON.isoformat()}
    )

    assert sum(line.startswith("  1. ") for line in text.splitlines()) == 1
    assert sum(line.startswith("By: ") for line in text.splitlines()) == 1
    assert not any(ord(sign) < 32 and sign != "\n" for sign in text)


async def test_the_mail_arrives_and_no_log_line_holds_the_number(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    forwards = LedgerForwards(office.thread)
    with structlog.testing.capture_logs() as lines:
        await forwards.watch(office_of(mobile=None), NOON)
        await forwards.watch(office_of(handling={Kind.OUT: Handling(reach=(MOBILE,))}), NOON)
        await worker.sweep()

    assert len(mail.sink.mails) == 1
    assert SECRET not in str(lines)
