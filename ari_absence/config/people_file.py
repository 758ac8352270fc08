"""``people.yaml`` -> people and teams, read one by one so that ten thousand of them need little memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from ari_absence.config import checks, sentences
from ari_absence.config.absences_of import AbsenceReader
from ari_absence.config.delivery_of import DeliveryReader
from ari_absence.config.handling_of import handling_of, source_of
from ari_absence.config.hours_of import weekly_hours
from ari_absence.config.mistakes import FileMistakes, line_of, place
from ari_absence.config.outside_numbers import NO_SUCH_NUMBER, OutsideNumbers, number_of
from ari_absence.config.people_schema import PeopleFile, PersonShape, TeamShape
from ari_absence.config.reader import Block, Entry, Items
from ari_absence.config.references import ALWAYS, NEVER, WATCHED, Reference
from ari_absence.config.site_file import SiteDraft
from ari_absence.config.sound_part import checked
from ari_absence.config.steps_of import StepReader
from ari_absence.core.absences import Absence, DatedAbsence, bounds_of
from ari_absence.core.delivery_rules import NO_RULES, DeliveryRules
from ari_absence.core.hours import HolidayCalendar, WeeklyHours
from ari_absence.core.people import (
    Disclosure,
    Handling,
    Occasion,
    Person,
    PrivateNote,
    PrivateNumber,
    Source,
    Team,
)
from ari_absence.core.steps import Way

NAME = "people.yaml"
PIECEWISE = frozenset({"people", "teams"})
_AnyShape = TypeVar("_AnyShape", bound=BaseModel)


class PeopleReader:
    """Collects people, teams, and who names whom."""

    def __init__(self, site: SiteDraft, mistakes: FileMistakes) -> None:
        self._site = site
        self._mistakes = mistakes
        self._endpoints: dict[str, tuple[str, int]] = {}
        self._no_rights: frozenset[str] = frozenset()
        self._numbers = OutsideNumbers(site.dialing if site.judges_numbers else None, mistakes)
        self.people: dict[str, Person] = {}
        self.teams: dict[str, Team] = {}
        # Every extension and team that stands in the file, right or wrong, and where.
        self.named: dict[str, int] = {}
        self.named_teams: set[str] = set()
        # Whether all that were meant could be read; if not, who is named elsewhere may be among the others.
        self.complete = True
        self.references: list[Reference] = []

    def read(self, entries: Iterable[Entry]) -> None:
        """Take everything in; what is wrong is noted."""
        seen: dict[str, int] = {}
        mistakes_before = self._mistakes.count
        for entry in entries:
            seen.setdefault(entry.path[0], entry.value_at)
            if len(entry.path) == 2:
                self._read_piece(entry)
            elif entry.path[0] in PIECEWISE:
                self._read_whole(entry)
            else:
                sentence = sentences.unknown_key(entry.path[0], list(sentences.keys_of(PeopleFile)))
                self._mistakes.add(entry.key_at, sentence)
                self.complete = False
        self.complete = self.complete and not self.named_teams.issuperset(self.named)
        if not self.complete and self._mistakes.count == mistakes_before:
            self._note_nobody(seen.get("people"))

    def _note_nobody(self, at: int | None) -> None:
        if at is None:
            self._mistakes.add(place(1, 1), '"people" is missing here; add it, with everybody below it')
        else:
            self._mistakes.add(at, _HOLDS_NOBODY.format("people"))

    def _read_whole(self, entry: Entry) -> None:
        """A group with an anchor on it, or something that is no group at all."""
        if not isinstance(entry.value, Block):
            is_list = isinstance(entry.value, Items) and entry.value
            sentence = _IS_A_LIST if is_list else _HOLDS_NOBODY
            self._mistakes.add(entry.value_at, sentence.format(entry.path[0]))
            self.complete = False
            return
        for key, value in entry.value.items():
            places = entry.value.key_at(key), entry.value.value_at(key)
            self._read_piece(Entry((entry.path[0], key), *places, value))

    def _read_piece(self, entry: Entry) -> None:
        group, key = entry.path
        try:
            checks.key_of_people(key)
        except ValueError as error:
            self._mistakes.add(entry.key_at, str(error))
        if key in self.named:
            line = line_of(self.named[key])
            self._mistakes.add(
                entry.key_at, f'"{key}" is taken by line {line}; give one of them another name'
            )
            return
        self.named[key] = entry.key_at
        if group == "people":
            self._note_unlike_ours(key, entry.key_at)
            self._read_person(key, entry)
        else:
            self.named_teams.add(key)
            self._read_team(key, entry)

    def _note_unlike_ours(self, extension: str, at: int) -> None:
        """Warn of what no pattern fits: it is probably mistyped. Words are nobody's to dial."""
        patterns = self._site.internal
        if patterns and extension.isdigit() and not any(checks.fits_pattern(extension, p) for p in patterns):
            sentence = f"no pattern of dialing.internal fits {extension}; add one, or correct the extension"
            self._mistakes.warn(at, sentence)

    def _checked(self, shape: type[_AnyShape], entry: Entry) -> tuple[_AnyShape, Block] | tuple[None, None]:
        if not isinstance(entry.value, Block):
            sentence = f'"{entry.path[1]}" says nothing; write its keys indented below, at least name:'
            self._mistakes.add(entry.key_at if entry.value is None else entry.value_at, sentence)
            return None, None
        return checked(shape, entry.value, self._mistakes)

    def _source(self, at: int) -> Source:
        return Source(self._mistakes.file, line_of(at))

    def _read_team(self, key: str, entry: Entry) -> None:
        shape, block = self._checked(TeamShape, entry)
        if shape is None or block is None:
            return
        if len(shape.members) == len(entry.value["members"]):  # else nobody knows who is in it
            members = tuple(shape.members)
            self.teams[key] = Team(key, shape.name, members, shape.ring, self._source(entry.key_at))
        for member, at in zip(shape.members, block["members"].places, strict=True):
            self._refer(at, key, member, "member")

    def _refer(self, at: int, owner: str, target: str, role: str, bounds: tuple[int, int] = ALWAYS) -> None:
        self.references.append(Reference(self._mistakes.file, at, owner, intern(target), role, *bounds))

    def _read_person(self, extension: str, entry: Entry) -> None:
        shape, block = self._checked(PersonShape, entry)
        if shape is None or block is None:
            return
        zone = self._site.site.zone if shape.timezone is None else checks.known_zone(shape.timezone)
        steps = StepReader(extension, self._mistakes, self._numbers, self._lacks(extension, shape, block))
        absences = self._absences(shape, block, zone, steps)
        handling = self._handling(shape, block, steps)
        self.references += steps.references
        self._refer_all(extension, shape, block, absences)
        self._claim_phones(extension, shape, block)
        self.people[extension] = Person(
            extension=extension,
            name=shape.name,
            phones=tuple(shape.phones),
            zone=zone,
            hours=self._hours(shape, block),
            holidays=self._holidays(shape, block),
            email=shape.email,
            mobile=self._mobile(shape, block),
            manager=None if shape.manager is None else intern(shape.manager),
            delegates=tuple(map(intern, shape.delegates)),
            absences=tuple(filter(None, absences)),
            rights=frozenset(shape.rights) if shape.rights else self._no_rights,
            may=None if shape.may is None else PrivateNote(shape.may),
            disclosure=None if shape.disclosure is None else Disclosure(shape.disclosure),
            disclosure_source=source_of("disclosure", block, self._mistakes.file),
            handling=handling,
            source=self._source(entry.key_at),
            watches=tuple(map(intern, shape.watches)),
            delivery=self._delivery(shape, block),
        )

    def _delivery(self, shape: PersonShape, block: Block) -> DeliveryRules:
        if shape.delivery is None:
            return NO_RULES
        reader = DeliveryReader(self._mistakes, self._site.channels)
        return reader.read(shape.delivery.rules, shape.delivery.quiet, block["delivery"])

    def _lacks(self, extension: str, shape: PersonShape, block: Block) -> dict[Way, str]:
        lacks = _lacks(shape, block)
        if self._site.site.operator == extension:
            lacks[Way.OPERATOR] = f"{shape.name} is the operator"
        return lacks

    def _absences(
        self, shape: PersonShape, block: Block, zone: ZoneInfo, steps: StepReader
    ) -> Sequence[Absence | None]:
        if not shape.absences:
            return ()
        return AbsenceReader(zone, steps, self._mistakes).read_all(shape.absences, block["absences"])

    def _handling(self, shape: PersonShape, block: Block, steps: StepReader) -> Mapping[Occasion, Handling]:
        if not shape.handling:
            return _NO_HANDLING
        return handling_of(shape.handling, block["handling"], steps, self._site.handling)

    def _hours(self, shape: PersonShape, block: Block) -> WeeklyHours:
        if shape.hours is None:
            return self._site.hours
        return weekly_hours(block["hours"], self._mistakes, self._source(block.key_at("hours")))

    def _holidays(self, shape: PersonShape, block: Block) -> HolidayCalendar:
        calendars, site = self._site.calendars, self._site.site
        if not shape.holidays or not {"country", "region"}.isdisjoint(block.left_out):
            return calendars.none
        if site.holidays is not None and not (shape.country or shape.region):
            return site.holidays  # if there is anything wrong with it, that is said once
        country = shape.country or site.country
        region = shape.region if shape.region or shape.country else self._site.region
        try:
            return calendars.of(country, region)
        except ValueError as error:
            self._mistakes.add(block.value_at("region" if shape.region else "country"), str(error))
            return calendars.none

    def _mobile(self, shape: PersonShape, block: Block) -> PrivateNumber | None:
        if shape.mobile is None:
            return None
        try:
            checks.mobile_number(shape.mobile)
        except ValueError as error:
            self._mistakes.add(block.value_at("mobile"), str(error))
            return None
        country = self._site.site.country
        number = number_of(shape.mobile, country)
        if number is not None:
            self._numbers.judge(number, block.value_at("mobile"))
        elif country or shape.mobile.startswith("+"):
            self._mistakes.add(block.value_at("mobile"), NO_SUCH_NUMBER)
        return number

    def _claim_phones(self, extension: str, shape: PersonShape, block: Block) -> None:
        for index, phone in enumerate(shape.phones):
            at = block["phones"].places[index]
            owner, first = self._endpoints.setdefault(phone, (extension, at))
            if first != at:
                self._mistakes.add(
                    at,
                    f"{phone} is a phone of {owner} already (line {line_of(first)}); a phone has one owner",
                )

    def _refer_all(
        self, extension: str, shape: PersonShape, block: Block, absences: Sequence[Absence | None]
    ) -> None:
        if shape.manager is not None:
            self._refer(block.value_at("manager"), extension, shape.manager, "manager")
        if shape.delegates:
            for delegate, at in zip(shape.delegates, block["delegates"].places, strict=True):
                self._refer(at, extension, delegate, "delegate")
        if shape.watches:
            for watched, at in zip(shape.watches, block["watches"].places, strict=True):
                self._refer(at, extension, watched, WATCHED)
        for index, absence in enumerate(absences):
            cover = shape.absences[index].delegate
            if cover is not None:
                at = block["absences"][index].value_at("delegate")
                self._refer(at, extension, cover, "delegate", _bounds(absence))


_HOLDS_NOBODY = '"{}" holds nobody; write them indented below, each as "extension":'
_IS_A_LIST = (
    '"{}" is a list here; write what each is called by instead of a dash, and its keys indented below: '
    '"101":, and below it name:'
)
_NO_HANDLING: Mapping[Occasion, Handling] = {}


def _lacks(shape: PersonShape, block: Block) -> dict[Way, str]:
    """The ways that lead nowhere for this person, unless half of what is written could not be read."""
    needed = {Way.MOBILE: "mobile", Way.MANAGER: "manager"}
    missing = {
        way: key for way, key in needed.items() if getattr(shape, key) is None and key not in block.left_out
    }
    lacks = {way: f"{shape.name} has no {key}" for way, key in missing.items()}
    covered = shape.delegates or any(each.delegate for each in shape.absences)
    if not covered and {"delegates", "absences"}.isdisjoint(block.left_out):
        lacks[Way.DELEGATE] = f"{shape.name} has no delegates"
    return lacks


def _bounds(absence: Absence | None) -> tuple[int, int]:
    if absence is None:
        return NEVER
    return bounds_of(absence) if isinstance(absence, DatedAbsence) else ALWAYS
