"""Whoever comes back from an absence hears once what came meanwhile, and may go on to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from ari_absence.attendant.call import INSTANT_SECONDS, DeskCall
from ari_absence.attendant.status import Desk
from ari_absence.core.digests import Tally
from ari_absence.core.people import Person
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


async def say_news(
    call: DeskCall, book: ReturnBook, owner: Person, as_words: Callable[[News], WelcomeBack]
) -> tuple[News | None, str | None]:
    """Say it, unless there is nothing or it can't be looked up; gives it, and the key that has interrupted it.

    It counts as said once it was heard to its end, or a key wanted something else; who hangs up hears it the next time.
    """
    try:
        news = await book.news(owner.extension)
    except LedgerError:
        return None, None
    if news is None:
        return None, None
    key = await call.ask((as_words(news),), INSTANT_SECONDS)
    with suppress(LedgerError):  # rather said twice than never
        await book.note_said(news)
    return news, key


async def tell_news(desk: Desk, book: ReturnBook) -> str | None:
    """Say it, and ask what comes next if there is anything; gives the key by which they go on."""
    news, key = await say_news(desk.call, book, desk.person, words)
    if news is None or not (news.tally.messages or news.tally.callbacks):
        return None
    return key if key is not None else await desk.ask(StatusPhrase.WELCOME_MENU)
