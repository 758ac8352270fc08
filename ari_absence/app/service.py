"""The whole program: built, started in order, stopped in stages."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from ari_absence.app.absence_book import LedgerAbsenceBook
from ari_absence.app.answering import Announcing, Answering, Speaker
from ari_absence.app.books import Books
from ari_absence.app.channels import channels_at_desks, display_notifier, notifiers_of
from ari_absence.app.clock_watch import ClockWatch
from ari_absence.app.commands import Commands
from ari_absence.app.day_rounds import DayRounds
from ari_absence.app.desk import CodeDesk
from ari_absence.app.fallback_folder import FallbackFolder
from ari_absence.app.fallback_intake import FallbackIntake
from ari_absence.app.floods import Floods
from ari_absence.app.holding import Holding
from ari_absence.app.house import callback_dialling, code_desk
from ari_absence.app.housekeeping import Housekeeping
from ari_absence.app.log import configure_log
from ari_absence.app.loop_watch import LoopWatch
from ari_absence.app.mailbox_desk import GreetingLoans
from ari_absence.app.measures import Measures
from ari_absence.app.monitoring import Monitoring
from ari_absence.app.mornings import Mornings
from ari_absence.app.parts import (
    cancelled,
    client_of,
    message_lamp_of,
    open_to_asterisk,
    sounds_of,
    spare_what_stays,
    sparing_what_is_built,
    store_of,
    talking_calls,
    tell_warnings,
)
from ari_absence.app.reading_out import phone_notifier
from ari_absence.app.records import Records
from ari_absence.app.returning import Returns
from ari_absence.app.saved_files import SavedFiles
from ari_absence.app.settling import LedgerDebts
from ari_absence.app.snapshots import Snapshots
from ari_absence.app.systemd import READY, STOPPING, notify
from ari_absence.app.transcribing import tell_lacking, transcribing
from ari_absence.app.urgent import urgent_office
from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.answered_watch import AnsweredWatch
from ari_absence.asterisk.channel_call import Tools
from ari_absence.asterisk.endpoints import is_free
from ari_absence.asterisk.link import Link
from ari_absence.asterisk.phones_watch import PhonesWatch
from ari_absence.attendant.camp_on import CampOnOffice, CampOnRounds
from ari_absence.attendant.message_call import MessageCalls
from ari_absence.attendant.urgent_rounds import Office, UrgentRounds
from ari_absence.clock import Clock, wait_at_most
from ari_absence.config.holder import ConfigurationHolder
from ari_absence.config.next_start import waiting_for_a_start
from ari_absence.config.settings import Configuration
from ari_absence.control import ControlSocket, Handler
from ari_absence.core.mailbox import MessageCounts
from ari_absence.core.owed_lamp import Pressing
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.delivery.ports import Notifier
from ari_absence.errors import LedgerError
from ari_absence.ledger.acknowledgements import Acknowledgements
from ari_absence.ledger.addressees import RuledAddressees
from ari_absence.ledger.camp_ons import LedgerCampOns
from ari_absence.ledger.escalations import LedgerEscalations
from ari_absence.ledger.intake import Intake
from ari_absence.ledger.lock import ServiceLock
from ari_absence.ledger.message_counts import message_counts
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.outbox import LedgerOutbox
from ari_absence.ledger.pressing import pressing_calls
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.recovery import Recovery
from ari_absence.ledger.reminders import LedgerReminders
from ari_absence.ledger.thread import LedgerThread
from ari_absence.ledger.vital_signs import vital_signs
from ari_absence.presence.lamps import Lamps
from ari_absence.presence.message_lamps import MessageLamps
from ari_absence.presence.owed_lamps import OwedLamps
from ari_absence.presence.presence_text import PresenceTexts

LEDGER_LOOK_SECONDS = 10.0  # how often a ledger that can't be used is tried again
LAST_ATTEMPT_SECONDS = 10.0  # an SMTP dialogue with five minutes of audio on a slow line
GRACE_SECONDS = 20.0  # a running conversation may end by itself within this; then the dialplan takes it

log = structlog.get_logger()


def serve(config_folder: Path, clock: Clock, *, debug: bool = False) -> None:
    """Run the service until SIGTERM or SIGINT.

    A ledger that can't be used is tried again and again; meanwhile callers hear announcements only.

    Raises:
        ConfigurationError: the configuration is bad.
        LedgerError: the data folder can't be used, or another service uses it.
    """
    configure_log(debug=debug)
    holder = ConfigurationHolder(config_folder, os.environ)
    tell_warnings(holder.current)
    tell_lacking(holder.current)
    watch = LoopWatch()
    with asyncio.Runner(loop_factory=watch.loop) as runner:
        runner.run(Service(holder, clock, debug=debug, loop_watch=watch).run())
    watch.end()


class Service:
    """The whole program, running."""

    def __init__(
        self,
        holder: ConfigurationHolder,
        clock: Clock,
        *,
        debug: bool = False,
        loop_watch: LoopWatch | None = None,
    ) -> None:
        self._debug = debug
        self._loop_watch = loop_watch or LoopWatch()
        self._holder = holder
        self._begun = holder.current  # what can't change while we run is taken from here
        self._clock = clock
        self._records = Records(holder, clock)
        self._measures = Measures()
        self._reloading = asyncio.Lock()
        self._saved_files = SavedFiles(holder.folder, clock, self._files_saved)
        self._names_ready = False
        self._ledger_trouble: str | None = None
        self._stopping = asyncio.Event()
        # as long as there is nothing to deliver
        self._deliver_through: Callable[[Sequence[Notifier]], None] = lambda _: None

    async def run(self) -> None:
        """Serve until a signal: everything, or, as long as the ledger can't be used, announcements only."""
        async with AsyncExitStack() as stack:
            await self._take_data_folder(stack)
            await self._let_watch(stack)
            while not self._stopping.is_set():
                await self._serve()

    async def _serve(self) -> None:
        """Start in order, serve until a signal or until the ledger is back, stop in the reverse order."""
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._obey_signals()
            spare_what_stays()
            self._loop_watch.begin()
            log.info("service ready", people=len(self._records.directory().people))
            notify(READY)
            await (self._stopping.wait() if self._ledger_trouble is None else self._until_ledger_is_back())
            if self._stopping.is_set():
                notify(STOPPING)
            log.info("service stopping", calls=self._link.status.calls)
            await self._link.close(GRACE_SECONDS)

    # -- starting

    async def _take_data_folder(self, stack: AsyncExitStack) -> None:
        folder = self._begun.storage.folder
        self._store = await asyncio.to_thread(RecordingStore, folder)
        lock = ServiceLock(folder)
        stack.callback(lock.release)

    async def _let_watch(self, stack: AsyncExitStack) -> None:
        monitoring = Monitoring(self._measures, self._vital_status)
        stack.push_async_callback(monitoring.close)
        if self._begun.watch.listen is not None:
            await monitoring.open(self._begun.watch.listen)
        stack.push_async_callback(cancelled, asyncio.create_task(self._saved_files.run()))

    async def _start(self, stack: AsyncExitStack) -> None:
        configuration = self._begun
        self._addressees = RuledAddressees(
            self._records.directory, lambda: channels_at_desks(self._records.configuration)
        )
        self._ledger_trouble = await self._open_ledger(stack)
        self._sounds = await asyncio.to_thread(sounds_of, configuration)
        self._speaker = Speaker(self._sounds, aloud=self._debug)
        self._client = await stack.enter_async_context(client_of(configuration))
        self._lamps = Lamps(
            self._records.directory,
            lambda: self._records.absences,
            self._client,
            self._clock,
            lambda: self._records.forwards,
            texts := PresenceTexts(self._client, self._clock),
        )
        lamp = message_lamp_of(configuration, self._client, self._records.phones_of)
        self._message_lamps = MessageLamps(self._records.directory, self._count_messages, lamp, self._clock)
        self._owed_lamps = OwedLamps(self._records.directory, self._look_at_owed, self._client, self._clock)
        if self._ledger_trouble is None:
            await self._start_everything(stack, configuration)
        else:
            await self._start_announcing(stack, configuration)
        watch = ClockWatch(self._clock, self._clock_jumped)
        for task in (self._lamps.run(), texts.run(), self._link.run(), self._prepare_names(), watch.run()):
            stack.push_async_callback(cancelled, asyncio.create_task(task))

    async def _start_everything(self, stack: AsyncExitStack, configuration: Configuration) -> None:
        self._build(configuration)
        stack.push_async_callback(self._phones_watch.close)
        stack.push_async_callback(self._callback_dialling.close)
        stack.push_async_callback(self._message_calls.close)
        await self._lend_greetings(stack)
        stack.push_async_callback(self._answering.finish)
        handlers = {**self._commands().handlers(), "dial-callback": self._callback_dialling.dial}
        await self._open_control(stack, configuration, handlers)
        stack.push_async_callback(self._stop_delivering, asyncio.create_task(self._outbox.run()))
        for task in (
            self._housekeeping.run(),
            self._housekeeping.keep_again(),
            self._rounds.run(),
            self._day_rounds.run(),
            self._camp_ons.run(),
            self._message_lamps.run(),
            self._owed_lamps.run(),
            self._answered_watch.run(),
            self._transcribing.run(),
            self._snapshots.run(),
            self._fallback_intake.run(),
            self._floods.run(),
        ):
            stack.push_async_callback(cancelled, asyncio.create_task(task))

    async def _start_announcing(self, stack: AsyncExitStack, configuration: Configuration) -> None:
        """What callers hear is still true; what they say could not be kept, so nobody is asked for it."""
        log.error("announcements only: no message can be taken", reason=self._ledger_trouble)
        tools = self._tools(configuration)
        announcing = Announcing(self._records, self._speaker, self._clock)
        self._link = Link(tools, announcing.announce, on_connect=self._refresh_lamps, clock=self._clock)
        await self._open_control(stack, configuration, {})

    async def _open_ledger(self, stack: AsyncExitStack) -> str | None:
        """Open the ledger and put it right; gives what is wrong with it, as a sentence, if it can't be used."""
        try:
            self._thread = LedgerThread(await store_of(self._begun, self._clock.now()))
            stack.push_async_callback(self._thread.close)
            await self._recover()
            await self._records.read_absences(self._thread)
            await self._records.read_forwards(self._thread)
        except LedgerError as error:
            return str(error)
        return None

    async def _until_ledger_is_back(self) -> None:
        """Return when the ledger can be opened, or a signal has come."""
        while not self._stopping.is_set():
            if not await wait_at_most(LEDGER_LOOK_SECONDS, self._stopping):
                with suppress(LedgerError):
                    (await store_of(self._begun, self._clock.now())).close()
                    return

    async def _prepare_names(self) -> None:
        """Have the names and the site's own texts spoken. Calls meanwhile hear a neutral phrase instead."""
        prepared = await asyncio.to_thread(self._sounds.prepare_for, self._records.directory())
        await asyncio.to_thread(open_to_asterisk, self._begun.storage.folder / "sounds")
        for failure in prepared.failures:
            log.warning("a name is replaced by a neutral phrase", reason=failure)
        self._names_ready = True
        self._records.on_change()
        log.info("names ready", made=prepared.made, kept=prepared.kept)

    def _build(self, configuration: Configuration) -> None:
        self._greeting_loans = GreetingLoans(self._records, self._thread, self._sounds, self._store)
        outbox = LedgerOutbox(self._thread, self._store, self._addressees)
        self._outbox = OutboxWorker(outbox, self._notifiers(self._records.configuration), self._clock)
        self._deliver_through = self._outbox.use
        self._notebook = LedgerNotebook(
            self._thread,
            self._store,
            self._client,
            self._addressees,
            self._records.limits,
            self._clock,
            self._something_noted,
            lambda: self._records.directory().dialing,
            self._message_changed,
            lambda: self._records.directory().site.country,
            Acknowledgements(
                lambda: self._records.configuration.delivery.acknowledge, self._records.directory
            ),
        )
        self._returns = Returns(self._thread, self._records, self._addressees, self._clock)
        books = Books(self._thread, self._store, self._addressees, self._notebook, self._outbox, self._clock)
        self._transcribing = transcribing(self._records, books)
        self._housekeeping = Housekeeping(
            self._records, books, self._greeting_loans, self._message_lamps.refresh_all
        )
        answering = self._answering = Answering(
            self._records, self._speaker, self._clock, self._notebook, self._measures
        )
        tools = self._tools(configuration)
        holding = Holding(self._records)
        self._phones_watch = PhonesWatch(tools, holding.phones, holding.follow)
        debts = LedgerDebts(self._records, self._thread, self._clock)
        self._answered_watch = AnsweredWatch(tools, debts, self._records.directory)
        self._link = Link(
            tools,
            answering.attend,
            on_parked=answering.attend_parked,
            on_orphans=self._housekeeping.adopt,
            on_connect=self._connected,
            on_code=self._code_desk(books).attend,
            on_phone_event=self._phone_event,
            on_registered=self._phone_registered,
            clock=self._clock,
        )

        self._floods = Floods(self._link.sessions.admission, books)
        self._camp_ons = answering.camp_ons = CampOnRounds(
            LedgerCampOns(self._thread),
            CampOnOffice(
                self._records.directory,
                lambda: self._records.absences,
                lambda phones: is_free(self._client, phones),
                self._link.connect,
                self._clock.now,
            ),
        )
        self._callback_dialling = callback_dialling(self._records, books, self._sounds, self._link.connect)
        self._stand_by(books)
        self._rounds = UrgentRounds(LedgerEscalations(self._thread), self._urgent_office())
        self._message_calls = MessageCalls(self._urgent_office())
        self._day_rounds = DayRounds(
            self._records,
            LedgerReminders(self._thread, self._addressees),
            self._returns,
            Mornings(self._thread, self._records, self._addressees, self._clock),
            self._clock,
            self._outbox.wake,
        )

    def _stand_by(self, books: Books) -> None:
        """Have the fallback attendant know what it needs, and take in what it leaves."""
        folder = FallbackFolder(self._begun.storage.folder)
        try:
            folder.prepare()
        except LedgerError as error:
            log.error("callers hear a general announcement while we are away", reason=str(error))
        records = self._records
        self._snapshots = Snapshots(records, self._sounds, self._store.path_of, folder, self._clock)
        records.on_change = self._snapshots.changed
        intake = Intake(
            books.thread,
            books.store,
            books.notebook,
            books.addressees,
            records.limits,
            lambda: records.directory().site.country,
            self._clock,
            self._something_noted,
            self._message_changed,
        )
        self._fallback_intake = FallbackIntake(records, self._client, intake, folder.notes)

    def _urgent_office(self) -> Office:
        return urgent_office(
            self._records, self._link, self._sounds, self._store, self._notebook, self._clock.now
        )

    def _notifiers(self, configuration: Configuration) -> list[Notifier]:
        return [
            *notifiers_of(configuration, self._clock),
            display_notifier(self._records, self._client),
            phone_notifier(
                self._records, self._thread, lambda: self._message_calls, self._message_changed, self._clock
            ),
        ]

    def _commands(self) -> Commands:
        return Commands(
            self._records,
            self._thread,
            self._lamps,
            self._camp_ons,
            self._outbox,
            self._notebook,
            self._message_changed,
            lambda extension: self._day_rounds.people_changed([extension]),
        )

    def _tools(self, configuration: Configuration) -> Tools:
        return Tools(
            self._client,
            configuration.pbx.app,
            self._speaker.media,
            extension_of=lambda endpoint: self._records.directory().extension_of_endpoint(endpoint),
            name_of=self._records.name_of,
            callee_media=self._speaker.callee_media,
            desk_media=self._speaker.desk_media,
            operator=lambda: self._records.directory().site.operator,
            seconds_of=self._sounds.seconds_of,
            limits=self._records.limits,
        )

    async def _lend_greetings(self, stack: AsyncExitStack) -> None:
        """Let callers hear what people have recorded for them."""
        stack.push_async_callback(self._greeting_loans.close)
        try:
            await self._greeting_loans.refresh()
        except LedgerError as error:
            log.error("callers hear our own words instead of greetings", reason=str(error))

    def _code_desk(self, books: Books) -> CodeDesk:
        return code_desk(
            self._records,
            books,
            self._sounds,
            self._greeting_loans,
            self._absence_book(),
            self._returns,
            self._message_changed,
        )

    def _absence_book(self) -> LedgerAbsenceBook:
        return LedgerAbsenceBook(self._thread, self._records, self._lamps, self._clock, self._set_by_phone)

    def _set_by_phone(self, extension: str) -> None:
        """Somebody came or went by a code: there may be a mail to send, and a colleague to be rung."""
        self._outbox.wake()
        self._camp_ons.wake()
        self._day_rounds.people_changed([extension])

    def _something_noted(self) -> None:
        """There is something to deliver, and a call may be owed by a certain time."""
        self._outbox.wake()
        self._day_rounds.wake()
        self._owed_lamps.wake()

    async def _recover(self) -> None:
        site = self._records.directory().site
        recovery = Recovery(self._addressees, site.limits, self._clock, ids.owner, site.country)
        await recovery.run(self._thread, self._store, talking=await talking_calls(self._begun))

    async def _open_control(
        self, stack: AsyncExitStack, configuration: Configuration, changes: Mapping[str, Handler]
    ) -> None:
        control = ControlSocket(
            configuration.storage.folder,
            {"status": self._vital_status, "reload": self._reload_by_command, **changes},
        )
        await control.open()
        stack.push_async_callback(control.close)

    def _obey_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._begin_reload)

    # -- what changes meanwhile

    async def _connected(self) -> None:
        """After every (re)connect: lamps may be wrong, and Asterisk may keep recordings we have."""
        await self._refresh_lamps()
        await self._phones_watch.catch_up()
        await self._answered_watch.catch_up()
        self._camp_ons.wake()
        self._message_lamps.refresh_all()
        self._fallback_intake.wake()
        self._owed_lamps.refresh()
        await self._notebook.clear_leftovers()

    def _clock_jumped(self) -> None:
        """Who was away may be back, and what was to be done later may be due."""
        self._lamps.refresh()
        if self._ledger_trouble is None:
            self._day_rounds.people_changed()
            self._camp_ons.wake()
            self._outbox.wake()

    async def _refresh_lamps(self) -> None:
        self._lamps.refresh()

    def _message_changed(self, extension: str) -> None:
        """A message was saved, heard or deleted: the lamp shows what there is now."""
        self._message_lamps.refresh([extension])
        self._owed_lamps.wake()
        self._transcribing.wake()

    def _phone_event(self, event: protocol.CallEvent | protocol.PhoneEvent) -> None:
        self._phones_watch.take(event)
        self._answered_watch.take(event)

    def _phone_registered(self, endpoint: str) -> None:
        extension = self._records.directory().extension_of_endpoint(endpoint)
        if extension is not None:
            self._message_lamps.registered(extension)

    async def _count_messages(self, extensions: Collection[str] | None) -> Mapping[str, MessageCounts]:
        return await self._thread.read(partial(message_counts, extensions=extensions))

    async def _look_at_owed(self) -> Pressing:
        before = self._records.configuration.callbacks.remind_before
        return await self._thread.query(partial(pressing_calls, now=self._clock.now(), before=before))

    async def _stop_delivering(self, task: asyncio.Task[None]) -> None:
        """Let the attempt under way end: a mail broken off may go out twice."""
        self._outbox.stop()
        await asyncio.wait([task], timeout=LAST_ATTEMPT_SECONDS)
        await cancelled(task)
        await self._notebook.finish()

    async def _vital_status(self, _question: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """How everything is; what the ledger can't tell is left out."""
        facts = self._status()
        if self._ledger_trouble is None:
            with suppress(LedgerError):
                signs = await self._thread.query(partial(vital_signs, now=self._clock.now()))
                facts |= asdict(signs)
        return facts

    def _status(self) -> dict[str, Any]:
        status = self._link.status
        since = status.connected_since
        return {
            "pid": os.getpid(),
            "connected_since": since.isoformat() if since else None,
            "connected_seconds": (self._clock.now() - since).total_seconds() if since else None,
            "trouble": status.trouble,
            "ledger_trouble": self._ledger_trouble,
            "calls": status.calls,
            "events": status.events,
            "returned_forwards": status.returned_forwards,
            "too_many_calls": status.too_many_calls,
            "too_often": status.too_often,
            "lamps_set": self._lamps.settled,
            "message_lamps_set": self._message_lamps.settled,
            "names_ready": self._names_ready,
            "digest": self._records.configuration.digest,
            "mistakes": self._holder.mistakes,
            "people": len(self._records.directory().people),
            "tasks": len(asyncio.all_tasks()),
            **self._loop_watch.status(),
        }

    def _begin_reload(self) -> None:
        self._reload_task = asyncio.create_task(self._reload())

    def _files_saved(self) -> None:
        if self._records.configuration.watch.reload_on_change:
            self._begin_reload()

    async def _reload_by_command(self, _question: Mapping[str, Any]) -> Mapping[str, Any]:
        mistakes = await self._reload()
        waiting = [] if mistakes else list(waiting_for_a_start(self._begun, self._records.configuration))
        return {"mistakes": mistakes, "at_the_next_start": waiting}

    async def _reload(self) -> list[str]:
        """Take a new configuration as a whole, or say what is wrong with it and keep the old one; the mistakes."""
        async with self._reloading:
            self._saved_files.forget()
            with sparing_what_is_built():
                mistakes = await asyncio.to_thread(self._holder.reload)
            for mistake in mistakes:
                log.error("configuration.refused", mistake=mistake)
            if mistakes:
                self._measures.reloads_refused += 1
            else:
                self._measures.reloads_taken += 1
                await self._take_over(self._records.configuration)
        return mistakes

    async def _take_over(self, fresh: Configuration) -> None:
        log.info("configuration.taken", digest=fresh.digest)
        tell_warnings(fresh)
        tell_lacking(fresh)
        for name in waiting_for_a_start(self._begun, fresh):
            log.warning("takes effect at the next start: %s", name)
        self._deliver_through(self._notifiers(fresh))
        self._records.on_change()
        self._lamps.refresh()
        self._message_lamps.refresh_all()
        self._owed_lamps.refresh()
        if self._ledger_trouble is None:
            await self._phones_watch.subscribe()
            self._camp_ons.wake()
            self._transcribing.wake()
            self._day_rounds.people_changed()
            await self._housekeeping.watch_forwards()
        await self._prepare_names()
