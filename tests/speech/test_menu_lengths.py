"""How long the menus at a desk phone speak: the longest that each can be, by the sounds that ship."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.mailbox_phrases import MailboxPhrase as Say
from ari_absence.core.status_phrases import StatusPhrase
from ari_absence.speech.audio import read_wav
from ari_absence.speech.english import English
from ari_absence.speech.language import CatalogueClip
from ari_absence.speech.manifest import SUFFIX

SOUNDS = Path(__file__).parents[2] / "sounds" / "en"
MENU_SECONDS_MAX = 8.0  # a listener keeps three or four choices in mind, and has a phone in the hand

MENUS: tuple[Sequence[DeskUtterance], ...] = (
    (Say.TO_LISTEN, Say.TO_RETURN_CALLS, Say.FOR_MORE),
    (Say.TO_LISTEN, Say.TO_CHANGE_FOLDERS, Say.FOR_MORE),
    (Say.TO_RETURN_CALLS, Say.FOR_OPTIONS, Say.TO_LEAVE),
    (Say.TO_CHANGE_FOLDERS, Say.FOR_OPTIONS, Say.FOR_HELP, Say.TO_LEAVE),
    (Say.TO_CALL_BACK, Say.TO_DELETE, Say.FOR_NEXT, Say.FOR_MORE),
    (Say.TO_DELETE, Say.TO_SAVE, Say.FOR_NEXT, Say.FOR_MORE),
    (Say.IS_DELETED, Say.TO_GET_BACK, Say.FOR_NEXT, Say.FOR_MORE),
    (Say.TO_CALL_BACK, Say.TO_HEAR_AGAIN, Say.TO_FORWARD, Say.TO_HEAR_ENVELOPE),
    (Say.TO_HEAR_AGAIN, Say.TO_FORWARD, Say.TO_HEAR_ENVELOPE, Say.TO_MARK_DONE),
    (Say.TO_NEW, Say.TO_OLD, Say.TO_SAVED),
    (Say.OPTIONS,),
    (Say.NAME_MENU,),
    (Say.NAME_REVIEW,),
    (Say.GREETING_KINDS,),
    (Say.MORE_GREETING_KINDS,),
    (Say.GREETING_MENU,),
    (Say.GREETING_REVIEW,),
    (Say.GREETING_UNTIL,),
    (Say.FORWARD_MENU,),
    (Say.INTRODUCTION_REVIEW,),
    (StatusPhrase.WHICH_STATE,),
    (StatusPhrase.OUTSIDE_MENU,),
)


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu[0].value)
def test_a_menu_at_a_desk_phone_is_short(menu: Sequence[DeskUtterance]) -> None:
    assert sum(map(seconds_of, menu)) < MENU_SECONDS_MAX


def seconds_of(utterance: DeskUtterance) -> float:
    """How long it takes to say it."""
    clips = [clip for clip in English().clips(utterance) if isinstance(clip, CatalogueClip)]
    sounds = [read_wav(SOUNDS / f"{clip.id}{SUFFIX}") for clip in clips]
    return sum(len(sound.samples) / sound.rate_hz for sound in sounds)
