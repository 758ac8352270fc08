"""What a language must be able to do: turn an utterance into the clips that say it, and into prose.

The seam for further languages: write a module like ``english``, enter it in ``languages``, build its
sounds. Nothing else in the program knows a word of English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.facts import PrivateNote
from ari_absence.core.people import Directory
from ari_absence.core.phrases import CalleeUtterance, Utterance

AnyUtterance = Utterance | CalleeUtterance | DeskUtterance


@dataclass(frozen=True, slots=True)
class CatalogueClip:
    """A sound that ships with the product; ``id`` is its key in the catalogue and its file's name."""

    id: str


@dataclass(frozen=True, slots=True)
class CustomClip:
    """A sound of this site alone: a public name, the company's welcome, a published answer.

    ``text`` is what is said; ``recording`` the name (without ``.wav``) of the site's own recording that
    wins over a synthesised voice; ``instead`` the catalogue clips that are said while there is neither. The
    same name is the same clip, whatever stands in for it in one sentence or another.
    """

    text: str
    recording: str
    instead: tuple[CatalogueClip, ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class NoteClip:
    """What a delegate may do: made ready like a :class:`CustomClip`, and never written where others could read it.

    Two notes of the same words are the same clip, whoever's they are.
    """

    note: PrivateNote
    instead: tuple[CatalogueClip, ...]
    recording: str = field(default="may", compare=False)


@dataclass(frozen=True, slots=True)
class RecordedClip:
    """A recording that lies in Asterisk itself, under ``name``."""

    name: str


@dataclass(frozen=True, slots=True)
class LentClip:
    """A message of the ledger, lent to Asterisk for one talk; ``instead`` is said if it was not."""

    audio_id: str
    instead: tuple[CatalogueClip, ...]


OwnClip = CustomClip | NoteClip
"""What is made ready for a site before it is needed."""

Clip = CatalogueClip | OwnClip | RecordedClip | LentClip


class Language(Protocol):
    """One language's words and grammar. Pure: no file is touched."""

    @property
    def code(self) -> str:
        """The language's tag and the name of its folder below ``sounds``, such as ``en``."""

    @property
    def catalogue(self) -> Mapping[str, str]:
        """Every clip that ships, by id, with the text it says.

        A text that ends in a full stop falls at its end; any other goes on into the next clip.
        """

    def clips(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """The clips that say ``utterance``, in order: never none."""

    def simpler(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """Fewer and commoner clips that still tell the truth, for when one of :meth:`clips` is missing."""

    def text(self, utterance: AnyUtterance) -> str:
        """What the clips of ``utterance`` say, as prose; a note or a caller's voice is a placeholder."""

    def custom_clips(self, directory: Directory) -> tuple[OwnClip, ...]:
        """Every clip of its own that this site can ever need."""


def as_spoken(text: str) -> str:
    """``text`` as an engine gets it: what goes on into the next clip ends in a comma, so that the voice stays up."""
    return text if text.rstrip().endswith((".", "?", "!", ",")) else f"{text.rstrip()},"


def as_sentence(text: str) -> str:
    """``text`` with a full stop at its end, unless its writer gave it an end: the voice falls there."""
    text = text.strip().rstrip(",;:")
    return text if text.endswith((".", "?", "!")) else f"{text}."


def slug(text: str) -> str:
    """``text`` as a file name: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
