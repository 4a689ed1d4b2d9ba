"""The live picture of an index being built: phase, rows, rate, time left; one bar an index."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from elanus.engine.requests import BuildState, IndexState, IndexStatus
from elanus.errors import BuildFailed

POLL_SECONDS = 0.1


def watch(ask: Callable[[], IndexStatus], console: Console) -> IndexStatus:
    """Shows what ``ask`` answers until nothing is left to build, or the index is paused; the last answer.

    raises  BuildFailed with the reason
    """
    with _bars(console) as progress:
        task = progress.add_task("", total=None, what="", phase="", rate=0.0, left=None)
        while True:
            status = ask()
            progress.update(task, **_shown(status))
            if ended(status):
                break
            time.sleep(POLL_SECONDS)
    if status.state is IndexState.FAILED:
        raise BuildFailed(f"index {status.name} was not built: {status.reason}")
    return status


def _bars(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("[bold]{task.fields[what]}[/]"),
        TextColumn("[cyan]{task.fields[phase]:<10}[/]"),
        BarColumn(bar_width=28),
        _Rows(),
        _Rate(),
        _Left(),
        TimeElapsedColumn(),
        console=console,
    )


def _shown(status: IndexStatus) -> dict[str, Any]:
    """The fields of a bar."""
    return {
        "total": max(status.total_rows, 1),
        "completed": rows_done(status),
        "what": building(status),
        "phase": status.phase or _resting_phase(status),
        "rate": status.rows_per_second,
        "left": status.seconds_left,
    }


def building(status: IndexStatus) -> str:
    """``vector IVF_FLAT``, or ``vector IVF_FLAT -> HNSW`` during a switch."""
    arrow = f" → {status.switching_to}" if status.switching_to else ""
    return f"{status.name} {status.type}{arrow}"


def rows_done(status: IndexStatus) -> int:
    """Rows indexed, with those a running build has done so far."""
    running = sum(build.rows_done for build in status.builds if build.state is BuildState.RUNNING)
    if status.switching_to:
        finished = sum(build.rows_total for build in status.builds if build.state is BuildState.FINISHED)
        return min(running + finished, status.total_rows)
    return min(running + status.indexed_rows, status.total_rows)


def ended(status: IndexStatus) -> bool:
    if status.phase == BuildState.PAUSED:
        return True
    if status.switching_to:
        return False
    return status.state in (IndexState.FINISHED, IndexState.FAILED, IndexState.NONE)


def _resting_phase(status: IndexStatus) -> str:
    """What to show while no build is running."""
    if not ended(status):
        return "queued"
    return "failed" if status.state is IndexState.FAILED else "finished"


class _Rows(TextColumn):
    def __init__(self) -> None:
        super().__init__("{task.completed:>9,.0f} / {task.total:,.0f} rows")

    def render(self, task: Task) -> Text:
        return Text("") if task.total is None else super().render(task)


class _Rate(TextColumn):
    """As wide when the rate is not known, so that nothing jumps when it is."""

    def __init__(self) -> None:
        super().__init__("[dim]{task.fields[rate]:>8,.0f} rows/s[/]")

    def render(self, task: Task) -> Text:
        return super().render(task) if task.fields["rate"] else Text(" " * 15)


class _Left(TextColumn):
    def __init__(self) -> None:
        super().__init__("[dim]{task.fields[left]:>4.0f} s left[/]")

    def render(self, task: Task) -> Text:
        return Text(" " * 11) if task.fields["left"] is None else super().render(task)
