"""Messages that lie in a mailbox already when an office opens: a tone each, so that every one is known again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ari_absence.core.owed import OwedWish
from ari_absence.lab import audio
from ari_absence.ledger.mailbox_changes import hear_message
from ari_absence.ledger.model import AudioRow, CallRow, MessageRow
from ari_absence.ledger.owed_notes import Missed, note_owed
from ari_absence.ledger.store import Store, default_url, open_store
from tests.real.scenes import HANS, MORNING, VOICE_HZ, Scene

OPENING = datetime.fromisoformat(MORNING).astimezone(UTC)
PERSONS = {"101": "Alice Tanaka", "102": "Kenji Ito"}


class Postbox:
    """Puts messages into the ledger of an office whose service is not running."""

    def __init__(self, scene: Scene) -> None:
        self._data = scene.office.data
        self._count = 0

    def leave(
        self,
        extension: str = "101",
        *,
        number: str | None = HANS,
        colleague: str | None = None,
        hz: float = VOICE_HZ,
        seconds: float = 3.0,
        urgent: bool = False,
        heard: bool = False,
        before: timedelta = timedelta(hours=1),
        due: timedelta | None = None,
    ) -> str:
        """A message left ``before`` the office opened, a call back promised so long after; gives its id."""
        self._count += 1
        name, at = f"{extension}-{self._count:03}", OPENING - before
        file = self._data / "audio" / f"A-{name}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        audio.write_tone(file, frequency_hz=hz, seconds=seconds, rate_hz=8000)
        call = CallRow(
            id=f"call-{name}",
            extension=extension,
            person_name=PERSONS[extension],
            zone="Asia/Tokyo",
            caller_number=number,
            caller_extension=colleague,
            why="absent",
            reasons=[],
            began_at=at,
            ended_at=at,
            outcome="message",
        )
        message = MessageRow(
            id=f"M-{name}",
            call_id=call.id,
            extension=extension,
            at=at,
            audio_id=f"A-{name}",
            urgent=urgent,
            due=None if due is None else at + due,
        )
        self._write(call, AudioRow(id=f"A-{name}", seconds=seconds, kept_at=at), message, heard=heard)
        return message.id

    def _write(self, *rows: CallRow | AudioRow | MessageRow, heard: bool) -> None:
        store: Store = open_store(default_url(self._data), OPENING)
        try:
            with store.writing() as session:
                for row in rows:
                    session.add(row)
                    session.flush()
                for message in (each for each in rows if isinstance(each, MessageRow)):
                    missed = Missed(message.call_id, OwedWish.MESSAGE, message.urgent, message.due)
                    connection = session.connection()
                    message.owed_id = note_owed(connection, missed, "JP", message.at)
                    if heard:
                        session.flush()
                        hear_message(session, message.id, f"phone {message.extension}", message.at)
        finally:
            store.close()
