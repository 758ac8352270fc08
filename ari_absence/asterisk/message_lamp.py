"""Three ways to have Asterisk light the message lamp of a person's phones. None of them keeps it over a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ari_absence.asterisk.ami import AmiClient, Field
from ari_absence.asterisk.client import AriClient
from ari_absence.core.mailbox import MessageCounts
from ari_absence.errors import AlreadyGone, AsteriskError

CONTEXT, EXTENSION = "ari-absence-mwi", "lamp"
"""Where ``dialplan/ari_absence.conf`` tells Asterisk of a mailbox."""

_STATES_OF_LAMPS = {"INUSE": True, "NOT_INUSE": False}


class MinivmLamp:
    """``MinivmMWI`` in our dialplan context, reached by a call nobody hears: every Asterisk can do that."""

    remedy = (
        "load app_minivm and take over the context [ari-absence-mwi] of ari_absence.conf,"
        " or choose another pbx.message_lamp"
    )
    phones_forget = False

    def __init__(self, client: AriClient, mailbox_context: str) -> None:
        self._client = client
        self._context = mailbox_context

    async def show(self, extension: str, counts: MessageCounts) -> None:
        """Tell Asterisk the counts of the mailbox; it tells the phones. Whether it could is not known here."""
        variables = {
            "ABSENCE_MAILBOX": self._mailbox(extension),
            "ABSENCE_NEW": str(counts.new - counts.urgent),  # Asterisk adds the urgent ones
            "ABSENCE_OLD": str(counts.old),
            "ABSENCE_URGENT": str(counts.urgent),
        }
        await self._client.call_dialplan(CONTEXT, EXTENSION, variables)

    async def is_lit(self, extension: str) -> bool | None:
        """Whether Asterisk has the lamp lit; None if it can't say (``res_mwi_devstate`` is not loaded)."""
        return _STATES_OF_LAMPS.get(await self._client.device_state(f"MWI:{self._mailbox(extension)}"))

    def _mailbox(self, extension: str) -> str:
        return f"{extension}@{self._context}"


class AriLamp:
    """ARI's own mailboxes, where Asterisk was built with ``res_ari_mailboxes``. Not beside app_voicemail."""

    remedy = "load res_ari_mailboxes, or choose another pbx.message_lamp: Debian's Asterisk lacks it"
    phones_forget = False

    def __init__(self, client: AriClient, mailbox_context: str) -> None:
        self._client = client
        self._context = mailbox_context
        self._module_is_there = False

    async def show(self, extension: str, counts: MessageCounts) -> None:
        """Tell Asterisk the counts of the mailbox; it tells the phones. It does not know urgent ones."""
        await self._look_for_module()
        await self._client.set_mailbox(f"{extension}@{self._context}", counts.old, counts.new)

    async def is_lit(self, extension: str) -> bool | None:
        """Whether Asterisk has new messages noted for the mailbox."""
        await self._look_for_module()
        try:
            return bool((await self._client.mailbox(f"{extension}@{self._context}")).get("new_messages"))
        except AlreadyGone:
            return False

    async def _look_for_module(self) -> None:
        if self._module_is_there:
            return
        try:
            await self._client.mailboxes()
        except AlreadyGone as error:
            raise AsteriskError(f"Asterisk has no mailboxes; {self.remedy}") from error
        self._module_is_there = True


class AmiLamp:
    """A NOTIFY to each phone of a person, by the manager's ``PJSIPNotify``: no mailbox in ``pjsip.conf`` is needed.

    ``phones_of`` gives the endpoints (``PJSIP/101``) of an extension.
    """

    remedy = "compare pbx.ami, AMI_USERNAME and AMI_PASSWORD with manager.conf (write = system)"
    phones_forget = True

    def __init__(self, client: AmiClient, phones_of: Callable[[str], Sequence[str]]) -> None:
        self._client = client
        self._phones_of = phones_of

    async def show(self, extension: str, counts: MessageCounts) -> None:
        """Tell the phones themselves. One that is not registered hears of it when it registers."""
        endpoints = [
            phone.removeprefix("PJSIP/") for phone in self._phones_of(extension) if phone.startswith("PJSIP/")
        ]
        if endpoints:
            await self._client.act([_notify(endpoint, counts) for endpoint in endpoints])

    async def is_lit(self, extension: str) -> bool | None:  # noqa: ARG002 - the phones can't be asked
        """Nobody knows what a phone shows."""
        return None


def _notify(endpoint: str, counts: MessageCounts) -> Sequence[Field]:
    old_urgent = 0  # nothing is urgent any more once it has been heard
    return (
        ("Action", "PJSIPNotify"),
        ("Endpoint", endpoint),
        ("Variable", "Event=message-summary"),
        ("Variable", "Content-Type=application/simple-message-summary"),
        ("Variable", f"Content=Messages-Waiting: {'yes' if counts.new else 'no'}"),
        ("Variable", f"Content=Voice-Message: {counts.new}/{counts.old} ({counts.urgent}/{old_urgent})"),
    )
