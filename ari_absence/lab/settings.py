"""What a lab is made of: its extensions, its passwords, its folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DESK_PHONES = ("100", "101", "102", "103", "110", "113")
"""The extensions with a desk phone; 110 is the receptionist's."""

WIDEBAND_PHONES = ("102",)
"""Desk phones that offer and get G.722 first."""

TRUNK_DOMAIN = "trunk.lab"
"""Callers whose From header names this domain come from outside, through the trunk."""

TRUNK_HEADER = "X-Lab-Trunk"
"""Any request with this header comes from outside, too: for load callers."""

ARI_USERNAME = "lab"


@dataclass(frozen=True)
class Folders:
    """The lab's own folders, all below ``root``."""

    root: Path

    @property
    def etc(self) -> Path:
        """Configuration files."""
        return self.root / "etc"

    @property
    def spool(self) -> Path:
        """Asterisk's spool; recordings are in ``recording`` below."""
        return self.root / "spool"

    @property
    def recordings(self) -> Path:
        """What ARI records, by name."""
        return self.spool / "recording"

    @property
    def logs(self) -> Path:
        """Asterisk's and the phones' logs."""
        return self.root / "log"

    @property
    def phones(self) -> Path:
        """One folder per phone: its settings, what it said and heard."""
        return self.root / "phones"

    @property
    def state(self) -> Path:
        """Asterisk's database, run folder and keys."""
        return self.root / "state"

    @property
    def shared(self) -> Path:
        """Sounds and documentation, linked from the unpacked packages."""
        return self.root / "shared"

    def all(self) -> tuple[Path, ...]:
        """Every folder that Asterisk needs to find."""
        return (
            self.etc,
            self.recordings,
            self.logs,
            self.phones,
            self.state / "run",
            self.state / "db",
            self.state / "keys",
            self.state / "agi",
            self.spool / "voicemail",
            self.spool / "tmp",
            self.spool / "outgoing",
            self.spool / "system",
        )


@dataclass(frozen=True)
class Settings:
    """Everything the configuration files are written from. Ports are loopback ports, times seconds."""

    folders: Folders
    sip_port: int
    http_port: int
    carrier_port: int
    rtp_ports: range
    ari_password: str
    phone_password: str
    app: str = "ari-absence"
    ring_seconds: int = 15
    dialplan: Path | None = None
    extra_dialplan: str = ""
    modules: Path | None = None
    shared: Path | None = None
    desk_phones: tuple[str, ...] = field(default=DESK_PHONES)
