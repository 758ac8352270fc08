"""SIPp, for what baresip does not do: lamps, refusals by any code, and many calls at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ari_absence.errors import LabError
from ari_absence.lab import processes, waiting

if TYPE_CHECKING:
    from ari_absence.lab.laboratory import Lab


class Sipp:
    """One running SIPp with its own folder and SIP port on 127.0.0.1."""

    def __init__(self, lab: Lab, title: str, scenario: str) -> None:
        self._lab = lab
        self.port = lab.take_tool_port()
        self.folder = lab.settings.folders.phones / f"{title}-{self.port}"
        self._title = title
        self._scenario = scenario
        self._process: processes.Process | None = None

    @property
    def messages(self) -> Path:
        """Every SIP message sent and received, as text."""
        return self.folder / "messages.log"

    @property
    def said(self) -> Path:
        """What SIPp prints."""
        return self.folder / "sipp.log"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, *arguments: str, dials: str | None, trace: bool = True) -> None:
        """Start SIPp; it calls ``dials`` at Asterisk, or waits to be called if that is None."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "scenario.xml").write_text(self._scenario)
        traced = ("-trace_msg", "-message_file", str(self.messages)) if trace else ()
        target = (f"127.0.0.1:{self._lab.sip_port}", "-s", dials) if dials is not None else ()
        self._process = processes.start(
            [*self._lab.programs.sipp, *target, *self._common(), *traced, *arguments],
            log=self.said,
            folder=self.folder,
            ends_with_us=True,
        )

    async def ended(self, deadline_s: float) -> int:
        """Wait for SIPp's own end; returns its exit code, 0 when every call went as the scenario says."""
        process = self._process
        if process is None:
            raise LabError("This SIPp has not been started.")
        await waiting.until(
            lambda: process.poll() is not None, deadline_s, f"the end of SIPp's {self._title}"
        )
        return process.returncode

    async def stop(self) -> None:
        """End SIPp, whatever it does."""
        if self._process is not None:
            await processes.end(self._process)

    def last_words(self) -> str:
        """The end of what SIPp printed, for an error message."""
        return (
            " / ".join(self.said.read_text(errors="replace").splitlines()[-6:]) if self.said.exists() else ""
        )

    def _common(self) -> Sequence[str]:
        rtp = self._lab.ports.load_rtp
        return (
            *(
                "-sf",
                str(self.folder / "scenario.xml"),
                "-i",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-mi",
                "127.0.0.1",
            ),
            *("-min_rtp_port", str(rtp.start), "-max_rtp_port", str(rtp.stop - 1)),
            *("-nostdin", "-trace_err", "-error_file", str(self.folder / "errors.log"), "-f", "30"),
        )
