"""Commands about matching for those who check a decision; only `snapshot` needs the database."""

from __future__ import annotations

from uuid import UUID

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


@match.command()
@click.argument("call", metavar="CALL")
@click.option("--run", "run_id", type=click.UUID, help="Another run of the call than the adopted one.")
def snapshot(call: str, run_id: UUID | None) -> None:
    """Print the kept snapshot of a run, byte by byte as it was archived; it can be replayed.

    Without --run it is the run that was adopted. CALL is the code of the call, such as CB-TO-2027. Applications stand
    in it by their codes only.

    \b
    mapsvc match snapshot CB-TO-2027 > run.json
    mapsvc match replay run.json
    """
    from mapsvc.bootstrap import build
    from mapsvc.domain.people import OPERATOR
    from mapsvc.operations.deployment import Deployment
    from mapsvc.usecases.match_runs import archived

    services = build(Deployment.here().settings)
    with refusing():
        text = archived(services.unit_of_work(), OPERATOR, call, run_id)
    services.engine.dispose()
    # A replay reads the very bytes; a line feed at the end would not be one of them.
    click.echo(text, nl=False)
