"""The operator is told, once a day, that the disk is too full to take messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from ari_absence.errors import DiskFull
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.mailboxes import TOLD_AGAIN_AFTER
from ari_absence.ledger.model import MetaRow, table_of

_TOLD = "disk_full_told_at"

_meta = table_of(MetaRow)


def tell_disk_full(connection: Connection, fault: DiskFull, addressees: Addressees, now: datetime) -> int:
    """Queue the notice, unless one was queued within the last day before ``now`` (UTC); gives how many deliveries."""
    told = connection.scalar(select(_meta.c.value).where(_meta.c.key == _TOLD))
    if told is not None and abs(now - datetime.fromisoformat(told)) < TOLD_AGAIN_AFTER:
        return 0
    connection.execute(delete(_meta).where(_meta.c.key == _TOLD))
    connection.execute(insert(_meta).values(key=_TOLD, value=now.isoformat()))
    facts = {"free_mib": fault.free_mib, "needed_mib": fault.needed_mib}
    return queue_notice(connection, Notice.DISK_FULL, facts, addressees.operator(), now)
