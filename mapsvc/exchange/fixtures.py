"""The files that the product starts with, each as a batch that is read when its turn comes."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from mapsvc.domain.imports import Batch
from mapsvc.exchange import demonstration, palermo, san_francisco, susy, swiss, torino_areas, torino_streets


def batches(folder: Path, today: date, *, invented: bool = True) -> Iterator[tuple[str, Callable[[], Batch]]]:
    """Yield a name and a reader for each source in the order in which they build on each other.

    `today` is the day of the invented demonstration, which is left out when `invented` is false. A reader raises
    `Invalid` for a broken file and OSError for a missing one.
    """
    areas, streets = folder / "torino_quartieri.geojson", folder / "torino_streets.geojson.gz"
    yield "municipalities", lambda: torino_areas.read_municipalities(folder / "torino_and_neighbour_comuni.geojson")
    yield "neighbourhoods", lambda: torino_areas.read_neighbourhoods(areas)
    yield "streets", lambda: torino_streets.read(streets)
    yield "premises of San Francisco", lambda: san_francisco.read(folder / "sf_commercial_vacancy_noowner.geojson.gz")
    yield "pacts of Palermo", lambda: palermo.read(newest_pacts(folder))
    yield "initiatives in Italy", lambda: susy.read(folder / "susy_italy_nocontact.geojson")
    yield (
        "initiatives in Switzerland",
        lambda: swiss.read(folder / "swiss_art_projects_structured.csv", folder / "swiss_art_places.csv"),
    )
    if invented:
        yield (
            "demonstration for Torino",
            lambda: demonstration.build(
                today, torino_streets.read(streets).streets, torino_areas.read_neighbourhoods(areas).areas
            ),
        )


def newest_pacts(folder: Path) -> Path:
    """Return the newest publication of Palermo's register."""
    return max((folder / "palermo_patti").glob("current_*.csv"))


def neighbourhood_names(folder: Path) -> list[str]:
    """Return the names of Torino's neighbourhoods, in the order of their file."""
    return [area.name for area in torino_areas.read_neighbourhoods(folder / "torino_quartieri.geojson").areas]
