"""A reload of thousands of people does not hold up calls: the collector leaves what it builds alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ari_absence.app.parts import sparing_what_is_built


@pytest.fixture(autouse=True)
def nothing_stays_frozen() -> Iterator[None]:
    """Later tests find the collector as it was."""
    yield
    gc.unfreeze()


@pytest.mark.fault("F19")
def test_no_collection_comes_while_a_directory_is_built_and_none_walks_over_it_afterwards() -> None:
    with sparing_what_is_built():
        assert not gc.isenabled()
        built = [{number: [number]} for number in range(1000)]

    assert gc.isenabled()
    assert not {id(each) for each in gc.get_objects()} & {id(each) for each in built}


@pytest.mark.fault("F19")
def test_a_directory_that_can_not_be_built_leaves_the_collector_at_work() -> None:
    with pytest.raises(ValueError, match="a mistake"), sparing_what_is_built():
        raise ValueError("a mistake")

    assert gc.isenabled()
