"""Which languages there are. A new one is entered here."""

from __future__ import annotations

from ari_absence.errors import SpeechError
from ari_absence.speech.english import English
from ari_absence.speech.language import Language

DEFAULT = "en"


def language(code: str) -> Language:
    """The language with the tag ``code``; a region (``en-GB``) falls back to its language."""
    found = _all().get(code) or _all().get(code.split("-")[0].lower())
    if found is None:
        raise SpeechError(f"There is no language {code!r}; there is {', '.join(sorted(_all()))}.")
    return found


def _all() -> dict[str, Language]:
    return {"en": English()}


__all__ = ["DEFAULT", "language"]
