"""Public holidays of countries and regions, by year, each worked out once and only when asked for.

The ``holidays`` package is imported when the first country needs it: it is slow to import, and not every site
counts public holidays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from ari_absence.config.checks import nearest


def names_by_year(country: str, region: str | None) -> Callable[[int], Mapping[date, str]]:
    """A function from a year to the public holidays' names by date; the same function for the same place.

    Raises:
        ValueError: the country or region is not known; the text is a sentence for whoever wrote it.
    """
    known = _regions_by_country()
    if country not in known:
        raise ValueError(f"no public holidays are known for {country}; {_country_remedy(country)}")
    if region is not None and region not in known[country]:
        raise ValueError(_region_sentence(country, region, known[country]))
    return _names_by_year(country, region)


def _country_remedy(country: str) -> str:
    like = nearest(country, _regions_by_country())
    hint = f"write such as {like}, or " if like else ""
    return f"{hint}write the two letters of a country, or holidays: {{public: false}}"


def _region_sentence(country: str, region: str, known: list[str]) -> str:
    if not known:
        return f"{country} has no regions with holidays of their own; remove the key"
    return f'"{region[:40]}" is not a region of {country}; write one of {", ".join(known)}'


@lru_cache(maxsize=1)
def _regions_by_country() -> dict[str, list[str]]:
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=256)
def _names_by_year(country: str, region: str | None) -> Callable[[int], Mapping[date, str]]:
    import holidays

    languages = holidays.list_localized_countries().get(country, ())
    language = next((known for known in ("en_US", "en_GB", "en") if known in languages), None)

    @lru_cache(maxsize=16)
    def of_year(year: int) -> Mapping[date, str]:
        return dict(holidays.country_holidays(country, subdiv=region, years=year, language=language))

    return of_year
