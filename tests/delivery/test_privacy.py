"""What callers say and who gets which mail is in the ledger and in the mail, and not in the log."""

from __future__ import annotations

import pytest
import structlog

from ari_absence.attendant.notebook import KeptAudio
from ari_absence.core.people import Caller
from ari_absence.delivery.outbox import OutboxWorker
from tests.delivery.mail_server import MailOffice
from tests.ledger.office import Office, decision, message_draft

PRIVATE = ("+81312345678", "Bob Smith", "alice@example.com")


@pytest.mark.fault("A16")
async def test_the_log_names_ids_and_verdicts_only(
    office: Office, mail: MailOffice, worker: OutboxWorker
) -> None:
    mail.sink.mood.recipient_reply = "550 5.1.1 alice@example.com: Bob Smith is unknown"
    with structlog.testing.capture_logs() as lines:
        about = decision(caller=Caller("+81312345678", "Bob Smith"))
        await office.notebook.open_call(about)
        audio = await office.notebook.keep(office.asterisk.add(), 3.0)
        assert isinstance(audio, KeptAudio)
        await office.notebook.save_message(message_draft(audio, about))
        await office.recover()
        await worker.sweep()
        mail.sink.mood.recipient_reply = "450 later, alice@example.com"
        await office.leave_message("call-2")
        await worker.sweep()

    assert lines
    assert not [line for line in lines for word in PRIVATE if word in str(line)]
