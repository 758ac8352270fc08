"""Which files to play for an utterance, of those that are there.

Nothing here ever answers with silence: what is missing is said more simply, at the very least with a beep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from ari_absence.speech.language import (
    AnyUtterance,
    CatalogueClip,
    Clip,
    CustomClip,
    Language,
    LentClip,
    NoteClip,
    OwnClip,
    RecordedClip,
)

LAST_RESORT = "sound:beep"  # Asterisk's own; heard only when not one of our files is there
SUFFIX = ".wav16"  # Asterisk's name for a WAV of 16 kHz and 16 bits; its format_wav plays it


class Repertoire:
    """What can be said in ``language`` with the sounds that are there.

    ``present`` are the catalogue's clips that lie at ``sounds_uri``, ``ready`` the files of the site's own clips at
    ``made_uri``, and ``lent`` gives the media URI of a message or greeting that is lent to Asterisk.
    """

    def __init__(
        self,
        language: Language,
        present: Collection[str],
        sounds_uri: str,
        made_uri: str,
        lent: Callable[[str], str | None],
        ready: Mapping[OwnClip, str] | None = None,
    ) -> None:
        self._language = language
        self._present = present
        self._sounds_uri = sounds_uri
        self._made_uri = made_uri
        self._lent = lent
        self._ready: Mapping[OwnClip, str] = ready or {}

    def media(self, utterances: Iterable[AnyUtterance]) -> list[str]:
        """What Asterisk is to play, in order, as ARI media URIs. Touches no file."""
        return [uri for utterance in utterances for uri in self._of_one(utterance)]

    def texts(self, utterances: Iterable[AnyUtterance]) -> list[str]:
        """What each utterance says, as prose, with a placeholder for a note or a caller's voice."""
        return [self._language.text(utterance) for utterance in utterances]

    def can_say(self, utterance: AnyUtterance) -> bool:
        """Whether ``utterance`` is said as it is meant, with no word of it replaced or left out."""
        return self._all(self._language.clips(utterance)) != []

    def _of_one(self, utterance: AnyUtterance) -> list[str]:
        whole = self._with_substitutes(self._language.clips(utterance))
        return self._all(whole) or self._simpler(utterance) or self._uris(whole) or [LAST_RESORT]

    def _simpler(self, utterance: AnyUtterance) -> list[str]:
        return self._all(self._with_substitutes(self._language.simpler(utterance)))

    def _with_substitutes(self, clips: Iterable[Clip]) -> list[Clip]:
        """``clips``, with the catalogue's words for each of the site's own, or lent, that is not there."""
        chosen: list[Clip] = []
        for clip in clips:
            if isinstance(clip, CustomClip | NoteClip | LentClip) and self._uri_of(clip) is None:
                chosen.extend(clip.instead)
            else:
                chosen.append(clip)
        return chosen

    def _all(self, clips: Iterable[Clip]) -> list[str]:
        """The URIs of ``clips`` if none of them is missing, else nothing."""
        wanted = list(clips)
        uris = self._uris(wanted)
        return uris if len(uris) == len(wanted) else []

    def _uris(self, clips: Iterable[Clip]) -> list[str]:
        return [uri for clip in clips if (uri := self._uri_of(clip)) is not None]

    def _uri_of(self, clip: Clip) -> str | None:
        match clip:
            case CatalogueClip(name):
                return f"{self._sounds_uri}/{name}" if name in self._present else None
            case RecordedClip(name):
                return f"recording:{name}"
            case LentClip(audio_id):
                return self._lent(audio_id)
            case _:
                made = self._ready.get(clip)
                return None if made is None else f"{self._made_uri}/{made}"
