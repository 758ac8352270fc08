"""Whoever comes back hears once what came meanwhile, within fifteen seconds, and may go on to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from ari_absence.attendant.welcome_back import News
from ari_absence.core.digests import Tally
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.core.status_phrases import StatusPhrase, StatusUtterance, WelcomeBack
from ari_absence.errors import CallerGone, EffectFailed, LedgerError
from ari_absence.installed import folder
from ari_absence.speech.english import English
from ari_absence.speech.language import CatalogueClip
from tests.attendant.desk_script import Dialled, Meanwhile, Step
from tests.attendant.mailbox_script import Session
from tests.attendant.reach_office import office

OFFICE = office()
SEVEN = Tally(callers=7, messages=3, callbacks=2, overdue=1, taken=1)
MENU = "For your messages, press one. For the calls to return, press two."
WELCOME = (
    "Welcome back. While you were away, seven people called. You have three new messages, and two calls to return. "
    "One of the calls is overdue. Your colleagues have talked with some of them."
)
SPOKEN_SECONDS_MAX = 15.0


@dataclass
class MemoryReturns:
    """Somebody's absence that is over. ``broken``: as a ledger that can't be used."""

    tally: Tally | None = SEVEN
    broken: bool = False
    said: list[int] = field(default_factory=list)

    async def news(self, extension: str) -> News | None:
        if self.broken:
            raise LedgerError("no space left")
        return None if self.tally is None or self.said else News(7, self.tally)

    async def note_said(self, news: News) -> None:
        self.said.append(news.away_id)


def dialled(*keys: Step, returns: MemoryReturns, **how: Any) -> Dialled:
    return Dialled("*30", *keys, office=OFFICE, returns=returns, **how)


async def test_coming_back_by_code_tells_what_came_and_offers_it() -> None:
    returns = MemoryReturns()
    desk = dialled(None, returns=returns)
    assert (await desk.serve())[1:] == [WELCOME, MENU]
    assert returns.said == [7]
    assert desk.mailboxes == []


async def test_one_goes_on_to_the_messages_and_two_to_the_calls_to_return() -> None:
    desk = dialled("1", returns=MemoryReturns())
    await desk.serve()
    assert desk.mailboxes == ["101"]
    desk = dialled("2", returns=MemoryReturns())
    assert (await desk.serve())[-1] == "There is nobody for you to call back."


async def test_it_is_said_once() -> None:
    returns = MemoryReturns()
    await dialled(None, returns=returns).serve()
    assert WELCOME not in await dialled(returns=returns).serve()


async def test_who_hangs_up_before_it_is_said_hears_it_the_next_time() -> None:
    for step in range(3):
        returns = MemoryReturns()
        with pytest.raises(CallerGone):
            await dialled(None, returns=returns, gone_after_steps=step).serve()
        assert returns.said == []


async def test_who_hangs_up_after_it_was_said_does_not_hear_it_again() -> None:
    returns = MemoryReturns()
    with pytest.raises(CallerGone):
        await dialled(None, returns=returns, gone_after_steps=3).serve()
    assert returns.said == [7]


async def test_a_key_that_interrupts_it_goes_on_at_once() -> None:
    returns = MemoryReturns()
    desk = dialled(Meanwhile("1"), returns=returns)
    assert MENU not in await desk.serve()
    assert desk.mailboxes == ["101"]
    assert returns.said == [7]


async def test_a_mailbox_that_is_left_during_the_welcome_says_it_the_next_time() -> None:
    said = []
    for step in range(3):
        session = Session("#", gone_after_steps=step)
        session.talk.returns = returns = MemoryReturns()
        await session.hold()
        said.append(returns.said)
    assert said == [[], [7], [7]]


async def test_from_the_welcome_of_a_mailbox_two_leads_to_the_calls_that_are_owed() -> None:
    for keys in (["2", "#"], [Meanwhile("2"), "#"]):
        session = Session(*keys)
        session.book.calls_owed = 2
        session.talk.returns = MemoryReturns()
        await session.hold()
        assert session.returned == ["phone 101"]
    session = Session("#")
    session.book.calls_owed = 2
    session.talk.returns = MemoryReturns()
    await session.hold()
    assert session.call.said[0].startswith("Welcome back.")
    assert MailboxPhrase.TO_RETURN_CALLS in session.heard


async def test_asterisk_that_refuses_leaves_it_for_the_next_time() -> None:
    returns = MemoryReturns()
    with pytest.raises(EffectFailed):
        await dialled(None, returns=returns, failing_step=2).serve()
    assert returns.said == []


async def test_nothing_is_offered_that_there_is_not() -> None:
    desk = dialled(None, returns=MemoryReturns(Tally()))
    said = await desk.serve()
    assert said[-1] == (
        "Welcome back. While you were away, nobody called. You have no new messages, and no calls to return."
    )


async def test_a_ledger_that_can_not_be_read_keeps_nobody_from_coming_back() -> None:
    assert await dialled(returns=MemoryReturns(broken=True)).serve() == ["You are present."]


async def test_the_mailbox_opens_with_it() -> None:
    returns = MemoryReturns()
    session = Session("#")
    session.talk.returns = returns
    await session.hold()
    assert session.call.said[0] == (
        "Welcome back. While you were away, seven people called. One of the calls is overdue. "
        "Your colleagues have talked with some of them."
    )
    assert returns.said == [7]


async def test_a_mailbox_opens_without_it_when_it_can_not_be_read() -> None:
    session = Session("#")
    session.talk.returns = MemoryReturns(broken=True)
    await session.hold()
    assert not session.call.said[0].startswith("Welcome back")


def seconds_of(*utterances: StatusUtterance) -> float:
    """How long it takes to say, by the lengths of the sounds."""
    manifest = json.loads((folder("sounds") / "en" / "manifest.json").read_text())["clips"]
    clips = [clip for each in utterances for clip in English().clips(each)]
    assert all(isinstance(clip, CatalogueClip) for clip in clips)
    return sum(
        float(manifest[clip.id]["duration_seconds"]) for clip in clips if isinstance(clip, CatalogueClip)
    )


def test_the_longest_welcome_is_said_within_fifteen_seconds() -> None:
    numbers = (0, 1, 7, 10)
    longest = max(
        seconds_of(WelcomeBack(*counts, taken=True))
        for counts in product(numbers, numbers, numbers, (0, 1, 2))
    )
    assert longest <= SPOKEN_SECONDS_MAX
    assert StatusPhrase.WELCOME_MENU
