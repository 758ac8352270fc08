"""What every call and every hunt needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ari_absence.asterisk import playing
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.returned import Outside
from ari_absence.asterisk.switchboard import Switchboard
from ari_absence.core.desk_phrases import DeskUtterance, RungUtterance
from ari_absence.core.people import Limits
from ari_absence.core.phrases import Utterance

Media = Callable[[Sequence[Utterance]], Sequence[str]]
"""Which sounds say the utterances, as Asterisk's media URIs."""

CalleeMedia = Callable[[Sequence[RungUtterance]], Sequence[str]]
"""The same for what is said to somebody who was rung."""

DeskMedia = Callable[[Sequence[DeskUtterance]], Sequence[str]]
"""The same for what is said to the people of the house."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every call needs.

    ``extension_of`` knows our phones by endpoint (``PJSIP/101``), ``name_of`` the public name of an extension and
    ``operator`` the operator's extension; the fallback is the place in the dialplan where callers go whom we can't
    serve, the code extension that for people of the house. ``seconds_of`` tells how long sounds take, at least as
    long as they really do.
    """

    client: AriClient
    app: str
    media: Media
    extension_of: Callable[[str], str | None] = lambda _: None
    name_of: Callable[[str], str | None] = lambda _: None
    fallback_context: str = "ari-absence"
    fallback_extension: str = "fallback"
    recording_format: str = "wav"
    callee_media: CalleeMedia = lambda _: ()
    desk_media: DeskMedia = lambda _: ()
    switchboard: Switchboard = field(default_factory=Switchboard)
    code_context: str = "ari-absence-code"
    code_extension: str = "away"
    outside: Outside = field(default_factory=Outside)
    operator: Callable[[], str | None] = lambda: None
    seconds_of: Callable[[Sequence[str]], float] = playing.seconds_at_most
    limits: Callable[[], Limits] = Limits
