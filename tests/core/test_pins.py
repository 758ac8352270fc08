"""What a PIN may be, and for how long guessing is locked out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.pins import PinFlaw, PinRules, pin_flaw

RULES = PinRules()


@pytest.mark.parametrize(
    ("pin", "flaw"),
    [
        ("123456", PinFlaw.RUN),
        ("654321", PinFlaw.RUN),
        ("890123", PinFlaw.RUN),
        ("111111", PinFlaw.REPEAT),
        ("121212", PinFlaw.REPEAT),
        ("736736", PinFlaw.REPEAT),
        ("831019", PinFlaw.OWN_EXTENSION),
        ("82736", PinFlaw.TOO_SHORT),
        ("8273645182736", PinFlaw.TOO_LONG),
        ("82a364", PinFlaw.NOT_DIGITS),
        ("", PinFlaw.TOO_SHORT),
        ("827364", None),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin: str, flaw: PinFlaw | None) -> None:
    assert pin_flaw(pin, "101", RULES) is flaw


@given(st.text(max_size=14))
def test_every_text_is_a_pin_of_digits_or_is_refused(pin: str) -> None:
    if pin_flaw(pin, "101", RULES) is None:
        assert pin.isascii()
        assert pin.isdigit()
        assert RULES.digits_min <= len(pin) <= RULES.digits_max
        assert "101" not in pin


def test_each_lock_is_twice_as_long_as_the_last_up_to_a_day() -> None:
    lengths = [RULES.lock_length(locks) for locks in range(14)]
    assert lengths[:4] == [60, 120, 240, 480]
    assert max(lengths) == lengths[-1] == 86_400


@given(st.integers(0, 10**9))
def test_a_lock_never_overflows(locks: int) -> None:
    assert 60 <= RULES.lock_length(locks) <= 86_400
