"""Key 6: the site's own short answers, so that simple things are settled on the spot."""

from __future__ import annotations

from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Phrase, PublishedAnswer, QuestionChoice

BACK = "*"
QUESTION_ROUNDS = 20  # nobody needs more; a stuck key must not ask for ever


async def answer_questions(talk: Talk) -> None:
    """Offer the questions until the caller goes back to the menu or stays silent."""
    choices = {
        str(number): QuestionChoice(str(number), answer)
        for number, answer in enumerate(talk.directory.site.answers[:9], start=1)
    }
    answer: list[Phrase | PublishedAnswer] = []
    for _ in range(QUESTION_ROUNDS):
        key = await talk.ask(*answer, Phrase.QUESTIONS_MENU, *choices.values(), Phrase.QUESTIONS_BACK)
        if key is None or key == BACK:
            return
        answer = [PublishedAnswer(choices[key].answer)] if key in choices else [Phrase.NOT_UNDERSTOOD]
