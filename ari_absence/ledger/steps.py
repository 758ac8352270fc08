"""Steps as JSON and back. The only place of the ledger that reads a private number: for its file, mode 0600.

What it gives must go nowhere else but into a row, a keyed hash or a mail to the number's owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ari_absence.core.facts import PrivateNumber
from ari_absence.core.steps import Destination, Step, Way
from ari_absence.errors import LedgerError


def as_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as JSON: ``[{"rings": [{"way": "named", "key": "102"}], "seconds": 20}]``, numbers in the clear."""
    return [
        {"rings": [_destination_as_json(each) for each in step.destinations], "seconds": step.ring_seconds}
        for step in steps
    ]


def from_json(written: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps that :func:`as_json` wrote.

    Raises:
        LedgerError: they can't be read; the text does not repeat them.
    """
    try:
        return tuple(_step(each) for each in written)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise LedgerError("these steps can't be read; set them again") from None


def _destination_as_json(destination: Destination) -> dict[str, str]:
    written = {"way": destination.way.value}
    if destination.key:
        written["key"] = destination.key
    if destination.number is not None:
        written["number"] = destination.number.digits_for_dialling()
    return written


def _step(written: Mapping[str, Any]) -> Step:
    seconds = written["seconds"]
    return Step(
        tuple(_destination(each) for each in written["rings"]), None if seconds is None else int(seconds)
    )


def _destination(written: Mapping[str, Any]) -> Destination:
    number = written.get("number")
    return Destination(
        Way(written["way"]),
        str(written.get("key", "")),
        None if number is None else PrivateNumber(str(number)),
    )
