"""Whoever comes back from an absence hears once what came meanwhile, and may go on to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ari_absence.attendant.status import Desk
from ari_absence.core.digests import Tally
from ari_absence.core.status_phrases import StatusPhrase, WelcomeBack
from ari_absence.errors import LedgerError


@dataclass(frozen=True, slots=True)
class News:
    """What came during an absence that is over, and was not said yet. ``away_id`` names the absence."""

    away_id: int
    tally: Tally


class ReturnBook(Protocol):
    """Where absences that are over are kept; ``app.returning`` implements it. Methods may raise ``LedgerError``."""

    async def news(self, extension: str) -> News | None:
        """What is to be said to somebody who is back; None: nothing, or they are still away."""

    async def note_said(self, news: News) -> None:
        """It was said, and is not said again."""


def words(news: News, *, in_mailbox: bool = False) -> WelcomeBack:
    """How it is said. A mailbox says itself how many messages there are."""
    tally = news.tally
    messages = None if in_mailbox else tally.messages
    return WelcomeBack(tally.callers, messages, tally.callbacks, tally.overdue, taken=bool(tally.taken))


async def tell_news(desk: Desk, book: ReturnBook) -> str | None:
    """Say it, unless there is nothing or it can't be looked up; gives the key by which they go on."""
    try:
        news = await book.news(desk.person.extension)
        if news is None:
            return None
        tally = news.tally
        goes_on = (StatusPhrase.WELCOME_MENU,) if tally.messages or tally.callbacks else ()
        key = await desk.ask(words(news), *goes_on)
        await book.note_said(news)
    except LedgerError:
        return None
    return key if goes_on else None
