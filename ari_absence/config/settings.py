"""What the configuration gives to the rooms around the core: plain frozen values, built by ``loader``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ari_absence.core.people import Directory
from ari_absence.core.reminding import ReminderRules


@dataclass(frozen=True, slots=True)
class Secrets:
    """What never stands in YAML. None means it was not given. Prints as a placeholder.

    ``hooks`` holds ``HOOK_<NAME>_URL`` and ``HOOK_<NAME>_SECRET``.
    """

    ari_username: str | None = None
    ari_password: str | None = None
    ami_username: str | None = None
    ami_password: str | None = None
    smtp_username: str | None = None
    smtp_password: str | None = None
    database_url: str | None = None
    hooks: Mapping[str, str] = field(default_factory=dict)

    def of_hook(self, name: str) -> tuple[str | None, str | None]:
        """The address and the secret of a hook."""
        begin = f"HOOK_{name.upper()}_"
        return self.hooks.get(f"{begin}URL"), self.hooks.get(f"{begin}SECRET")

    def __repr__(self) -> str:
        return "<secrets>"

    def __reduce__(self) -> str:
        """Keep them from being copied or sent anywhere.

        Raises:
            TypeError: always.
        """
        raise TypeError("secrets can't be pickled")


@dataclass(frozen=True, slots=True)
class PbxSettings:
    """Where Asterisk is. ``sounds`` None means Asterisk's own folder.

    ``message_lamp`` is ``minivm``, ``ari``, ``ami`` or ``none``.
    """

    ari_url: str
    app: str
    ami: tuple[str, int] | None = None
    sounds: Path | None = None
    message_lamp: str = "minivm"
    mailbox_context: str = "default"


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How mail is sent. ``encryption`` is ``none``, ``starttls`` or ``tls``."""

    host: str
    port: int
    sender: str
    attach_audio: bool = True
    encryption: str = "none"


@dataclass(frozen=True, slots=True)
class HookSettings:
    """A hook, but for its address. ``kind`` is a word of ``delivery.hooks.HookKind``; ``room`` is for ``matrix``."""

    name: str
    kind: str
    room: str | None = None


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How messages reach their owners; None means not that way."""

    email: EmailSettings | None = None
    hooks: tuple[HookSettings, ...] = ()
    acknowledge: str | None = None
    """The hook by which callers are texted."""


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Where everything is kept, and how long. A relative folder begins where the service was started."""

    folder: Path = Path("data")
    keep_days: int = 90
    deleted_keep_hours: int = 24


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """How people of the house listen to their messages. From any phone but their own, a PIN is always asked for."""

    pin_from_own_phone: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptionSettings:
    """Which engine turns messages into text, and what it may use. Of ``model`` a relative path begins where the
    service was started."""

    engine: str
    model: Path | None = None
    command: tuple[str, ...] = ()
    language: str | None = None
    seconds_per_minute: int = 120
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """What is summed up for whom. Absences shorter than ``welcome_after`` are left alone."""

    welcome: bool = True
    welcome_after: timedelta = timedelta(minutes=90)
    morning: bool = True
    weekly: bool = True

    @property
    def least_away(self) -> timedelta:
        """How long an absence lasts at least whose end is welcomed."""
        return self.welcome_after if self.welcome else timedelta.max


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """How the service is watched: the loopback address and port that are answered, None: none; and whether files
    that were saved are read again by themselves."""

    listen: tuple[str, int] | None = None
    reload_on_change: bool = True


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that was configured, checked as a whole. ``digest`` changes whenever a file does."""

    directory: Directory
    pbx: PbxSettings
    delivery: DeliverySettings
    storage: StorageSettings
    secrets: Secrets = field(repr=False)
    warnings: tuple[str, ...] = ()
    mailbox: MailboxSettings = MailboxSettings()
    transcription: TranscriptionSettings | None = None
    callbacks: ReminderRules = field(default_factory=ReminderRules)
    digests: DigestSettings = DigestSettings()
    watch: WatchSettings = WatchSettings()

    @property
    def digest(self) -> str:
        """The digest of the files this was made of."""
        return self.directory.digest


__all__ = [
    "Configuration",
    "DeliverySettings",
    "DigestSettings",
    "EmailSettings",
    "HookSettings",
    "MailboxSettings",
    "PbxSettings",
    "Secrets",
    "StorageSettings",
    "TranscriptionSettings",
    "WatchSettings",
]
