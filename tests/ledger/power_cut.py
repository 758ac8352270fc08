"""The process dies before the k-th statement of a transaction, or before its commit: nothing of ours handles that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from ari_absence.ledger.store import Store


class PowerCutError(BaseException):
    """The process is gone."""


@contextmanager
def dying_before(step: int, store: Store) -> Iterator[None]:
    """Die before the ``step``-th thing (from 0) that is done to the database in this block; a commit is one, too."""
    done = 0

    def count(*_args: Any, **_kwargs: Any) -> None:
        nonlocal done
        if done == step:
            raise PowerCutError
        done += 1

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(store._engine, name, count)
    try:
        yield
    finally:
        for name in names:
            event.remove(store._engine, name, count)


def die_at_every_step(store: Store, work: Callable[[], object], check: Callable[[], None]) -> int:
    """Do ``work`` again and again, dying one step later each time, and ``check`` after each death.

    Ends with the first time that nothing was left to die of; gives how many deaths there were.
    """
    for step in range(200):
        try:
            with dying_before(step, store):
                work()
        except PowerCutError:
            check()
        else:
            return step
    raise AssertionError("the work never ends")
