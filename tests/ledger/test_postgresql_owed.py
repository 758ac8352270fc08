"""The calls that are owed, their reminders, returns and digests on PostgreSQL: what is shown on SQLite holds there."""
# ruff: noqa: F401, F811 -- the same tests, with the fixtures of this ledger

from __future__ import annotations

import pytest

from tests.app.test_day_rounds import (
    House,
    test_it_is_said_once_and_not_before_they_are_back,
    test_manager_and_operator_are_told_at_the_begin_of_their_day_what_is_owed,
    test_the_report_of_the_week_comes_with_the_first_morning_of_the_next,
    test_two_returns_that_nothing_was_said_of_are_one_welcome,
    test_whoever_dies_while_welcoming_welcomes_them_once_later,
)
from tests.delivery.test_acknowledgement import (
    test_a_message_is_acknowledged_too_and_one_text_is_enough_for_an_entry_and_day,
    test_a_statement_of_a_text_that_fails_is_undone_alone,
    test_whoever_dies_while_a_wish_is_saved_has_left_both_it_and_its_text_or_neither,
    texting,
)
from tests.ledger.office import Office
from tests.ledger.test_needless import (
    test_a_call_settled_after_its_reminder_was_claimed_is_not_told_of,
    test_a_reminder_that_waited_for_the_mail_is_not_sent_once_the_call_is_settled,
    test_whoever_has_handed_a_call_over_is_not_reminded_of_it,
)
from tests.ledger.test_owed import (
    test_a_message_and_a_wish_in_the_same_call_are_one_call,
    test_callers_noted_by_the_plan_of_no_country_are_told_apart_when_it_is_known,
    test_who_leaves_a_message_and_asks_for_a_call_is_owed_one_call,
)
from tests.ledger.test_postgresql import database, office
from tests.ledger.test_reminders import (
    roster,
    test_an_owed_call_reminds_its_owner_then_the_delegate_then_the_manager_and_then_nobody,
    test_many_open_entries_are_planned_in_several_transactions,
    test_whoever_dies_while_telling_has_told_nobody_and_tells_them_later,
    test_whoever_it_is_handed_over_to_is_reminded_from_the_beginning,
)


@pytest.fixture
def house(office: Office) -> House:
    """The rounds on this ledger."""
    return House(office)
