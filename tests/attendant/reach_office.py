"""An office in which people forward, cover for each other and work elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.people import (
    Dialing,
    Directory,
    Handling,
    Kind,
    Person,
    PrivateNote,
    PrivateNumber,
    Team,
    Trunk,
)
from ari_absence.core.steps import Destination, Situation, Step, Way
from tests.attendant.conversation import SITE, person

ALICE_MOBILE = "+819012345678"
BEGIN, END = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
DIALING = Dialing(frozenset({"JP"}), (Trunk("PJSIP/{number}@trunk", own_number="+813555{extension}"),))


def steps(*words: str) -> tuple[Step, ...]:
    """One step a word; words joined by ``+`` ring together; ``mobile:7`` rings for 7 s."""
    return tuple(map(_step, words))


def _step(text: str) -> Step:
    words, _, seconds = text.partition(":")
    return Step(tuple(map(_destination, words.split("+"))), int(seconds) if seconds else None)


def _destination(word: str) -> Destination:
    known = {way.value for way in Way} - {Way.NAMED, Way.NUMBER}
    return Destination(Way(word)) if word in known else Destination(Way.NAMED, word)


def away(somebody: Person, kind: Kind, delegate: str | None = None) -> Person:
    """``somebody``, absent all day."""
    return replace(somebody, absences=(DatedAbsence(kind, BEGIN, END, delegate=delegate),))


ALICE = replace(
    person("101", "Alice Tanaka"),
    mobile=PrivateNumber(ALICE_MOBILE),
    manager="110",
    delegates=("102", "sales"),
)
KENJI = replace(person("102", "Kenji Ito"), may=PrivateNote("Confirm delivery dates."), delegates=("110",))
MORI = person("110", "Mori")
NIGHT = person("103", "Night Desk")
RECEPTION = person("100", "Reception")
Rules = Mapping[Kind, Handling] | Mapping[Situation, Handling] | Mapping[Kind | Situation, Handling]
SALES = Team("sales", "the sales desk", ("102", "103"))


def office(
    *people: Person,
    handling: Rules | None = None,
    teams: tuple[Team, ...] = (SALES,),
    dialing: Dialing = DIALING,
) -> Directory:
    """Everybody above, those in ``people`` instead of their namesakes."""
    everybody = {each.extension: each for each in (ALICE, KENJI, MORI, NIGHT, RECEPTION, *people)}
    rules: dict[Kind | Situation, Handling] = dict((handling or {}).items())
    return Directory(SITE, everybody, {team.key: team for team in teams}, rules, dialing)
