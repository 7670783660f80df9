"""Shells of the maps of the desk: a record with its neighbours, a table with its map, a pin to move."""

from mapsvc.web.folium_elements import Shell, ShellOptions, render_shell
from mapsvc.web.folium_elements.shell import Kind
from mapsvc.web.home import ground
from mapsvc.web.i18n import language

Box = tuple[float, float, float, float]


def shell(kind: Kind, lat: float, lon: float, zoom: int, bounds: Box | None = None, map_id: str = "main") -> Shell:
    """Return the shell of a map of this kind around a place; bounds are west, south, east, north in degrees."""
    return render_shell(
        ShellOptions(kind=kind, lat=lat, lon=lon, zoom=zoom, bounds=bounds, map_id=map_id, lang=language(), **ground())
    )
