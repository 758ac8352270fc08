"""A small office with a ledger on a real disk, for the tests of ledger and delivery."""

from __future__ import annotations

import math
import struct
import tempfile
from array import array
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import CallbackDraft, KeptAudio, MessageDraft, Wish
from ari_absence.core.decision import Decision, Enquiry, Reason
from ari_absence.core.delivery_rules import DeliveryRules, Rule, Telling
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import Caller, Directory, Kind, Limits, Person, Site, Source, Why
from ari_absence.core.phrases import AbsenceClass, Name, Whereabouts
from ari_absence.core.schedule import State
from ari_absence.errors import AlreadyGone, RequestRefused
from ari_absence.ledger.addressees import Addressees, Channels, MailAddressees, RuledAddressees
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.outbox import LedgerOutbox
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.recovery import Recovery
from ari_absence.ledger.store import FILE_NAME, Store, default_url, open_store
from ari_absence.ledger.thread import LedgerThread

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo
CALLER = Caller(number="+81312345678", name="Bob Smith")


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def advance(self, by: timedelta) -> None:
        self.at += by


@cache
def _new_ledger() -> bytes:
    """An empty ledger's file: migrating one for every test would take longer than the tests."""
    with tempfile.TemporaryDirectory() as folder:
        open_store(default_url(Path(folder)), NOON).close()
        return (Path(folder) / FILE_NAME).read_bytes()


def _lay_out_ledger(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / FILE_NAME).exists():
        (folder / FILE_NAME).write_bytes(_new_ledger())


@cache
def tone(seconds: float = 5.0, amplitude: int = 8000, rate_hz: int = 8000) -> bytes:
    """A WAV file as Asterisk writes it."""
    count = round(seconds * rate_hz)
    one_second = [round(amplitude * math.sin(2 * math.pi * 400 * n / rate_hz)) for n in range(rate_hz)]
    samples = array("h", (one_second * (int(seconds) + 1))[:count])
    return wav_of(samples.tobytes(), rate_hz)


def wav_of(audio: bytes, rate_hz: int = 8000, promised_bytes: int | None = None) -> bytes:
    """``audio`` behind a header that promises ``promised_bytes`` (what is there, if not given)."""
    promised = len(audio) if promised_bytes is None else promised_bytes
    riff = struct.pack("<4sI4s", b"RIFF", 36 + promised, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    return riff + form + struct.pack("<4sI", b"data", promised) + audio


@dataclass
class FakeRecordings:
    """What lies in Asterisk, by name. ``trouble`` is raised instead of an answer, for all or for one name."""

    files: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    stubborn: str | None = None

    async def fetch_recording(self, name: str) -> bytes:
        if self.trouble is not None:
            raise self.trouble
        if name not in self.files:
            raise AlreadyGone(f"recording {name} is gone")
        return self.files[name]

    async def delete_recording(self, name: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        if name not in self.files:
            raise AlreadyGone(f"recording {name} is gone")
        if name == self.stubborn:
            raise RequestRefused(500, f"recording {name} can't be removed")
        del self.files[name]
        self.deleted.append(name)

    def add(
        self, name: str = "abs/call-1-r1", content: bytes | None = None, seconds: float = 5.0
    ) -> Recording:
        """A recording, as the conversation gets it."""
        self.files[name] = tone(seconds) if content is None else content
        return Recording(name, seconds, RecordingEnd.KEY)


def person(extension: str, name: str, email: str | None) -> Person:
    return Person(
        extension, name, (f"PJSIP/{extension}",), TOKYO, WeeklyHours(), HolidayCalendar(), email=email
    )


def directory(limits: Limits | None = None, alice_mail: str | None = "alice@example.com") -> Directory:
    site = Site("Example Trading", TOKYO, "JP", operator="100", limits=limits or Limits())
    people = (
        person("100", "Reception", "reception@example.com"),
        person("101", "Alice Tanaka", alice_mail),
    )
    return Directory(site, {each.extension: each for each in people})


def decision(
    call_id: str = "call-1",
    caller: Caller = CALLER,
    at: datetime = NOON,
    who: Person | None = None,
    urgent: tuple[Attempt, ...] = (),
) -> Decision:
    """Alice is on a business trip, and somebody calls. ``urgent`` is her ladder for urgent calls."""
    alice = who or directory().people["101"]
    return Decision(
        enquiry=Enquiry(call_id, alice.extension, caller, Why.ABSENT, at),
        person=alice,
        state=State(
            False, Kind.BUSINESS_TRIP, at, at + timedelta(days=2), None, "", Source("people.yaml", 12)
        ),
        back_at=at + timedelta(days=2),
        greeting=(),
        menu=(),
        offers=(),
        attempts=(),
        promise=at + timedelta(hours=20),
        reasons=(Reason("Alice Tanaka is absent: business_trip", Source("people.yaml", 12)),),
        rings_as_desk=False,
        colleague=None,
        urgent=urgent,
        straight_to_message=False,
        told_to_callees=Whereabouts(Name.of(alice), AbsenceClass.OUT_OF_OFFICE),
    )


def message_draft(audio: KeptAudio, about: Decision | None = None, urgent: bool = False) -> MessageDraft:
    about = about or decision()
    return MessageDraft(about, audio, urgent, about.promise)


def callback_draft(about: Decision | None = None, **changes: object) -> CallbackDraft:
    about = about or decision()
    draft = CallbackDraft(about, Wish.CALL_BACK, about.enquiry.caller.number, None, about.promise)
    return replace(draft, **changes)  # type: ignore[arg-type]


class Office:
    """Everything of the ledger, joined as the service joins it."""

    def __init__(
        self,
        folder: Path,
        clock: FakeClock,
        asterisk: FakeRecordings | None = None,
        url: str | None = None,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.directory = directory()
        self.url = url or default_url(folder)
        if url is None:
            _lay_out_ledger(folder)
        self.store: Store = open_store(self.url, clock.now())
        self.thread = LedgerThread(self.store)
        self.audio = RecordingStore(folder)
        self.asterisk = asterisk or FakeRecordings()
        self.addressees: Addressees = MailAddressees(lambda: self.directory)
        self.rings = 0
        self.notebook = LedgerNotebook(
            thread=self.thread,
            store=self.audio,
            recordings=self.asterisk,
            addressees=self.addressees,
            limits=lambda: self.directory.site.limits,
            clock=clock,
            on_queued=self._ring,
            dialing=lambda: self.directory.dialing,
        )
        self.outbox = LedgerOutbox(self.thread, self.audio, self.addressees)

    def tell_by_rules(self, channels: Channels) -> None:
        """Tell people as the rules of the directory say, from now on, instead of by mail alone."""
        ruled = RuledAddressees(lambda: self.directory, lambda: channels)
        self.addressees = self.notebook._addressees = ruled
        self.outbox = LedgerOutbox(self.thread, self.audio, ruled)

    def tell_all_by(self, *channels: str) -> None:
        """Have the site say that everything is told by these channels."""
        self.tell(DeliveryRules((Rule((Telling(channels),)),)))

    def tell(self, rules: DeliveryRules) -> None:
        """Have the site say by which channels things are told."""
        self.directory = replace(self.directory, delivery=rules)

    def _ring(self) -> None:
        self.rings += 1

    @property
    def recovery(self) -> Recovery:
        return Recovery(self.addressees, self.directory.site.limits, self.clock, call_of)

    async def recover(self, still_live: Collection[str] = (), talking: Collection[str] = ()) -> object:
        return await self.recovery.run(self.thread, self.audio, still_live, talking)

    async def leave_message(
        self,
        call_id: str = "call-1",
        urgent: bool = False,
        seconds: float = 5.0,
        ladder: tuple[Attempt, ...] = (),
    ) -> str:
        """A caller leaves a message, from the beep to the end of the call."""
        about = decision(call_id, urgent=ladder)
        await self.notebook.open_call(about)
        recording = self.asterisk.add(f"abs/{call_id}-r1", seconds=seconds)
        audio = await self.notebook.keep(recording, 3.0)
        assert isinstance(audio, KeptAudio)
        return await self.notebook.save_message(message_draft(audio, about, urgent))

    async def close(self) -> None:
        await self.notebook.finish()
        await self.thread.close()


def call_of(recording_name: str) -> str | None:
    """The call of a recording ``abs/<call id>-r<n>``."""
    inside = recording_name.removeprefix("abs/")
    return None if inside == recording_name else inside.rpartition("-r")[0]
