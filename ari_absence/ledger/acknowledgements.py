"""The text message that tells a caller that what they left is known: queued for a hook, which sends it.

It goes to the number that the network showed, if that is a mobile one that may be dialled, and to no other: what a
caller keys in may be anybody's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select

from ari_absence.core.decision import Decision
from ari_absence.core.numbers import DialPolicy
from ari_absence.core.owed import caller_key
from ari_absence.core.people import Directory
from ari_absence.ledger.deliveries import Topic
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import DeliveryRow, DeliveryState, table_of
from ari_absence.ledger.owed_model import OwedRow
from ari_absence.ledger.owed_notes import LIVE

ACKNOWLEDGEMENT = "acknowledgement"
PER_HOUR_MAX = 60  # whoever calls with invented numbers must not make us text the whole town

_outbox, _owed = table_of(DeliveryRow), table_of(OwedRow)
_KEY: BindParameter[str] = bindparam("key")
_ENTRY = select(_owed.c.id, _owed.c.due).where(
    _owed.c.caller == _KEY, _owed.c.called == bindparam("of"), _owed.c.state.in_(LIVE)
)
_QUEUED = select(_outbox.c.id).where(_outbox.c.key == _KEY)
_LATELY = select(func.count()).where(
    _outbox.c.topic == Topic.ACKNOWLEDGEMENT.value, _outbox.c.queued_at > bindparam("since")
)
_INSERT = insert(_outbox)


class Acknowledgements:
    """``hook`` gives the name of the hook that sends text messages; None: no caller is texted."""

    def __init__(self, hook: Callable[[], str | None], directory: Callable[[], Directory]) -> None:
        self._hook = hook
        self._directory = directory

    @property
    def wanted(self) -> bool:
        """Whether callers are texted at all."""
        return self._hook() is not None

    def queue(self, connection: Connection, decision: Decision, what: str, now: datetime) -> bool:
        """Queue the text for who has just left ``what`` (``message`` or ``call_back``): one for an entry and day."""
        hook, directory = self._hook(), self._directory()
        country, caller = directory.site.country, decision.enquiry.caller
        if hook is None or caller.inside or caller.number is None:
            return False
        number = DialPolicy(directory.dialing).mobile(caller.number, country)
        key = caller_key(caller, country)
        entry = connection.execute(_ENTRY, {"key": key, "of": decision.person.extension}).first()
        if number is None or entry is None or _too_many(connection, now):
            return False
        day = now.astimezone(directory.site.zone).date()
        once = f"{entry.id}.{day}.{ACKNOWLEDGEMENT}"
        if connection.scalar(_QUEUED, {"key": once}) is not None:
            return False
        told = {
            "id": entry.id,
            "about": ACKNOWLEDGEMENT,
            "at": now.isoformat(),
            "what": what,
            "company": directory.site.company,
            "extension": decision.person.extension,
            "person": decision.person.name,
            "zone": directory.site.zone.key,
            "due": entry.due.isoformat() if entry.due and entry.due > now else None,
        }
        connection.execute(
            _INSERT,
            {
                "id": new_id(Prefix.DELIVERY, now),
                "key": once,
                "topic": Topic.ACKNOWLEDGEMENT.value,
                "channel": hook,
                "recipient": number,
                "state": DeliveryState.PENDING.value,
                "step": 0,
                "queued_at": now,
                "not_before": now,
                "notice": told,
            },
        )
        return True


def _too_many(connection: Connection, now: datetime) -> bool:
    since = {"since": now - timedelta(hours=1)}
    return int(connection.scalar(_LATELY, since) or 0) >= PER_HOUR_MAX
