"""Commands about matching for those who check a decision; they need no database."""

from __future__ import annotations

import click

from mapsvc.operations.commands.documents import open_document, refusing


@click.group()
def match() -> None:
    """Recompute who gets which lot."""


@match.command()
@click.argument("market", metavar="MARKET.json")
@click.option("--trace", "traced", is_flag=True, help="For a stable market: every proposal, on standard error.")
def solve(market: str, traced: bool) -> None:
    """Print who gets which lot, with cut-offs, blocking pairs, envy and hashes, as canonical JSON.

    The file holds an object with capacity, mechanism (stable or optimal), prefs, priority_micro and, where wanted,
    reserves, locks, lottery_seed, merit_micro, impact_micro; - reads standard input. The same file gives the same
    bytes on every machine.

    \b
    mapsvc match solve market.json
    """
    from mapsvc.domain.call_definitions import Mechanism
    from mapsvc.domain.canonical import canonical
    from mapsvc.matching import audits
    from mapsvc.matching.market import read_market

    with refusing():
        given = open_document(market)
        result = audits.solve_market(given)
    read = read_market(given)
    if traced and read.mechanism is Mechanism.STABLE:
        for step in audits.trace(read):
            gone = f", {step.rejected} is rejected" if step.rejected else ""
            click.echo(f"{step.application} asks for {step.lot}{gone}", err=True)
    click.echo(canonical(result))


@match.command()
@click.argument("snapshot", metavar="SNAPSHOT.json")
def replay(snapshot: str) -> None:
    """Compute an archived run of a call again and compare the hashes.

    Prints both hashes of the result and the members that differ. The exit code is 0 where everything is the same, 1
    where the result is another one, 2 where the file is no snapshot or its run is not the one that was hashed.

    \b
    mapsvc match replay run.json
    """
    from mapsvc.domain.canonical import canonical
    from mapsvc.matching import run_files

    with refusing():
        found = run_files.replay(open_document(snapshot))
    click.echo(canonical(found))
    if not found["same"]:
        raise SystemExit(1)
