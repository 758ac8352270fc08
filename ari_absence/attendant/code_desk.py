"""Whoever dials one of our codes: known by their phone, or by extension and PIN, and served by what they dialled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from ari_absence.attendant.absence_book import AbsenceBook
from ari_absence.attendant.call import DeskCall
from ari_absence.attendant.login import ask_pin, identify
from ari_absence.attendant.pins import PinBook
from ari_absence.attendant.status import Desk, choose_state, come_back, set_state, stay, tell_state, toggle
from ari_absence.attendant.welcome_back import ReturnBook, tell_news
from ari_absence.core.codes import Act, Codes, Command
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.people import Person
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.core.status_phrases import StatusPhrase

MENU_ROUNDS = 3
SET_OTHERS = "set_others"  # the right, in people.yaml, to set anybody's state
MESSAGES, CALLBACKS, STATE = "1", "2", "3"
LEAVE = ("*", "#")

Mailbox = Callable[[DeskCall, str | None], Awaitable[None]]
"""The mailbox of an extension; None: of any, which then is asked for with its PIN."""

NextCallback = Callable[[DeskCall, Person, str, str | None], Awaitable[None]]
"""The next callback that somebody owes, or the one with a code; the first text says who asks for it, and how."""


@dataclass(frozen=True, slots=True)
class House:
    """What serving codes needs of everything else. ``now`` gives the instant (UTC)."""

    book: AbsenceBook
    pins: PinBook
    mailbox: Mailbox
    next_callback: NextCallback
    now: Callable[[], datetime]
    returns: ReturnBook | None = None

    @property
    def codes(self) -> Codes:
        """The site's codes."""
        return self.book.in_force().directory.site.codes

    def person(self, extension: str | None) -> Person | None:
        """Whose extension it is."""
        return self.book.in_force().directory.people.get(extension or "")

    def desk(self, call: DeskCall, person: Person, by: str, *, named: bool = False) -> Desk:
        """A conversation about the state of ``person``."""
        return Desk(call, self.book, person, by, self.now, named)


async def serve(house: House, call: DeskCall) -> None:
    """Serve one code to its end. The call is over afterwards."""
    await call.answer()
    command = house.codes.parse(call.dialled)
    if command is None:
        await call.say(StatusPhrase.UNKNOWN_CODE)
    elif command.act is Act.ANY_MAILBOX and not call.caller.inside:
        await serve_outside(house, call)
    elif command.act in (Act.OWN_MAILBOX, Act.ANY_MAILBOX):
        await house.mailbox(call, call.caller.extension if command.act is Act.OWN_MAILBOX else None)
    else:
        await _serve_known(house, call, command)
    await call.hang_up()


async def serve_outside(house: House, call: DeskCall) -> None:
    """Whoever calls in from outside: extension and PIN, then messages and state."""
    owner = house.person(await identify(call, house.pins))
    if owner is None:
        return
    desk, news = house.desk(call, owner, f"PIN {owner.extension} from outside"), list[DeskUtterance]()
    for _ in range(MENU_ROUNDS):
        key = await desk.ask(*news, StatusPhrase.OUTSIDE_MENU)
        news = []
        match key:
            case key if key == MESSAGES:
                await house.mailbox(call, owner.extension)
            case key if key == STATE:
                await choose_state(desk)
            case key if key in LEAVE:
                break
            case str():
                news = [Fixed(Phrase.NOT_UNDERSTOOD)]
    await call.say(StatusPhrase.GOODBYE)


async def _serve_known(house: House, call: DeskCall, command: Command) -> None:
    """A code that needs to know who dialled it."""
    owner, by = house.person(call.caller.extension), f"phone {call.caller.extension}"
    if owner is None:
        await call.say(StatusPhrase.PHONE_OF_NOBODY)
        owner = house.person(await identify(call, house.pins))
        if owner is None:
            return
        by = f"PIN {owner.extension}"
    await _carry_out(house, call, owner, by, command)


async def _carry_out(house: House, call: DeskCall, owner: Person, by: str, command: Command) -> None:
    desk = house.desk(call, owner, by)
    match command:
        case Command(Act.BACK, typed=None):
            await come_back(desk)
            await _go_on(house, desk)
        case Command(Act.BACK, typed=str(typed)):
            await stay(desk, typed)
        case Command(Act.SET, kind, typed) if kind is not None:
            await set_state(desk, kind, typed)
        case Command(Act.OWN_STATE):
            await tell_state(desk)
        case Command(Act.TOGGLE, extension=extension) if extension == owner.extension:
            await toggle(desk, house.codes.toggle_kind)
        case Command(Act.TOGGLE):
            await call.say(StatusPhrase.NOT_YOUR_KEY)
        case Command(Act.NEXT_CALLBACK, owed=code):
            await house.next_callback(call, owner, by, code)
        case Command(Act.OTHER_STATE, extension=extension):
            await _serve_for_other(house, call, owner, by, extension)


async def _go_on(house: House, desk: Desk) -> None:
    """What came while they were away, and on to it if they like."""
    key = await tell_news(desk, house.returns) if house.returns is not None else None
    if key == MESSAGES:
        await house.mailbox(desk.call, desk.person.extension)
    elif key == CALLBACKS:
        await house.next_callback(desk.call, desk.person, desk.by, None)


async def _serve_for_other(
    house: House, call: DeskCall, owner: Person, by: str, extension: str | None
) -> None:
    """The state of somebody else: by right, or by that person's PIN."""
    other = house.person(extension)
    if other is None:
        await call.say(StatusPhrase.NOBODY_HAS_IT)
        return
    if SET_OTHERS not in owner.rights and other.extension != owner.extension:
        await call.say(StatusPhrase.PIN_OF_OWNER)
        if not await ask_pin(call, house.pins, other.extension):
            return
    await choose_state(house.desk(call, other, f"{by} for {other.extension}", named=True))
