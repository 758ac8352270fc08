"""The English words by which names, numbers and times are found in a transcript; in lower case.

Digits are found in any language, and so are names written with a capital.
"""

from __future__ import annotations


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DIGITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_TENS = "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
_MOMENTS = (
    "noon midday midnight o'clock today tonight tomorrow yesterday"
    " monday tuesday wednesday thursday friday saturday sunday"
    " january february april june july august september october november december"
)
_UNITS = "minute minutes hour hours day days week weeks month months morning afternoon evening night"

NUMBERS = _listed(f"{_DIGITS} {_TENS} {_ORDINALS} dozen half quarter")
MOMENTS = frozenset(_MOMENTS.split())

BESIDE = _listed(f"{_UNITS} am pm a.m a.m. p.m p.m. may march oh o double triple percent plus")
"""Words that belong to a number or time next to them, and mean something else alone."""

JOINING = _listed("and past to till point dash of the a in oh o double triple")
"""Words that belong to the numbers and times on both sides."""

_HOURS = _listed(f"{_UNITS} am pm a.m a.m. p.m p.m. may march past")

TITLES = _listed("mister mr mrs ms miss doctor dr professor")
INTRODUCTIONS: tuple[tuple[str, ...], ...] = (
    ("name", "is"),
    ("name's",),
    ("this", "is"),
    ("speaks", "to"),
    ("speak", "to"),
    ("speak", "with"),
    ("ask", "for"),
    ("from",),
    *((title,) for title in sorted(TITLES)),
)
"""What a name follows."""

NO_NAME = _listed(
    "a about again all am an and any anybody anyone are as asking at back be because been before but by call called"
    " calling can could did do does e-mail for from get give going good had has have he hello her here hi him his how"
    " i i'd i'll i'm i've if important in is it it's its just know later me message my need no not now of ok okay on"
    " one only or our out please she should so some somebody someone sorry speaking still tell thank thanks that"
    " that's the their them there they this to too until up urgent us very was we we're were what when where which"
    " while who why will with would yes you your"
)
"""Words that are no name wherever they stand."""


def counts(word: str) -> bool:
    """Whether ``word`` is a number or a time by itself, or a part of one: ``twenty-five``, ``2pm``, ``friday's``."""
    return word in NUMBERS or word in MOMENTS or any(map(_is_counted, word.replace("'", "-").split("-")))


def tells_time(word: str) -> bool:
    """Whether a number with this word is a time."""
    parts = {word, *word.replace("'", "-").split("-")}
    return not parts.isdisjoint(MOMENTS | _HOURS) or (":" in word and any(map(str.isdigit, word)))


def _is_counted(part: str) -> bool:
    return part in NUMBERS or part in MOMENTS or any(map(str.isdigit, part))
