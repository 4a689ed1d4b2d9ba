"""Points drawn with letters, one for each series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 64, 14


def drawing(series: Mapping[str, Points], across: str, up: str) -> str:
    """A picture of ``HEIGHT`` lines with the axes named; the vertical one is logarithmic. "" without points."""
    every = [point for points in series.values() for point in points if point[1] > 0]
    if not every:
        return ""
    left, right = _span([x for x, _ in every])
    low, high = _span([math.log10(y) for _, y in every])
    canvas = [[" "] * WIDTH for _ in range(HEIGHT)]
    for letter, points in zip(_letters(len(series)), series.values(), strict=True):
        for x, y in points:
            if y > 0:
                column = round((x - left) / (right - left) * (WIDTH - 1))
                line = round((math.log10(y) - low) / (high - low) * (HEIGHT - 1))
                canvas[HEIGHT - 1 - line][column] = letter
    lines = ["|" + "".join(row).rstrip() for row in canvas]
    names = "  ".join(f"{letter} {name}" for letter, name in zip(_letters(len(series)), series, strict=True))
    foot = f"{left:.3g}".ljust(WIDTH - 6) + f"{right:.3g}".rjust(6)
    return "\n".join(
        [f"{up}: {10**low:,.0f} to {10**high:,.0f}", *lines, "+" + "-" * WIDTH, f" {foot}", f" {across}", names]
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the greatest; a little apart when they are the same."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _letters(count: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]
