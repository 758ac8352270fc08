"""A configuration with ten thousand people, as mixed as a real one: hours, absences, managers, delegates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PEOPLE = 10_000
FIRST = 10_000
WORKDAY = "2026-11-25"
"""A Wednesday without a holiday."""

_HOURS = (
    "",
    "",
    "",
    '    hours: {mon-thu: ["08:00-12:15", "13:00-17:00"], fri: ["08:00-14:00"]}\n',
    '    hours: {mon-sun: ["22:00-06:00"]}\n',
)
_ABSENCES = (
    "",
    """    absences:
      - {kind: vacation, from: 2026-11-23, until: 2026-12-04}
""",
    "",
    """    absences:
      - {kind: meeting, every: wed, from: "10:00", until: "11:30"}
      - {kind: out, from: 2026-11-25 14:00, until: 2026-11-25 16:00, note: At a client's}
""",
    "",
    """    absences:
      - {kind: remote, every: [tue, thu]}
""",
    "",
)

_SITE = """site:
  company: Example Trading
  timezone: Asia/Tokyo
  country: JP
  operator: "{operator}"
pbx:
  ari_url: {ari_url}
hours:
  mon-fri: ["09:00-12:00", "13:00-17:30"]
storage:
  folder: {data}
limits:
  messages_per_person: 10000
  messages_warning: 10000
"""


def write(folder: Path, data: Path, *, people: int = PEOPLE, ari_url: str = "http://127.0.0.1:8088") -> Path:
    """Write the configuration of a town of ``people`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "people:\n" + "".join(_person(number, people) for number in range(people))
    (folder / "people.yaml").write_text(text, encoding="utf-8")
    write_site(folder, data, operator=str(FIRST), ari_url=ari_url)
    return folder


def write_site(folder: Path, data: Path, *, operator: str, ari_url: str) -> None:
    """Write ``absence.yaml``, without mail."""
    site = _SITE.format(data=data, operator=operator, ari_url=ari_url.removesuffix("/ari"))
    (folder / "absence.yaml").write_text(site, encoding="utf-8")


def extensions(people: int = PEOPLE) -> Iterator[str]:
    """Everybody's extension."""
    return (str(FIRST + number) for number in range(people))


def _person(number: int, people: int) -> str:
    extension = FIRST + number
    deputy = "" if number % 10 == 9 or number + 1 == people else f'    delegates: ["{extension + 1}"]\n'
    return (
        f'  "{extension}":\n'
        f"    name: {_name(number)}\n"
        f"    phones: [PJSIP/{extension}]\n"
        f"    email: p{extension}@example.com\n"
        f'    mobile: "+81 90 {number // 1000 + 1000:04d} {number:04d}"\n'
        f"{deputy}{_HOURS[number % len(_HOURS)]}{_ABSENCES[number % len(_ABSENCES)]}"
    )


def _name(number: int) -> str:
    return f"{_FIRST_NAMES[number % 25]} {_LAST_NAMES[number // 25 % 25]} {_LAST_NAMES[number // 625]}"


_FIRST = (
    "Aiko Akira Alice Anna Ben Chiyo Clara David Emi Erik Hana Haruto Ines Jun Kenji Lena Maya Naoki Olga "
    "Paul Rin Sofia Taro Yui Zoe"
)
_LAST = (
    "Abe Arai Baba Endo Fujita Goto Hara Ito Kato Kimura Kobayashi Maeda Mori Nakamura Ogawa Okada Saito "
    "Sasaki Sato Suzuki Tanaka Ueda Wada Yamada Yoshida"
)
_FIRST_NAMES, _LAST_NAMES = _FIRST.split(), _LAST.split()
