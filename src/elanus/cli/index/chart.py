"""The advisor's candidates as a picture in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elanus.errors import NotReady

if TYPE_CHECKING:
    from elanus.engine.indexes.advice import Advice


def save_chart(advice: Sequence[Advice], recall: float, path: Path) -> None:
    """Recall against searches a second, and against memory. Raises NotReady without matplotlib."""
    try:
        from matplotlib.figure import Figure  # an extra: only who draws needs it
    except ImportError:
        raise NotReady('drawing into a file needs matplotlib; install it: pip install "elanus[plots]"') from None
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    speed, memory = figure.subplots(1, 2)
    for one in advice:
        recalls = [x for x, _ in one.points]
        speed.plot(recalls, [y for _, y in one.points], marker="o", label=one.type)
        memory.plot([one.recall], [one.memory_bytes / 2**20], marker="o", linestyle="", label=one.type)
    for axes, title in ((speed, "searches a second, one thread"), (memory, "memory, MiB")):
        axes.axvline(recall, color="grey", linewidth=0.8)
        axes.set(xlabel="promised recall@10", title=title, yscale="log")
    speed.legend()
    figure.savefig(path)
