"""The site's own codes, and what they clash with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ari_absence.core.codes import Codes
from ari_absence.core.people import Kind
from tests.config.folder import PEOPLE, SITE, loaded, mistakes

CLASHES = [  # the keys after SITE (which begin on line 7), the mistake
    ('codes: {out: "*31"}', "7:14: *31 would mean both away and out; choose another code"),
    ('codes: {back: "*3"}', None),
    ('codes: {toggle: "*3"}', "7:17: *3 would mean both"),
    (
        'codes: {back: "30"}\ndialing: {internal: ["XX"]}',
        "7:15: 30 is an extension by XX of dialing.internal, too",
    ),
    ('codes: {other_state: "90"}\ndialing: {internal: ["9XXX"]}', "7:22: 90 is an extension by 9XXX"),
    ('codes: {out: "33#"}', '7:14: "33#" is not a code; write 2 to 8 of 0-9 and *, such as *33'),
    ("codes: {out: 33}", "7:14: 33 is not quoted"),
    ("codes: {toggle_kind: holiday}", "7:22: "),
    ('codes: {outside: "*33"}', '7:9: "outside" is not known'),
]


def test_a_site_may_have_its_own_codes(tmp_path: Path) -> None:
    site = SITE + 'codes: {out: "*73", toggle_kind: out}\n'
    assert loaded(tmp_path, site).directory.site.codes == Codes(out="*73", toggle_kind=Kind.OUT)
    assert loaded(tmp_path).directory.site.codes == Codes()


@pytest.mark.parametrize(("keys", "expected"), CLASHES, ids=[keys for keys, _ in CLASHES])
def test_what_would_mean_two_things_is_a_mistake_at_its_place(
    tmp_path: Path, keys: str, expected: str | None
) -> None:
    found = mistakes(tmp_path, SITE + keys + "\n")
    if expected is None:
        assert found == []
    else:
        assert found
        assert found[0].startswith(f"absence.yaml:{expected}")


def test_an_extension_that_is_a_code_is_a_mistake(tmp_path: Path) -> None:
    people = PEOPLE.replace('"102"', '"*30"')
    assert mistakes(tmp_path, SITE, people) == [
        'people.yaml:5:3: "*30" is a code (codes.back); write another extension'
    ]


def test_beside_a_freepbx_its_own_codes_are_warned_of(tmp_path: Path) -> None:
    site = SITE + 'pbx: {freepbx: true}\ncodes: {out: "*72", back: "*101"}\ndialing: {internal: ["1XX"]}\n'
    found = [each for each in loaded(tmp_path, site).warnings if "FreePBX" in each]
    assert {each.partition(": ")[2] for each in found} == {
        "*97 (own_mailbox) is a code of FreePBX, too; switch it off there, or choose another",
        "*98 (any_mailbox) is a code of FreePBX, too; switch it off there, or choose another",
        "*72 (out) is a code of FreePBX, too; switch it off there, or choose another",
        "*101 (back) reaches a mailbox of FreePBX (* and an extension); choose another",
    }
    assert [each for each in loaded(tmp_path, SITE).warnings if "FreePBX" in each] == []
