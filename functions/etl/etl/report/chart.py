"""Small inline SVG charts that scale with the page and take its colours."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _FLOOR = 720, 200, 176
_LABELS = 12
_WIDEST_STEP = 90.0


def share_bar(parts: Sequence[tuple[str, int]]) -> str:
    """One horizontal bar divided by the counts of (css class, count)."""
    whole = sum(count for _, count in parts) or 1
    x, rectangles = 0.0, []
    for css, count in parts:
        width = 1000 * count / whole
        rectangles.append(
            f'<rect class="{css}" x="{x:.2f}" y="0" width="{width:.2f}" height="24"/>'
        )
        x += width
    return (
        '<svg class="share" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">'
        + "".join(rectangles)
        + "</svg>"
    )


def month_bars(counts: Mapping[str, int]) -> str:
    """A column per month between the first and the last, empty months included."""
    months = _months(min(counts), max(counts))
    if len(months) > 120:
        months = _years(counts)
        counts = {year: sum(n for m, n in counts.items() if m[:4] == year) for year in months}
    top = max(counts.values())
    step = min(_WIDTH / len(months), _WIDEST_STEP)
    bars = "".join(
        _column(name, counts.get(name, 0), x=i * step, width=step, top=top)
        for i, name in enumerate(months)
    )
    every = -(-len(months) // _LABELS)
    labels = "".join(
        f'<text x="{(i + 0.5) * step:.1f}" y="{_FLOOR + 18}">{escape(name)}</text>'
        for i, name in enumerate(months)
        if i % every == 0
    )
    crowd = " many" if len(months) > _LABELS // 2 else ""
    return (
        f'<svg class="months{crowd}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Orders from {escape(months[0])} to {escape(months[-1])}, at most {top:,}">'
        f'<line x1="0" x2="{_WIDTH}" y1="{_FLOOR}" y2="{_FLOOR}"/>{bars}{labels}</svg>'
    )


def _column(name: str, count: int, *, x: float, width: float, top: int) -> str:
    height = 150 * count / top
    number = (
        f'<text class="number" x="{x + width / 2:.1f}" y="{_FLOOR - height - 5:.1f}">'
        f"{count:,}</text>"
        if width * _LABELS >= _WIDTH
        else ""
    )
    return number + (
        f'<rect class="kept" x="{x + width * 0.12:.1f}" y="{_FLOOR - height:.1f}" '
        f'width="{width * 0.76:.1f}" height="{height:.1f}" rx="1.5">'
        f"<title>{escape(name)}: {count:,}</title></rect>"
    )


def _months(first: str, last: str) -> list[str]:
    begin, end = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def _years(counts: Mapping[str, int]) -> list[str]:
    return [f"{y:04}" for y in range(int(min(counts)[:4]), int(max(counts)[:4]) + 1)]
