"""``absence.yaml`` -> the site, its hours, holidays and handling, and the settings of the rooms around."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from ari_absence.config import checks, public_holidays, settings, times
from ari_absence.config.codes_of import codes_of
from ari_absence.config.delivery_of import DeliveryReader, acknowledging, channels_of, hooks_of
from ari_absence.config.dialing_of import DialingReader, unknown_country
from ari_absence.config.digests_of import digests_of, reminder_rules_of
from ari_absence.config.handling_of import handling_of, source_of
from ari_absence.config.hours_of import weekly_hours
from ari_absence.config.mistakes import FileMistakes, line_of
from ari_absence.config.monitoring_of import listen_of
from ari_absence.config.outside_numbers import OutsideNumbers
from ari_absence.config.reader import Block, Entry, no_value
from ari_absence.config.references import Reference
from ari_absence.config.site_schema import AbsenceFile, SiteDayShape
from ari_absence.config.sound_part import checked
from ari_absence.config.steps_of import StepReader
from ari_absence.config.transcription_of import transcription_of
from ari_absence.core.codes import Codes
from ari_absence.core.delivery_rules import NO_RULES, DeliveryRules
from ari_absence.core.hours import Holiday, HolidayCalendar, WeeklyHours
from ari_absence.core.people import (
    Dialing,
    Disclosure,
    Handling,
    Limits,
    Occasion,
    Site,
    SiteAnswer,
    Source,
)
from ari_absence.core.reminding import ReminderRules
from ari_absence.core.steps import Way

NAME = "absence.yaml"


class Calendars:
    """Holiday calendars by country and region; one object for everybody under the same one."""

    def __init__(self, days: Mapping[date, Holiday], *, public: bool) -> None:
        self._days = days
        self._public = public
        self._made: dict[tuple[str, str | None], HolidayCalendar] = {}
        self.none = HolidayCalendar()

    def of(self, country: str, region: str | None) -> HolidayCalendar:
        """The calendar of a place; an empty one for the country "", which stands for one nobody knows.

        Raises:
            ValueError: the country or region is not known; the text is a sentence.
        """
        if not country:
            return self.none
        made = self._made.get((country, region))
        if made is None:
            names = public_holidays.names_by_year(country, region) if self._public else None
            place = country if region is None else f"{country}, {region}"
            made = HolidayCalendar(self._days, names, Source(f"public holidays of {place}"))
            self._made[country, region] = made
        return made


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What ``absence.yaml`` says, before it is known whether the people agree with it.

    ``judges_numbers``: whether ``dialing`` is as it was meant, so that numbers can be judged by it. ``internal``:
    patterns of the office's own extensions. ``channels``: all that things can be delivered by; None: nobody knows.
    """

    site: Site
    hours: WeeklyHours
    calendars: Calendars
    handling: Mapping[Occasion, Handling]
    pbx: settings.PbxSettings
    delivery: settings.DeliverySettings
    dialing: Dialing
    storage: settings.StorageSettings
    mailbox: settings.MailboxSettings = field(default_factory=settings.MailboxSettings)
    transcription: settings.TranscriptionSettings | None = None
    callbacks: ReminderRules = field(default_factory=ReminderRules)
    digests: settings.DigestSettings = field(default_factory=settings.DigestSettings)
    watch: settings.WatchSettings = field(default_factory=settings.WatchSettings)
    region: str | None = None
    references: tuple[Reference, ...] = ()
    judges_numbers: bool = False
    internal: tuple[str, ...] = ()
    delivery_rules: DeliveryRules = NO_RULES
    channels: frozenset[str] | None = None


def stand_in() -> SiteDraft:
    """A site to check the people against when ``absence.yaml`` itself can't be used. Never taken."""
    return SiteDraft(
        site=Site("", ZoneInfo("UTC"), ""),
        hours=WeeklyHours(),
        calendars=Calendars({}, public=False),
        handling={},
        pbx=settings.PbxSettings("", ""),
        delivery=settings.DeliverySettings(),
        dialing=Dialing(),
        storage=settings.StorageSettings(),
    )


def read(entries: list[Entry], mistakes: FileMistakes) -> SiteDraft | None:
    """The site, as far as it makes sense; for everything else a mistake is noted."""
    written = _root(entries, mistakes)
    shape, root = checked(AbsenceFile, written, mistakes)
    if shape is None or root is None:
        return None
    whole = "dialing" not in root.left_out and written.get("dialing") == root.get("dialing")
    return _SiteReader(shape, root, mistakes).draft(dialing_is_whole=whole)


def _root(entries: list[Entry], mistakes: FileMistakes) -> Block:
    root = Block(entries[0].key_at if entries else 1)
    for entry in entries:
        key = entry.path[0]
        if entry.value is None:
            mistakes.add(entry.key_at, no_value(key))
            root.left_out += (key,)
        else:
            root[key] = entry.value
            root.places += (entry.key_at, entry.value_at)
    return root


class _SiteReader:
    def __init__(self, shape: AbsenceFile, root: Block, mistakes: FileMistakes) -> None:
        self._shape = shape
        self._root = root
        self._mistakes = mistakes
        self._references: list[Reference] = []

    def draft(self, *, dialing_is_whole: bool) -> SiteDraft:
        shape = self._shape
        hours = weekly_hours(self._root.below("hours"), self._mistakes, self._source("hours"))
        calendars = Calendars(self._site_days(), public=shape.holidays.public)
        dialing = DialingReader(
            shape.dialing, self._root.below("dialing"), self._mistakes, shape.site.country
        )
        allowed = dialing.read()
        judges_numbers = dialing_is_whole and dialing.sound
        self._check_limits()
        self._check_keys()
        return SiteDraft(
            site=self._site(hours, calendars),
            hours=hours,
            calendars=calendars,
            handling=self._handling(allowed if judges_numbers else None),
            pbx=self._pbx(),
            delivery=self._delivery(),
            dialing=allowed,
            storage=self._storage(),
            mailbox=self._mailbox(),
            transcription=self._transcription(),
            callbacks=reminder_rules_of(self._shape.callbacks, self._root.below("callbacks"), self._mistakes),
            digests=digests_of(self._shape.digests),
            watch=self._watch(),
            region=shape.site.region,
            references=(*self._operator(), *self._references),
            judges_numbers=judges_numbers,
            internal=tuple(shape.dialing.internal),
            delivery_rules=self._delivery_rules(),
            channels=self._channels(),
        )

    def _source(self, key: str) -> Source:
        return Source(self._mistakes.file, line_of(self._root.key_at(key)))

    def _source_of(self, key: str) -> Source:
        return source_of(key, self._root.below("site"), self._mistakes.file)

    def _site(self, hours: WeeklyHours, calendars: Calendars) -> Site:
        site, country = self._shape.site, self._country()
        return Site(
            company=site.company,
            zone=checks.known_zone(site.timezone),
            country=country,
            language=site.language,
            operator=site.operator,
            operator_source=self._source_of("operator"),
            disclosure=Disclosure(site.disclosure),
            disclosure_source=self._source_of("disclosure"),
            answers=self._answers(),
            limits=self._limits(),
            keys=self._shape.keys.model_dump(),
            hours=hours,
            holidays=self._own_calendar(country, calendars),
            codes=self._codes(),
        )

    def _codes(self) -> Codes:
        shape, block = self._shape, self._root.below("codes")
        internal = shape.dialing.internal
        return codes_of(shape.codes, block, internal, self._mistakes, freepbx=shape.pbx.freepbx)

    def _limits(self) -> Limits:
        limits = self._shape.limits
        again = tuple(limits.urgent_again_minutes)
        return Limits(**limits.model_dump(exclude={"urgent_again_minutes"}), urgent_again_minutes=again)

    def _handling(self, dialing: Dialing | None) -> Mapping[Occasion, Handling]:
        lacks = {} if self._shape.site.operator else {Way.OPERATOR: "the site names no operator"}
        reader = StepReader("", self._mistakes, OutsideNumbers(dialing, self._mistakes), lacks)
        handling = handling_of(self._shape.handling, self._root.below("handling"), reader, {})
        self._references += reader.references
        return handling

    def _answers(self) -> tuple[SiteAnswer, ...]:
        blocks = self._root.get("answers", [])
        return tuple(
            SiteAnswer(answer.title, answer.text, Source(self._mistakes.file, line_of(block.at)))
            for answer, block in zip(self._shape.answers, blocks, strict=True)
        )

    def _country(self) -> str:
        """The site's country, or "" if nobody knows it: then no holiday and no number can be judged."""
        import phonenumbers

        country, block = self._shape.site.country, self._root.below("site")
        if country in phonenumbers.SUPPORTED_REGIONS:
            return country
        if "country" in block:
            sentence = unknown_country(country, phonenumbers.SUPPORTED_REGIONS)
            self._mistakes.add(block.value_at("country"), sentence)
        return ""

    def _own_calendar(self, country: str, calendars: Calendars) -> HolidayCalendar:
        region, block = self._shape.site.region, self._root.below("site")
        try:
            return calendars.of(country, region)
        except ValueError as error:
            wrong = "region" if "region" in str(error) and region else "country"
            self._mistakes.add(block.value_at(wrong), str(error))
            return calendars.none

    def _site_days(self) -> dict[date, Holiday]:
        days: dict[date, Holiday] = {}
        blocks = self._root.below("holidays").get("days", [])
        for shape, block in zip(self._shape.holidays.days, blocks, strict=True):
            for day in self._days_of(shape, block):
                if day in days:
                    self._mistakes.add(
                        block.at,
                        f"{day} is in the days of line {days[day].source.line}, too; let one end before the other",
                    )
                    break
                days[day] = Holiday(shape.name, Source(self._mistakes.file, line_of(block.at)))
        return days

    def _days_of(self, shape: SiteDayShape, block: Block) -> list[date]:
        first = times.date_of(shape.from_)
        last = first if shape.until is None else times.date_of(shape.until)
        if last < first:
            line = line_of(block.value_at("from"))
            self._mistakes.add(
                block.value_at("until"), f'"until" is before the "from" of line {line}; write a later day'
            )
        if (last - first).days > _SITE_DAYS_MAX:
            self._mistakes.add(
                block.value_at("until"), f"more than {_SITE_DAYS_MAX} days; write an earlier day"
            )
            return []
        return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]

    def _check_limits(self) -> None:
        limits, block = self._shape.limits, self._root.below("limits")
        for lower, upper in _ORDERED_LIMITS:
            known = {lower, upper}.isdisjoint(block.left_out)
            if known and getattr(limits, lower) > getattr(limits, upper):
                key = lower if lower in block else upper
                self._mistakes.add(block.value_at(key), f"{lower} is above {upper}; make it smaller")

    def _check_keys(self) -> None:
        used: dict[str, str] = {}
        block = self._root.below("keys")
        for action, key in self._shape.keys.model_dump(exclude=set(block.left_out)).items():
            other = used.setdefault(key, action)
            if other != action:
                at = block.value_at(action if action in block else other)
                self._mistakes.add(
                    at, f'key "{key}" would mean both {other} and {action}; choose another key'
                )

    def _operator(self) -> tuple[Reference, ...]:
        operator = self._shape.site.operator
        if operator is None:
            return ()
        at = self._root.below("site").value_at("operator")
        return (Reference(self._mistakes.file, at, "", operator, "operator"),)

    def _storage(self) -> settings.StorageSettings:
        folder = Path(self._shape.storage.folder)
        file = next((each for each in (folder, *folder.parents) if _is_file(each)), None)
        if file is not None:
            at = self._root.below("storage").value_at("folder")
            self._mistakes.add(at, f"{file} is a file; name a folder, or move the file away")
        shape = self._shape.storage
        return settings.StorageSettings(folder, shape.keep_days, shape.deleted_keep_hours)

    def _transcription(self) -> settings.TranscriptionSettings | None:
        return transcription_of(self._shape.transcription, self._root.below("transcription"), self._mistakes)

    def _watch(self) -> settings.WatchSettings:
        listen = listen_of(self._shape.monitoring, self._root.below("monitoring"), self._mistakes)
        return settings.WatchSettings(listen, self._shape.reload.on_change)

    def _mailbox(self) -> settings.MailboxSettings:
        return settings.MailboxSettings(self._shape.mailbox.pin_from_own_phone)

    def _pbx(self) -> settings.PbxSettings:
        pbx = self._shape.pbx
        ami = None if pbx.ami is None else checks.split_host_and_port(pbx.ami)
        if pbx.message_lamp == "ami" and ami is None:
            at = self._root.below("pbx").value_at("message_lamp")
            self._mistakes.add(at, "message_lamp: ami needs the manager's address; write ami: 127.0.0.1:5038")
        return settings.PbxSettings(
            pbx.ari_url.rstrip("/"),
            pbx.app,
            ami,
            Path(pbx.sounds) if pbx.sounds else None,
            pbx.message_lamp,
            pbx.mailbox_context,
        )

    def _delivery(self) -> settings.DeliverySettings:
        shape = self._shape.delivery
        email, hooks = shape.email, self._root.below("delivery").below("hooks")
        found = hooks_of(shape.hooks, hooks, self._mistakes)
        acknowledge = acknowledging(shape.acknowledge, found, self._root.below("delivery"), self._mistakes)
        if email is None:
            return settings.DeliverySettings(hooks=found, acknowledge=acknowledge)
        host, port = checks.split_host_and_port(email.smtp)
        return settings.DeliverySettings(
            settings.EmailSettings(host, port, email.from_, email.attach_audio, email.encryption),
            found,
            acknowledge,
        )

    def _delivery_rules(self) -> DeliveryRules:
        shape, block = self._shape.delivery, self._root.below("delivery")
        return DeliveryReader(self._mistakes, self._channels()).read(shape.rules, shape.quiet, block)

    def _channels(self) -> frozenset[str] | None:
        if "delivery" in self._root.left_out:
            return None
        return channels_of(self._shape.delivery.hooks, self._root.below("delivery"))


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # what can't be seen from here may be a folder of the service's own
        return path.is_file()
    return False


_SITE_DAYS_MAX = 366
_ORDERED_LIMITS = (
    ("number_digits_min", "number_digits_max"),
    ("message_min_seconds", "message_max_seconds"),
    ("messages_warning", "messages_per_person"),
)
