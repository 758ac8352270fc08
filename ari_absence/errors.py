"""What can go wrong, in one tree.

AbsenceError                    any error of ours; its text is a sentence for the person who can mend it
├── ConfigurationError          the configuration can't be used; carries every mistake found
├── CallError                   a call can't go on as planned
│   ├── CallerGone              the caller hung up; an ending, not a fault
│   ├── CallerReplaced          somebody else has taken the caller's place; they are spoken with afresh
│   ├── CalleeGone              somebody we rang hung up before deciding; as good as a refusal
│   └── EffectFailed            Asterisk refused or did not answer a request; there is a spoken way on
├── AsteriskError               the link to Asterisk
│   ├── AsteriskUnreachable     nobody answers there; retried with back-off
│   ├── RequestRefused          Asterisk answered with an error status
│   └── AlreadyGone             the thing asked about no longer exists; an answer, not a fault
├── LedgerError                 the ledger can't be read or written
├── DeliveryError               one delivery failed
│   ├── DeliveryPostponed       worth another try later
│   │   └── DestinationDown         the whole server is away (``delivery.ports``)
│   │       └── DestinationBusy         and says for how long
│   │   └── RecipientAway           only this one recipient can't be told now (``delivery.ports``)
│   ├── DeliveryNeedless        what it calls for is done; nobody need be told any more
│   └── DeliveryRefused         will never work as it is
├── TranscriptFailed            a message was not turned into text; it is delivered all the same
├── SpeechError                 a sound can't be built, found or verified
└── LabError                    the laboratory Asterisk can't be set up
"""

from __future__ import annotations


class AbsenceError(Exception):
    """Any error of ours. Its text says what is wrong, where, and what to do about it."""


class ConfigurationError(AbsenceError):
    """The configuration can't be used. ``mistakes`` holds a printable line for each mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class CallError(AbsenceError):
    """A call can't go on as planned."""


class CallerGone(CallError):
    """The caller hung up. Raised at whatever the conversation was waiting for."""


class CallerReplaced(CallError):
    """A transfer put somebody else into the caller's place. Raised at whatever the conversation was waiting for."""


class CalleeGone(CallError):
    """Somebody we rang for a caller has hung up before deciding."""


class EffectFailed(CallError):
    """Asterisk refused or did not answer a request of the conversation; there is a spoken way on."""


class AsteriskError(AbsenceError):
    """The link to Asterisk does not work as it should."""


class AsteriskUnreachable(AsteriskError):
    """Nobody answers at Asterisk's address, or not in time."""


class RequestRefused(AsteriskError):
    """Asterisk answered a request with an error status."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


class AlreadyGone(AsteriskError):
    """The channel, bridge, playback or recording asked about no longer exists."""


class LedgerError(AbsenceError):
    """The ledger can't be read or written."""


class DeliveryError(AbsenceError):
    """One delivery failed."""


class DeliveryPostponed(DeliveryError):
    """The delivery failed for now and is worth another try."""


class DeliveryNeedless(DeliveryError):
    """What it calls for was done meanwhile: it is withdrawn."""


class DeliveryRefused(DeliveryError):
    """The delivery will never work as it is; a person must look at it."""


class TranscriptFailed(AbsenceError):
    """A message was not turned into text; nothing else depends on it."""


class SpeechError(AbsenceError):
    """A sound can't be built, found or verified."""


class LabError(AbsenceError):
    """The laboratory Asterisk can't be set up."""
