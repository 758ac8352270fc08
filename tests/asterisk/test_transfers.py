"""Who is behind the halves of the channels by which Asterisk joins two talks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import BridgeAttendedTransfer, Channel, StasisStart
from ari_absence.asterisk.transfers import REMEMBERED, Transfers
from ari_absence.core.people import Caller

HANS = Channel("hans", "PJSIP/trunk-00000001", "Up", "0441112233", "Hans Huber")
KENJI = Channel("abs-2-l1", "PJSIP/102-00000002", "Up", "102", "Kenji Ito")


def half(number: int, name: str = "_attended@transfer-00000001") -> Channel:
    return Channel(f"half {number} of {name}", f"Local/{name};{number}", "Up", None, None)


def known(lines: Sequence[Line] = (), callers: Mapping[str, Caller] | None = None) -> Transfers:
    return Transfers(lambda: lines, (callers or {}).get)


def joined(channel: Channel, call_id: str = "abs-2") -> Line:
    """A phone that we have joined with a caller."""
    return Line(call_id, channel, leg="-l1", bridge_id="bridge")


def transferred(transfers: Transfers, name: str = "_attended@transfer-00000001") -> BridgeAttendedTransfer:
    behind = {half(2, name).id: HANS, half(1, name).id: KENJI}
    return transfers.note(BridgeAttendedTransfer(behind))


def test_each_half_is_known_by_who_is_behind_it_once_asterisk_has_told() -> None:
    transfers = known()
    assert transfers.known(half(2)).caller_number is None
    transferred(transfers)
    assert transfers.known(half(2)) == half(2).shown_as("0441112233", "Hans Huber")
    assert transfers.known(half(1)).caller_number == "102"


def test_channel_that_is_no_half_keeps_its_number() -> None:
    transfers = known([joined(KENJI)], {"abs-2": Caller("0449998877")})
    assert transfers.known(HANS, KENJI.endpoint) is HANS


def test_half_of_a_second_transfer_is_known_by_the_talk_on_its_other_side() -> None:
    first, second = half(2), half(2, "_attended@transfer-00000002")
    hans = Caller("0441112233", "Hans Huber")
    transfers = known([joined(half(1, "_attended@transfer-00000002"))], {"abs-2": hans})
    assert transfers.known(second).caller_number == "0441112233"
    assert transfers.known(first).caller_number is None


def test_half_is_known_by_whom_we_joined_with_the_phone_that_transfers() -> None:
    transfers = known([joined(KENJI)], {"abs-2": Caller("0441112233", "Hans Huber")})
    assert transfers.known(half(2), "PJSIP/102").caller_name == "Hans Huber"
    assert transfers.known(half(2), "PJSIP/110").caller_number is None


def test_caller_behind_a_half_that_is_transferred_again_is_told_by_the_first_transfer() -> None:
    transfers = known()
    transferred(transfers)
    again = "_attended@transfer-00000002"
    transfers.note(BridgeAttendedTransfer({half(2, again).id: half(2)}))
    assert transfers.known(half(2, again)).caller_number == "0441112233"


def test_line_is_known_by_its_caller_when_the_transfer_is_told_after_the_half_has_come() -> None:
    line = Line("abs-1", Channel("r2", "PJSIP/100-00000003", "Up", "100", "Reception"), bridge_id="bridge")
    line.inbox.put(StasisStart(half(2), (), replaced="r2"))
    line.inbox.put(transferred(known()))
    line.read()
    assert (line.channel.id, line.channel.caller_number) == (half(2).id, "0441112233")
    assert not line.gone


def test_only_the_latest_transfers_are_remembered() -> None:
    transfers = known()
    for number in range(REMEMBERED):
        transferred(transfers, f"_attended@transfer-{number:08x}")
    assert transfers.known(half(2, "_attended@transfer-00000000")).caller_number is None
    assert transfers.known(half(2, f"_attended@transfer-{REMEMBERED - 1:08x}")).caller_number == "0441112233"
