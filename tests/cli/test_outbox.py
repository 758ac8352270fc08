"""``ari-absence outbox`` and ``retry``: what was given up is seen with its reason, and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ari_absence.clock import SystemClock
from ari_absence.ledger.model import DeliveryRow, DeliveryState
from tests.cli.test_commands import office
from tests.cli.test_forwarding import _log_as_before, run, run_json
from tests.ledger.office import FakeClock, Office

__all__ = ["_log_as_before", "office"]  # fixtures
REASON = "the hook sales_chat refused it (404 no_service)"


def leave(folder: Path, states: Sequence[DeliveryState]) -> list[str]:
    """Messages in the ledger of the example configuration, whose deliveries stand as they are told."""

    def stand(session: Session) -> list[str]:
        rows = session.query(DeliveryRow).order_by(DeliveryRow.id).all()
        for row, state in zip(rows, states, strict=True):
            row.state, row.channel, row.attempts = state.value, "sales_chat", 1
            row.last_error = REASON if state is DeliveryState.DEAD else None
        return [row.id for row in rows]

    async def work() -> list[str]:
        ledger = Office(folder.parent / "data", FakeClock(SystemClock().now() - timedelta(hours=1)))
        for number, _ in enumerate(states):
            await ledger.leave_message(f"call-{number}")
        ids = await ledger.thread.write(stand)
        await ledger.close()
        return ids

    return asyncio.run(work())


@pytest.fixture
def dead(office: Path) -> list[str]:
    """Two deliveries that were given up, one that waits, one that was withdrawn, one that is done."""
    d = DeliveryState
    return leave(office, [d.DEAD, d.DEAD, d.RETRY, d.WITHDRAWN, d.DELIVERED])


def listed(office: Path, *options: str) -> list[str]:
    return sorted(each["id"] for each in run_json("outbox", *options, config=office))


def test_what_was_given_up_is_shown_with_its_reason(office: Path, dead: list[str]) -> None:
    told = run("outbox", "--dead", config=office).stdout

    assert all(each in told for each in dead[:2])
    assert not any(each in told for each in dead[2:])
    assert REASON in told
    assert listed(office, "--dead") == sorted(dead[:2])


def test_what_is_done_or_withdrawn_is_shown_only_when_asked_for(office: Path, dead: list[str]) -> None:
    assert listed(office) == sorted(dead[:3])
    assert listed(office, "--all") == sorted(dead)


@pytest.mark.parametrize("command", [["retry"], ["outbox", "retry"]])
def test_one_is_tried_again_by_its_id(office: Path, dead: list[str], command: list[str]) -> None:
    done = run(*command, dead[0], config=office)

    assert done.returncode == 0
    assert f"{dead[0]} is tried again." in done.stdout
    assert listed(office, "--dead") == [dead[1]]


def test_all_that_were_given_up_are_tried_again_at_once(office: Path, dead: list[str]) -> None:
    done = run("outbox", "retry", "--all-dead", config=office)

    assert done.returncode == 0
    assert "Tried again: 2." in done.stdout
    assert listed(office, "--dead") == []
    assert run("outbox", "--dead", config=office).stdout == "Nothing was given up."


@pytest.mark.parametrize("arguments", [[], ["D-1", "--all-dead"]])
def test_retry_asks_for_one_or_for_all(office: Path, arguments: list[str]) -> None:
    done = run("retry", *arguments, config=office)

    assert done.returncode == 2
    assert done.stderr == (
        "say what to try again: the id of one delivery, or --all-dead for all that were given up\n"
    )
