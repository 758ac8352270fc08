"""Who is told of urgent messages, and how: what the rounds need of everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ari_absence.app.records import Records
from ari_absence.asterisk.link import Link
from ari_absence.attendant.urgent_rounds import Office
from ari_absence.core.decision import Attempt, Enquiry
from ari_absence.core.people import Caller, Why
from ari_absence.core.reachable import alarm_attempts, case_of
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.speech.library import SoundLibrary


def urgent_office(
    records: Records,
    link: Link,
    sounds: SoundLibrary,
    store: RecordingStore,
    notebook: LedgerNotebook,
    now: Callable[[], datetime],
) -> Office:
    """What telling urgent messages needs. ``now`` gives the instant (UTC)."""

    def attempts(extension: str, at: datetime) -> Sequence[Attempt]:
        enquiry = Enquiry("urgent", extension, Caller(None), Why.ABSENT, at)
        return alarm_attempts(case_of(enquiry, records.directory(), records.absences, records.forwards))

    return Office(
        records.directory,
        attempts,
        link.alert,
        lambda audio_id: sounds.lend(audio_id, store.path_of(audio_id)),
        notebook.book_dial,
        now,
    )
