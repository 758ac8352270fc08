"""The text message to a caller who left something: to whom, how often, and what it says, on a real hook server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from ari_absence.attendant.notebook import KeptAudio, Wish
from ari_absence.core.people import Caller, Dialing, Trunk
from ari_absence.delivery.hooks import HookKind, HookNotifier
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.errors import LedgerError
from ari_absence.ledger import acknowledgements
from ari_absence.ledger.acknowledgements import Acknowledgements
from ari_absence.ledger.model import DeliveryRow
from tests.config.folder import SITE, mistakes
from tests.delivery.hook_server import answers, hook_server
from tests.ledger.office import NOON, Office, callback_draft, decision, message_draft
from tests.ledger.power_cut import PowerCutError, dying_before
from tests.ledger.test_owed import owed

MOBILE, LANDLINE = "+819012345678", "+81312345678"
HOSTILE_NAME = "\u202e<b>=cmd|Alice\r\nBcc: x https://evil.example"
DAY = timedelta(days=1)


@pytest.fixture
def texting(office: Office) -> Office:
    """An office in Japan whose callers are texted by the hook ``sms``."""
    trunks = (Trunk("PJSIP/{number}@trunk"),)
    site = replace(office.directory.site, country="JP")
    dialing = Dialing(frozenset({"JP"}), trunks, frozenset({"fixed", "mobile"}))
    office.directory = replace(office.directory, site=site, dialing=dialing)
    office.notebook._country = lambda: "JP"
    office.notebook._acknowledgements = Acknowledgements(lambda: "sms", lambda: office.directory)
    return office


async def leaves(
    office: Office,
    shown: str | None = MOBILE,
    call_id: str = "call-1",
    name: str | None = None,
    **changes: object,
) -> None:
    """Somebody calls 101 and asks to be called back at the number they show."""
    about = decision(call_id, caller=Caller(shown, name), at=office.clock.now())
    await office.notebook.save_callback(callback_draft(about, **changes))


async def leaves_a_message(office: Office, call_id: str) -> None:
    """Somebody calls 101 from a mobile phone and leaves a message."""
    about = decision(call_id, caller=Caller(MOBILE), at=office.clock.now())
    audio = await office.notebook.keep(office.asterisk.add(f"abs/{call_id}-r1", seconds=5.0), 3.0)
    assert isinstance(audio, KeptAudio)
    await office.notebook.save_message(message_draft(audio, about))


def texts(office: Office) -> list[DeliveryRow]:
    with office.store.reading() as session:
        rows = session.scalars(select(DeliveryRow).where(DeliveryRow.topic == "acknowledgement"))
        return list(rows)


async def test_a_caller_is_texted_our_names_and_the_time_and_nothing_of_theirs(texting: Office) -> None:
    await leaves(texting, name=HOSTILE_NAME)

    async with hook_server() as server:
        server.answering = answers(204, "")
        hook = server.hook(HookKind.JSON, "sms")
        await OutboxWorker(texting.outbox, [HookNotifier(hook, texting.clock)], texting.clock).sweep()
        (received,) = server.received

    data = received.content["data"]
    assert received.content["type"] == "absence.acknowledgement"
    assert received.headers["webhook-signature"].startswith("v1,")
    assert data["to"] == MOBILE
    company, zone = texting.directory.site.company, texting.directory.site.zone
    due = (NOON + timedelta(hours=20)).astimezone(zone)
    assert data["text"] == (
        f"{company}: we have your request for a call from Alice Tanaka. "
        f"You will be called back by {due:%H:%M} on {due:%a %d %b}."
    )
    assert data["caller"] == {"name": "", "number": "", "extension": ""}
    assert "evil" not in received.body.decode()


async def test_a_message_is_acknowledged_too_and_one_text_is_enough_for_an_entry_and_day(
    texting: Office,
) -> None:
    await leaves_a_message(texting, "call-1")
    await leaves(texting, call_id="call-2")
    (row,) = texts(texting)
    assert texting.rings == 2  # the message with its text, and the wish
    assert row.notice is not None
    assert row.notice["what"] == "message"
    texting.clock.advance(DAY)
    await leaves(texting, call_id="call-3")
    assert len(texts(texting)) == 2


@pytest.mark.parametrize("number", [LANDLINE, "+4915112345678", "+881612345678", "4711", "110", None])
async def test_only_a_mobile_number_of_an_allowed_country_is_texted(
    texting: Office, number: str | None
) -> None:
    await leaves(texting, number)

    assert texts(texting) == []


async def test_a_number_that_was_keyed_in_is_not_texted(texting: Office) -> None:
    await leaves(texting, LANDLINE, number=MOBILE)
    await leaves(texting, "+819012345679", "call-2", number=MOBILE)

    assert texts(texting) == []


async def test_a_site_that_may_not_dial_outside_texts_nobody(texting: Office) -> None:
    texting.directory = replace(texting.directory, dialing=Dialing())
    await leaves(texting)

    assert texts(texting) == []


async def test_nobody_is_texted_unless_the_site_says_so_nor_for_having_called(texting: Office) -> None:
    await leaves(texting, wish=Wish.JUST_CALLED)
    texting.notebook._acknowledgements = Acknowledgements(lambda: None, lambda: texting.directory)
    await leaves(texting, call_id="call-2")

    assert texts(texting) == []


async def test_invented_numbers_do_not_make_us_text_the_whole_town(
    texting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acknowledgements, "PER_HOUR_MAX", 2)
    for last in range(4):
        await leaves(texting, f"+81901234567{last}", f"call-{last}")
    assert len(texts(texting)) == 2
    texting.clock.advance(timedelta(hours=1, minutes=1))
    await leaves(texting, "+819012345679", "call-9")
    assert len(texts(texting)) == 3


async def test_a_text_that_cannot_be_queued_takes_nothing_from_what_was_left(
    texting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bool:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Acknowledgements, "queue", fails)
    await leaves(texting)

    assert texts(texting) == []
    assert (await texting.notebook.before_call("101", Caller(MOBILE)))[1] is not None


async def test_whoever_dies_while_a_wish_is_saved_has_left_both_it_and_its_text_or_neither(
    texting: Office,
) -> None:
    for step in range(100):
        try:
            with dying_before(step, texting.store):
                await leaves(texting, call_id=f"call-{step}")
        except PowerCutError:
            assert owed(texting) == []
            assert texts(texting) == []
        else:
            break
    assert step > 5
    assert len(owed(texting)) == 1
    assert len(texts(texting)) == 1


async def test_a_statement_of_a_text_that_fails_is_undone_alone(
    texting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Acknowledgements.queue

    def fails_late(self: Acknowledgements, connection: Connection, *rest: Any) -> bool:
        queue(self, connection, *rest)
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    monkeypatch.setattr(Acknowledgements, "queue", fails_late)
    await leaves(texting)

    assert texts(texting) == []
    assert len(owed(texting)) == 1


@pytest.mark.parametrize(
    ("hooks", "sentence"),
    [
        ("{}", "there is no hook sms; name one of kind: json"),
        ("{sms: {kind: slack}}", "the hook sms is a slack chat; name one of kind: json"),
    ],
)
def test_a_hook_that_cannot_text_is_a_mistake(tmp_path: Path, hooks: str, sentence: str) -> None:
    site = SITE + f"delivery:\n  hooks: {hooks}\n  acknowledge: sms\n"

    (mistake,) = mistakes(tmp_path, site)
    assert sentence in mistake
