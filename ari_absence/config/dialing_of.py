"""What may be dialled outside, from its YAML to the core's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ari_absence.config import checks
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import Block, Items
from ari_absence.config.site_schema import DialingShape, TrunkShape
from ari_absence.core.people import Dialing, Trunk

_PUNCTUATION = str.maketrans("", "", " ().-")
_GOES_WITH = {"own": "own_number", "company": "company_number"}


class DialingReader:
    """Reads ``dialing:``. What makes no sense is noted and left out; ``sound`` says whether all of it does.

    ``home`` is the site's country.
    """

    def __init__(self, shape: DialingShape, block: Block, mistakes: FileMistakes, home: str) -> None:
        self._shape = shape
        self._home = home
        self._block = block
        self._mistakes = mistakes
        self._mistakes_before = mistakes.count

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong by :meth:`read`."""
        return self._mistakes.count == self._mistakes_before

    def read(self) -> Dialing:
        """The policy of outside calls."""
        shape = self._shape
        self._check_countries(shape.outside, self._block.get("outside"))
        dialing = Dialing(
            outside=frozenset(shape.outside),
            trunks=tuple(self._trunks()),
            types=frozenset(shape.types),
            per_hour=shape.per_hour,
            per_day=shape.per_day,
            home=self._home,
        )
        if self.sound:
            self._note_unserved(dialing)
        return dialing

    def _trunks(self) -> Iterator[Trunk]:
        if self._shape.trunk is not None:
            self._check_home(self._shape.trunk, (), self._block, "trunk")
            yield Trunk(self._shape.trunk)
        if self._shape.trunk is not None and self._shape.trunks:
            at = self._block.key_at("trunk")
            self._mistakes.add(at, '"trunk" is short for one of "trunks", and both are given; move it there')
        for shape, block in zip(self._shape.trunks, self._block.get("trunks", ()), strict=True):
            yield self._trunk(shape, block)

    def _trunk(self, shape: TrunkShape, block: Block) -> Trunk:
        self._check_countries(shape.countries, block.get("countries"))
        self._check_home(shape.dial, shape.countries, block, "dial")
        needed = _GOES_WITH.get(shape.shows)
        if needed is not None and needed not in block and needed not in block.left_out:
            sentence = f'"{needed}" is missing here; add it, or write shows: caller'
            self._mistakes.add(block.value_at("shows"), sentence)
        return Trunk(
            dial=shape.dial,
            countries=frozenset(shape.countries),
            shows=shape.shows,
            own_number=_compact(shape.own_number),
            company_number=_compact(shape.company_number),
        )

    def _check_countries(self, countries: Iterable[str], items: Items | None) -> None:
        import phonenumbers

        for country, at in zip(countries, items.places if items is not None else (), strict=True):
            if country not in phonenumbers.SUPPORTED_REGIONS:
                self._mistakes.add(at, unknown_country(country, phonenumbers.SUPPORTED_REGIONS))

    def _check_home(self, dial: str, countries: Iterable[str], block: Block, key: str) -> None:
        """A number abroad without its country code is another number here, and may be one that costs."""
        abroad = [each for each in (countries or self._shape.outside) if each != self._home]
        if "{national}" in dial and abroad:
            sentence = (
                f"{{national}} leaves out the country code, and this trunk serves {' and '.join(abroad)};"
                " write {number} or {digits} instead"
            )
            only_home = f", or countries: [{self._home}]" if key == "dial" else ""
            self._mistakes.add(block.value_at(key), sentence + only_home)

    def _note_unserved(self, dialing: Dialing) -> None:
        """Warn of countries that are allowed, and that no trunk leads to."""
        if not dialing.trunks or not all(trunk.countries for trunk in dialing.trunks):
            return
        served = frozenset[str]().union(*(trunk.countries for trunk in dialing.trunks))
        for country, at in zip(
            self._shape.outside, self._block["outside"].places if self._shape.outside else (), strict=True
        ):
            if country not in served:
                self._mistakes.warn(
                    at,
                    f"no trunk serves {country}, so nothing there is ever dialled; add it to the countries of one",
                )


def _compact(number: str | None) -> str | None:
    return None if number is None else number.translate(_PUNCTUATION)


def unknown_country(country: str, known: set[str]) -> str:
    """The sentence for a country nobody knows."""
    like = checks.nearest(country, known)
    remedy = f"write such as {like}" if like else "write the two letters of a country, such as JP"
    return f'the country "{country}" is not known; {remedy}'
