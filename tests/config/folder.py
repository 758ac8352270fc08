"""A configuration folder to make mistakes in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

from ari_absence.config.loader import load
from ari_absence.config.settings import Configuration
from ari_absence.core.steps import Step
from ari_absence.errors import ConfigurationError

EXAMPLES = Path(__file__).parent / "examples"
SITE = """\
site:
  company: Example Trading
  timezone: Asia/Tokyo
  country: JP
hours:
  mon-fri: ["09:00-12:00", "13:00-17:30"]
"""
PEOPLE = """\
people:
  "101":
    name: Alice Tanaka
    phones: [PJSIP/101]
  "102":
    name: Kenji Ito
"""


def write(folder: Path, site: str | bytes = SITE, people: str | bytes = PEOPLE) -> Path:
    for name, content in (("absence.yaml", site), ("people.yaml", people)):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def loaded(folder: Path, site: str | bytes = SITE, people: str | bytes = PEOPLE) -> Configuration:
    return load(write(folder, site, people), {})


def mistakes(folder: Path, site: str | bytes = SITE, people: str | bytes = PEOPLE) -> list[str]:
    try:
        loaded(folder, site, people)
    except ConfigurationError as error:
        return error.mistakes
    return []


def written(steps: Iterable[Step]) -> list[str]:
    """Steps as people read them; numbers stay private."""
    return [str(step) + (f":{step.ring_seconds}" if step.ring_seconds else "") for step in steps]


def person(keys: str) -> str:
    """A people.yaml whose "101" has ``keys`` from line 4 on."""
    return (
        'people:\n  "101":\n    name: Alice\n'
        + indent(keys, "    ")
        + '\n  "102":\n    name: Kenji\nteams:\n  sales: {name: Sales, members: ["102"]}\n'
    )
