"""A caller whom a colleague sent on, unasked, to somebody present who did not take the call: back to that colleague.
So with who was sent to where no caller is served, a code or an extension that nobody has.

Their phone rings, its display and a whisper say what this is, and one key decides. When they don't take it either,
the operator is rung, then the caller is served as anybody who did not get through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ari_absence.attendant import wishes
from ari_absence.attendant.call import Callee, Display, HuntEnd, Ring, Screening, Verdict
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.reach import Rung, hunt_through, keep_company, recalled_way, ring_noted
from ari_absence.attendant.take_message import take_message
from ari_absence.attendant.talk import Talk
from ari_absence.core.desk_phrases import RungUtterance
from ari_absence.core.people import Why
from ari_absence.core.phrases import Action, Fixed, Name, Phrase, Reaching, Utterance
from ari_absence.core.reception_phrases import ChoiceOfColleague, ReceptionPhrase, TransferRecall

CALLER, MESSAGE, COLLEAGUE = "1", "2", "4"

_SHOWN = {Why.NOANSWER: "no answer", Why.BUSY: "busy", Why.UNREACHABLE: "not reached"}


@dataclass(slots=True)
class _Choice:
    """What who was recalled wants done with the caller, besides taking or leaving the call."""

    colleague: bool = False


def is_recalled(talk: Talk) -> bool:
    """Whether the call is one that comes back."""
    if talk.call.astray:
        return True
    sender = talk.call.transferred_by
    return sender in talk.directory.people and sender != talk.call.extension and talk.call.why in _SHOWN


async def recall(talk: Talk) -> Outcome | None:
    """Ring who sent the caller here, then the operator. None: nobody took the call, and no wish was told."""
    if (outcome := await _followed(talk)) is not None:
        return outcome
    choice = _Choice()
    told: tuple[Phrase | Utterance, ...] = (_first_words(talk), *talk.way_out())
    for extension in _whom(talk):
        rings = [
            Ring(phone, _display(talk), _screening(talk, choice), left=(Fixed(Phrase.CALLER_LEFT),))
            for phone in talk.phones_of(extension)
        ]
        if not rings:
            continue
        seconds = talk.limits.transfer_recall_ring_seconds
        rung = Rung(recalled_way(talk, extension), extension)
        hunt = await ring_noted(talk, rung, rings, seconds, keep_company(talk, told, ringing=True))
        if choice.colleague:
            return await wishes.connect_colleague(talk)
        if hunt.end in wishes.DECIDED:
            return await _decided(talk, hunt.end)
        if hunt.end not in REFUSED:
            told = (Phrase.STILL_TRYING,)
    return None


REFUSED = frozenset({HuntEnd.BUSY, HuntEnd.UNREACHABLE})
"""Too soon for the caller to have heard what this is: it is told once more while the next phone rings."""


async def _decided(talk: Talk, end: HuntEnd) -> Outcome | None:
    """They have talked, or a message is to be taken."""
    if end is HuntEnd.TALKED:
        return await wishes.parted(talk)
    if end is HuntEnd.TO_MESSAGE:
        await talk.say(Phrase.CANNOT_TAKE_NOW)
    return await take_message(talk)


async def _followed(talk: Talk) -> Outcome | None:
    """The person's own follow-me comes first."""
    attempts = talk.decision.attempts
    if not attempts or talk.decision.rings_as_desk or talk.call.astray:
        return None
    talk.attempted = True
    end = await hunt_through(talk, attempts, Reaching(attempts[0].name), *talk.way_out())
    return await _decided(talk, end) if end in wishes.DECIDED else None


def _whom(talk: Talk) -> Iterator[str]:
    sender, operator = talk.call.transferred_by, talk.directory.site.operator
    if talk.call.astray:
        sender = talk.call.extension
    if sender is not None:
        yield sender
    if operator is not None and operator != sender and talk.offered(Action.OPERATOR):
        talk.gone_from_menu.add(Action.OPERATOR)  # once is enough
        yield operator


def _first_words(talk: Talk) -> Phrase:
    """Of who was sent where nobody is, nothing has rung that could have been answered."""
    return Phrase.WRONG_NUMBER if talk.call.astray else Phrase.CONNECTING_BACK


def _display(talk: Talk) -> Display:
    """``Recall Mori: no answer``."""
    if talk.call.astray:
        return Display(talk.call.caller.number, "Recall: wrong number")
    return Display(talk.call.caller.number, f"Recall {talk.decision.person.name}: {_SHOWN[talk.call.why]}")


def _screening(talk: Talk, choice: _Choice) -> Screening:
    """1 takes the caller back, 2 has a message taken, 4 has the colleague rung; anything else tells it again."""
    why = TransferRecall(Name.of(talk.decision.person), talk.call.why)
    spoken: list[RungUtterance] = [
        ReceptionPhrase.RECALL_WRONG_NUMBER if talk.call.astray else why,
        ReceptionPhrase.RECALL_MENU,
    ]
    if talk.decision.colleague and talk.offered(Action.COLLEAGUE):
        spoken.append(ChoiceOfColleague(talk.decision.colleague.name))

    async def screening(callee: Callee) -> Verdict | None:
        """Tell what this is, ``screen_rounds`` times at most; None: no key came."""
        for _ in range(talk.limits.screen_rounds):
            key = await callee.ask(spoken, talk.limits.screen_seconds)
            if key == CALLER:
                return Verdict.TAKE
            choice.colleague = key == COLLEAGUE and len(spoken) > len((TransferRecall, ReceptionPhrase))
            if key == MESSAGE or choice.colleague:
                await callee.say(Fixed(Phrase.THANK_YOU))
                return Verdict.TO_MESSAGE
        return None

    return screening
