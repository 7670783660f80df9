"""Commands for a city of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import click

from mapsvc.domain.errors import Conflict
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import AreaRecord, Batch, CityRecord, SourceInfo
from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment

LANGUAGES = ("en", "it")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def accent_colour(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Check the form of a colour."""
    if value is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise click.BadParameter("Write # and six hexadecimal digits, for example #0d5a63.")
    return value


def known_languages(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Split a list of languages, the first one being the default."""
    languages = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
    unknown = [lang for lang in languages if lang not in LANGUAGES]
    if unknown or not languages:
        raise click.BadParameter(f"Choose from {', '.join(LANGUAGES)}, with commas between them.")
    return languages


@click.group()
def city() -> None:
    """Set up your own city, without example data."""


@city.command()
@click.option("--name", required=True, prompt="Name of the city", help="As it stands on every page: Ivrea.")
@click.option("--boundary", required=True, type=FILE, help="The city's boundary: GeoJSON or GeoPackage with one area.")
@click.option("--districts", type=FILE, help="Districts or neighbourhoods: GeoJSON or GeoPackage with one row each.")
@click.option("--level", type=click.Choice(["municipality", "district", "neighbourhood"]), default="neighbourhood",
              show_default=True, help="What the rows of --districts are.")  # fmt: skip
@click.option("--name-column", help="The column of --districts with the names, where it has an unusual name.")
@click.option(
    "--languages", default="en,it", show_default=True, callback=known_languages, help="The first is the default."
)
@click.option("--accent", callback=accent_colour, help="The city's colour, as in #0d5a63; contrast is taken care of.")
@click.option("--licence", default="not stated", show_default=True, help="Under which the boundaries were published.")
@click.option("--attribution", help="Who made the boundaries; without it, the name of the city.")
def init(
    name: str,
    boundary: Path,
    districts: Path | None,
    level: str,
    name_column: str | None,
    languages: tuple[str, ...],
    accent: str | None,
    licence: str,
    attribution: str | None,
) -> None:
    """Set up an empty database for a city: name, boundary, districts, languages, colour.

    Nothing of the example data is loaded, now or by a later `mapsvc up`. Go on with `mapsvc user create` and
    `mapsvc import`.

    \b
    mapsvc city init --name Ivrea --boundary ivrea.geojson --districts quartieri.gpkg --accent "#7a1f3d"
    """
    from mapsvc.exchange.boundaries import read_areas, read_boundary

    key = slugify(name)
    source = SourceInfo(f"areas-{key}", f"Boundaries of {name}", licence, attribution or name, "")
    outline = read_boundary(boundary.read_bytes(), name, key)
    inside = read_areas(districts.read_bytes(), level, name_column, key) if districts else ()
    set_up(Deployment.here(), name, languages, accent, (source, outline, inside))
    console.done(
        f"{name} is set up with {len(inside)} areas inside its boundary. Next: mapsvc user create, then mapsvc up"
    )


def set_up(
    deployment: Deployment,
    name: str,
    languages: tuple[str, ...],
    accent: str | None,
    areas: tuple[SourceInfo, AreaRecord, tuple[AreaRecord, ...]],
) -> None:
    """Write the city and its areas into a database that has no city yet; raises Conflict where it has one."""
    from shapely.geometry import shape

    from mapsvc import bootstrap
    from mapsvc.exchange.geometry import point_inside
    from mapsvc.operations import startup
    from mapsvc.usecases.seeding import load_batches, prepare_city

    startup.prepare(deployment, console.say)
    if startup.has_city(deployment):
        raise Conflict("This database has a city already. Take an empty one, by MAPSVC_VAR or MAPSVC_DATABASE_URL.")
    services = bootstrap.build(deployment.settings)
    source, outline, inside = areas
    centre = point_inside(shape(outline.geometry))
    batches = [(outline.name, lambda: Batch(source, areas=(outline,)))]
    if inside:
        # In a batch of their own: an area finds its parent only among those that are stored already.
        batches.append((f"Areas of {outline.name}", lambda: Batch(source, areas=inside)))
    with console.progress() as report:
        load_batches(services.unit_of_work(), batches, services.clock.now(), report)
    # The city's row comes last: a setting-up that was interrupted can be done again.
    record = CityRecord(name=name, languages=languages, centre=centre, accent=accent)
    prepare_city(services.unit_of_work(), record, services.clock.now())
