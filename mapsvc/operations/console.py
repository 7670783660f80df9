"""How commands speak: short lines, progress bars that say what is done and what is left, errors as one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Report = Callable[[str, int, int], None]
"""Told of long work: what is being done, how much is done, how much there is (0 when nobody knows)."""


def say(text: str) -> None:
    """Print one line of what is being done."""
    click.echo(f"· {text}")


def done(text: str) -> None:
    """Print the line that ends a command."""
    click.secho(text, bold=True)


@contextmanager
def progress() -> Iterator[Report]:
    """Lend a function that draws one bar for each named step; on a pipe each finished step becomes one plain line."""
    console = Console()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    bars = Progress(*columns, console=console, disable=not console.is_terminal)
    tasks: dict[str, object] = {}
    told: set[str] = set()

    def report(step: str, done_so_far: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=total or None)
        bars.update(tasks[step], completed=done_so_far, total=total or None)  # type: ignore[arg-type]
        if total and done_so_far >= total and step not in told:
            told.add(step)
            if not console.is_terminal:
                say(f"{step}: {total}")

    with bars:
        yield report
