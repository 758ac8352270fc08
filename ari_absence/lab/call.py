"""One call of a phone, as the phone knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ari_absence.lab.ear import Ear
from ari_absence.lab.waiting import CLOCK

DIALLING = "dialling"
ENDED = "ended"


@dataclass
class Call:
    """One call of a phone. ``state`` is dialling, ringing, progress, incoming, established or ended.

    ``history`` holds every state so far, ``end_reason`` what ended it (``486 Busy Here``), ``keys_received``
    the keys the other side pressed, ``established_at`` the moment of the answer on the monotonic clock, in
    seconds.
    """

    id: str
    peer_uri: str
    peer_name: str
    outgoing: bool
    ear: Ear
    history: list[str] = field(default_factory=list)
    end_reason: str = ""
    established_at: float | None = None
    keys_received: list[str] = field(default_factory=list)
    negotiated: int = 0
    on_hold: bool = False

    @property
    def state(self) -> str:
        """The state now."""
        return self.history[-1] if self.history else DIALLING

    @property
    def live(self) -> bool:
        """Whether it is not over."""
        return self.state != ENDED

    @property
    def audible(self) -> bool:
        """Whether sound comes, or may come, from the other side."""
        return self.state in ("progress", "established") and not self.on_hold

    def enter(self, state: str, parameter: str) -> None:
        """Go on to a state; ``parameter`` is what baresip says with it."""
        self.history.append(state)
        if state == ENDED:
            self.end_reason = parameter
        elif state == "established":
            self.established_at = CLOCK.monotonic()
