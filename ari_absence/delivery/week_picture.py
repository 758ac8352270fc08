"""The report of a week as a picture: a bar for each number, in colours that people who see few can tell apart."""

from __future__ import annotations

import sys

from ari_absence.core.text import for_terminal
from ari_absence.core.weekly import WeekReport
from ari_absence.errors import AbsenceError

PEOPLE_MAX = 30  # with more nothing can be read; the text and the CSV have them all
_SERIES = (
    ("taken for others", "taken", "#0072b2"),
    ("returned in time", "in_time", "#009e73"),
    ("returned late", "late", "#e69f00"),
    ("still owed", "owed", "#d55e00"),
)
_NEEDS = "a picture needs more than is installed; run pip install 'ari-absence[pictures]'"


class PictureError(AbsenceError):
    """The picture can't be made here; the text says what is missing."""


def _forget_plugins_of_pygal() -> None:
    """Its finder of plugins, which are maps, speaks a protocol that Python has given up: every later import that
    finds nothing would warn, and fail with another error than its own."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]


def as_svg(report: WeekReport) -> bytes:
    """The picture; whoever did or owes most comes first.

    Raises:
        PictureError: the library is not installed.
    """
    try:
        import pygal
        from pygal.style import Style
    except ImportError as missing:
        raise PictureError(_NEEDS) from missing
    _forget_plugins_of_pygal()
    style = Style(
        background="white",
        plot_background="white",
        colors=tuple(colour for _, _, colour in _SERIES),
        font_family="DejaVu Sans, sans-serif",
        label_font_size=12,
        legend_font_size=13,
        title_font_size=16,
        value_font_size=11,
        opacity="1",
        guide_stroke_color="#dddddd",
        major_guide_stroke_color="#dddddd",
        value_colors=("#222",) * len(_SERIES),
    )
    lines = sorted(report.lines, key=lambda line: -_weight(line.counts))[:PEOPLE_MAX][::-1]
    chart = pygal.HorizontalBar(
        style=style,
        js=[],  # a picture asks nothing of a network
        title=f"Calls in week {report.week}",
        width=900,
        height=180 + 90 * max(1, len(lines)),
        legend_at_bottom=True,
        print_values=True,
        value_formatter=lambda value: str(int(value)),
        no_data_text="No calls",
        include_x_axis=True,
    )
    chart.x_labels = [for_terminal(line.name, 24) for line in lines]
    for title, name, _ in _SERIES:
        chart.add(title, [getattr(line.counts, name) for line in lines])
    made: bytes = chart.render()
    return made


def as_png(report: WeekReport) -> bytes:
    """The same as pixels.

    Raises:
        PictureError: a library is not installed.
    """
    svg = as_svg(report)
    try:
        import cairosvg
    except (ImportError, OSError) as missing:  # OSError: the library of the system
        raise PictureError(_NEEDS) from missing
    made: bytes = cairosvg.svg2png(bytestring=svg)
    return made


def _weight(counts: object) -> int:
    return sum(int(getattr(counts, name)) for _, name, _ in _SERIES)
