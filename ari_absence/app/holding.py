"""Whoever is on hold at a phone of ours: reminders for the holder, a word now and then for who waits."""

from __future__ import annotations

import asyncio

from ari_absence.app.records import Records
from ari_absence.asterisk.held_channel import HeldChannel
from ari_absence.attendant.hold_recall import keep_company, recall


class Holding:
    """What is done about a hold, until it is over."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def follow(self, held: HeldChannel) -> None:
        """Remind and keep company; cancelled when the hold is over."""
        async with asyncio.TaskGroup() as both:
            both.create_task(recall(held, self._records.directory))
            both.create_task(keep_company(held, self._records.limits))

    def phones(self) -> list[str]:
        """The phones of all our people, as endpoints."""
        people = self._records.directory().people.values()
        return [phone for person in people for phone in person.phones]
