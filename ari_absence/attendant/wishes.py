"""Carrying out what the caller chose, and taking leave."""

from __future__ import annotations

from collections.abc import Sequence

from ari_absence.attendant.after_all import decide_as_from_the_desk
from ari_absence.attendant.call import FREE, HuntEnd
from ari_absence.attendant.callback_request import request_callback
from ari_absence.attendant.general_questions import answer_questions
from ari_absence.attendant.names import forget_name, know_name, record_name
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.attendant.reach import hunt_through, ring_desk
from ari_absence.attendant.take_message import take_message
from ari_absence.attendant.talk import Talk
from ari_absence.core.ladder import Attempt
from ari_absence.core.phrases import Action, ConnectingWith, Fixed, Phrase, Reaching, Utterance
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

DECIDED = frozenset({HuntEnd.TALKED, HuntEnd.TO_MESSAGE, HuntEnd.CALLER_CHOSE})
CALL_AGAIN = "1"
CALL_AGAIN_SECONDS = 3.0  # who has no use for the key waits no longer for the thanks
WAITING_ROUNDS = 20  # eight minutes; after that a message serves the caller better


async def fulfil(talk: Talk, action: Action) -> Outcome | None:
    """Do what was chosen. None means: back to the menu."""
    match action:
        case Action.CALLBACK:
            return await request_callback(talk)
        case Action.JUST_CALLED:
            return await note_the_call(talk)
        case Action.QUESTIONS:
            await answer_questions(talk)
            return None
        case Action.OPERATOR:
            return await connect_operator(talk)
        case Action.COLLEAGUE:
            return await connect_colleague(talk)
        case Action.URGENT:
            return await reach_urgently(talk)
        case Action.WAIT:
            return await wait_for_the_line(talk)
        case Action.CAMP_ON:
            return await ask_to_be_rung(talk)
        case _:
            return await take_message(talk, straight=action is Action.BEEP)


async def note_the_call(talk: Talk) -> Outcome:
    """The caller only wants it known that they called: their name, a thank-you, and the note."""
    await record_name(talk)
    again = await _will_call_again(talk)
    wish = Wish.WILL_CALL_AGAIN if again else Wish.JUST_CALLED
    note = talk.callback(wish, talk.call.caller.number)
    thanks = Phrase.WILL_CALL_AGAIN_NOTED if again else Phrase.CALL_NOTED
    return await talk.write_down(note, Outcome.JUST_CALLED, thanks)


async def _will_call_again(talk: Talk) -> bool:
    """One key says so; who hangs up, or presses nothing, has said what they want already."""
    try:
        return await talk.call.ask([Fixed(Phrase.WILL_CALL_AGAIN_MENU)], CALL_AGAIN_SECONDS) == CALL_AGAIN
    except (CallerGone, EffectFailed):
        return False


async def ask_to_be_rung(talk: Talk) -> Outcome | None:
    """Key 8, for colleagues: to be rung when the person is back."""
    by = talk.call.caller.extension
    if by is None or talk.camp_ons is None or not await talk.camp_ons.ask_for(talk.call.extension, by):
        talk.gone_from_menu.add(Action.CAMP_ON)
        talk.news.append(Phrase.CALL_NOT_NOTED)
        return None
    talk.settled = Outcome.CAMPED_ON
    await talk.say(Phrase.CAMP_ON_NOTED)
    await talk.call.hang_up()
    return Outcome.CAMPED_ON


async def connect_operator(talk: Talk) -> Outcome | None:
    """Ring the operator; when nobody answers, say so and offer what is left."""
    operator = talk.directory.site.operator
    if operator is None:
        return None
    await talk.say(Phrase.CONNECTING)
    end = await ring_desk(talk, operator, talk.limits.operator_ring_seconds)
    if end is HuntEnd.TALKED:
        return await parted(talk)
    if end is HuntEnd.CALLER_CHOSE:
        return await take_message(talk)
    talk.gone_from_menu.add(Action.OPERATOR)
    talk.news.append(Phrase.OPERATOR_NOT_REACHED)
    return None


async def rings_as_the_desk(talk: Talk) -> Outcome | None:
    """Ring what stands for the desk phone, before anything is said. None: nobody took or refused the call for good."""
    match await hunt_through(talk, talk.decision.attempts):
        case HuntEnd.TALKED:
            return await parted(talk)
        case HuntEnd.TO_MESSAGE:
            await talk.call.answer()
            await talk.say(*talk.decision.greeting)
            return await take_message(talk)
        case end:
            await decide_as_from_the_desk(talk, end)
            return None


async def reach_at_once(talk: Talk, greeting: Sequence[Utterance]) -> Outcome | None:
    """Greet, tell the caller whom we try to reach, and try. None: nobody was reached, and that was said."""
    if await talk.tell(*greeting):
        return await take_message(talk)
    end = await _ring_unasked(talk)
    if end not in DECIDED and await decide_as_from_the_desk(talk, end) and talk.decision.attempts:
        end = await _ring_unasked(talk)
    return await _go_on(talk, end)


async def _ring_unasked(talk: Talk) -> HuntEnd:
    attempts = talk.decision.attempts
    who = attempts[0].name
    return await _ring(talk, attempts, Reaching(who) if attempts[0].tries_person else ConnectingWith(who))


async def connect_colleague(talk: Talk) -> Outcome | None:
    """Key 4: the colleague that was offered by name."""
    help_ = talk.decision.colleague
    if help_ is None:
        return None
    talk.gone_from_menu.add(Action.COLLEAGUE)
    return await _go_on(talk, await _ring(talk, help_.attempts, ConnectingWith(help_.name)))


async def reach_urgently(talk: Talk) -> Outcome | None:
    """Key 5: the urgent ladder; when nobody is reached, a message that is urgent."""
    talk.gone_from_menu.add(Action.URGENT)
    await talk.mark_urgent()  # from now on: who hangs up while phones ring has said so, too
    end = await _ring(talk, talk.decision.urgent, Fixed(Phrase.REACHING_SOMEBODY))
    if end is HuntEnd.TALKED:
        return await parted(talk)
    if end is not HuntEnd.CALLER_CHOSE:
        await talk.say(Phrase.CANNOT_TAKE_NOW if end is HuntEnd.TO_MESSAGE else Phrase.URGENT_NOT_REACHED)
    return await take_message(talk, urgent=True)


async def _go_on(talk: Talk, end: HuntEnd) -> Outcome | None:
    """After phones have rung. None: nobody was reached, and that is said; back to the menu."""
    match end:
        case HuntEnd.TALKED:
            return await parted(talk)
        case HuntEnd.TO_MESSAGE:
            await talk.say(Phrase.CANNOT_TAKE_NOW)
            return await take_message(talk)
        case HuntEnd.CALLER_CHOSE:
            return await take_message(talk)
        case _:
            talk.news.append(Phrase.NOT_REACHED)
            return None


async def _ring(talk: Talk, attempts: Sequence[Attempt], told: Utterance) -> HuntEnd:
    if any(leg.screened for attempt in attempts for leg in attempt.legs):
        await know_name(talk)
        await _count_calls(talk)
    return await hunt_through(talk, attempts, told, *talk.way_out())


async def _count_calls(talk: Talk) -> None:
    caller = talk.call.caller
    if caller.number is None:
        return
    try:
        talk.calls_today = await talk.notebook.calls_today(caller.number, talk.call.extension)
    except LedgerError:
        return  # the callee is not told how often; the call goes on


async def wait_for_the_line(talk: Talk) -> Outcome | None:
    """Key 7, while the person is on the phone: music until the line is free, and every so often the choice again."""
    phones = talk.phones_of(talk.call.extension)
    for _ in range(WAITING_ROUNDS):
        key = await talk.call.wait(talk.limits.busy_ask_seconds, phones)
        if key == FREE:
            await talk.say(Phrase.LINE_IS_FREE)
            end = await ring_desk(talk, talk.call.extension, talk.limits.desk_ring_seconds)
            if end is HuntEnd.TALKED:
                return await parted(talk)
            if end is HuntEnd.CALLER_CHOSE:
                return await take_message(talk)
            news = Phrase.STILL_BUSY if end is HuntEnd.BUSY else Phrase.NOT_REACHED
            key = await talk.ask(news, *talk.menu())
        elif key is None:
            key = await talk.ask(Phrase.STILL_BUSY, *talk.menu())
        action = talk.offered(talk.decision.action_for(key)) if key else None
        if action not in (None, Action.WAIT, Action.REPEAT):
            return await fulfil(talk, action)
    talk.gone_from_menu.add(Action.WAIT)
    return None


async def parted(talk: Talk) -> Outcome:
    """Caller and callee have talked; nothing is left to do."""
    await forget_name(talk)
    await talk.call.hang_up()
    return Outcome.CONNECTED
