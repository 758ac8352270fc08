"""Whatever stands in a file of the configuration: it is loaded, or refused with sentences, and soon."""

from __future__ import annotations

import re
import tempfile
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ari_absence.config.loader import load
from ari_absence.errors import ConfigurationError
from tests.config.folder import EXAMPLES, PEOPLE, SITE, write
from tests.hostile import HOSTILE

QUICK_SECONDS = 1.0  # of processor time; the texts are short
SENTENCE = re.compile(r"(absence|people)\.yaml:\d+:\d+: \S.*[^.\s]$")

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # what would command a terminal or turn a line around

# the signs that mean something to YAML, some that mean something to a dialplan, and what is no text
bits = st.sampled_from(
    [
        *"{}[]:,-?&*!|>%@`'\"#\t\n\r ~=.\0\x07\x85\u2028\ufeff\U0001f4de",
        "<<: ",
        "*a ",
        "&a ",
        "!!binary ",
        "---\n",
        *(
            "...\n",
            "22:30",
            "0123",
            "no",
            "1e9999",
            "1" * 5000,
            "0x",
            "2026-02-30",
            "${X}",
            "\\x",
            "? ",
            "  ",
        ),
    ]
)
scraps = st.lists(st.one_of(bits, st.text(max_size=6), st.sampled_from(HOSTILE)), max_size=30).map("".join)
EXAMPLE_TEXTS = {
    name: (EXAMPLES / name).read_text(encoding="utf-8") for name in ("absence.yaml", "people.yaml")
}
usual = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def judge(site: bytes, people: bytes) -> None:
    """Load it; it must do no more than be taken or be refused."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), site, people)
        begun = time.process_time()
        mistakes = told(Path(folder))
        for mistake in mistakes or ():
            assert SENTENCE.match(mistake), mistake
            assert not {unicodedata.category(sign) for sign in mistake} & UNSEEN, mistake
        assert mistakes != []
        assert time.process_time() - begun < QUICK_SECONDS


def told(folder: Path) -> list[str] | None:
    """The mistakes in the folder; None if it is loaded."""
    try:
        load(folder, {})
    except ConfigurationError as error:
        return error.mistakes
    return None


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.fault("F52", "F53", "P6")
@given(st.binary(max_size=200), st.booleans())
@usual
def test_any_bytes_are_taken_or_refused(content: bytes, people_too: bool) -> None:
    judge(content if people_too else SITE.encode(), content)


@pytest.mark.fault("F52", "F53", "P6")
@given(
    scraps, st.sampled_from(["", "people:\n  ", 'people:\n  "101": ', 'people:\n  "101": {name: A, hours: '])
)
@example("\r\t", "")  # lines that end as on an old Mac; found by a fuzzer that measures coverage
@example("\rp:\n@", "")
@example("{Bob\r\n\r\nA body of the caller's own", "")
@example("{\U000f0000", "")
@usual
def test_any_yaml_is_taken_or_refused(text: str, before: str) -> None:
    judge(SITE.encode(), encoded(before + text))


@pytest.mark.fault("F52", "P6")
@given(st.data())
@usual
def test_any_damage_to_a_good_file_is_taken_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(EXAMPLE_TEXTS)))
    texts = dict(EXAMPLE_TEXTS)
    text = texts[name]
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 40)))
        text = text[:begin] + data.draw(scraps) + text[end:]
    texts[name] = text

    judge(encoded(texts["absence.yaml"]), encoded(texts["people.yaml"]))


@pytest.mark.fault("F28", "F52")
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_in_any_place_for_text_is_taken_or_refused(hostile: str) -> None:
    quoted = '"' + re.sub(r"[^ -~]|[\"\\]", lambda found: f"\\U{ord(found.group()):08x}", hostile) + '"'
    people = PEOPLE.replace("Alice Tanaka", quoted).replace("PJSIP/101", quoted)

    judge(encoded(SITE.replace("Example Trading", quoted)), encoded(people))
    judge(SITE.encode(), encoded(PEOPLE.replace('"101"', quoted)))
