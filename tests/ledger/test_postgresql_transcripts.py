"""Transcripts on PostgreSQL: claimed once, followed by a mail, gone with their message."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from ari_absence.ledger import settling
from ari_absence.ledger.transcript_model import TranscriptRow
from ari_absence.ledger.transcripts import LedgerTranscripts
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, Office
from tests.ledger.test_postgresql import database, office  # noqa: F401 -- the fixtures
from tests.ledger.test_transcripts import deliver_mail, lease, next_memo, shown, taken

DAY = timedelta(days=1)


async def test_a_transcript_goes_all_the_way_from_the_claim_to_the_purge(office: Office) -> None:  # noqa: F811
    transcripts = LedgerTranscripts(office.thread, office.audio)
    message_id = await office.leave_message(urgent=True)
    await transcripts.put_back(await taken(transcripts))
    claim = await taken(transcripts)
    assert await transcripts.claim(NOON, lease) is None
    key = await deliver_mail(office)
    said = " ".join(HOSTILE).replace("\0", "").encode("utf-8", "replace").decode()

    assert await transcripts.done(claim, said, "pocketsphinx", NOON) == 1
    memo = await next_memo(office)
    assert (memo.transcript, memo.follows) == (said, key)
    assert (await shown(office, message_id)).text == said

    await office.thread.write(partial(settling.delete_message, message_id=message_id))
    rows = await office.thread.read(
        lambda session: session.scalar(select(func.count(TranscriptRow.message_id)))
    )
    assert rows == 0
