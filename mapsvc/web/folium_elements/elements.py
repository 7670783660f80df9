"""Our Folium elements: each leaves one line in the registry of its map, and an ES module does the drawing.

The script of a shell runs before the modules do (modules wait for the page), so an element never calls a module:
it writes its wish into ``window.mapsvcMaps[<id>].parts`` and ``static/js/map/boot.js`` carries it out.
"""

from __future__ import annotations

from typing import Any, ClassVar

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from mapsvc.web.folium_elements.options import script_json


class ShellMap(folium.Map):
    """A Folium map that asks for Leaflet alone, with a fixed id and no tiles of its own.

    ``leaflet_options`` are Leaflet's map options in Folium's spelling (``scroll_wheel_zoom``).
    """

    # Lists of the class itself: add_js_link on an instance would change folium.Map for every later request.
    default_js = [pair for pair in folium.Map.default_js if pair[0] == "leaflet"]  # noqa: RUF012 - declared by Folium
    default_css = [pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"]  # noqa: RUF012

    def __init__(
        self, map_id: str, location: tuple[float, float], zoom: int, max_zoom: int, leaflet_options: dict[str, Any]
    ) -> None:
        super().__init__(
            location=location,
            zoom_start=zoom,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            **leaflet_options,
        )
        # Before anything is added, so that every name in the script is the same in every answer.
        self._id = map_id
        # folium.Map keeps its max_zoom argument for a tile layer only; without tiles Leaflet needs it as an option.
        self.options["max_zoom"] = max_zoom
        # folium.Map entered its figure under the random id.
        self.figure = self._parent
        self.figure._children.clear()
        self.figure.add_child(self)


class MapPart(JSCSSMixin, MacroElement):
    """One thing a map is made of: the name of a loader in the browser and its options as JSON."""

    loader: ClassVar[str]

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.mapsvcMaps[{{ this.map_id }}].parts.push([{{ this.loader_json }}, {{ this.options_json }}]);
        {% endmacro %}
        """
    )

    def __init__(self, map_id: str, **options: Any) -> None:
        super().__init__()
        self._name = type(self).__name__
        self._id = map_id
        self.map_id = script_json(map_id)
        self.loader_json = script_json(self.loader)
        self.options_json = script_json(options)


class Registry(MapPart):
    """Opens the registry entry of a map; must be the first part."""

    loader = "registry"

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (window.mapsvcMaps = window.mapsvcMaps || {})[{{ this.map_id }}] =
                {map: {{ this._parent.get_name() }}, options: {{ this.options_json }}, parts: []};
        {% endmacro %}
        """
    )


class Ready(MapPart):
    """Tells a module that is already running that the entry is complete; must be the last part."""

    loader = "ready"

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            document.dispatchEvent(new CustomEvent("mapsvc:map", {detail: {{ this.map_id }}}));
        {% endmacro %}
        """
    )


class Background(MapPart):
    """The map drawn from our own streets and areas; options: url with {z}/{x}/{y}, credits."""

    loader = "loadBackground"


class BaseTiles(MapPart):
    """Raster tiles of a configured server, replaced by the background when they fail.

    Options: url, attribution, max_native_zoom, and the options of Background under ``fallback``.
    """

    loader = "loadTiles"


class EndpointLayer(MapPart):
    """Records by box and zoom from an endpoint, with list, search and filters where the page has them."""

    loader = "loadPlaces"


class ShownPlaces(MapPart):
    """The records of the page's own data block; options: fit, interactive."""

    loader = "showPlaces"


class Controls(MapPart):
    """Zoom, position and layers; options: zoom, position, layers (true or false)."""

    loader = "loadControls"


class Legend(MapPart):
    """What the symbols mean: a card where it fits, a button where it does not."""

    loader = "loadLegend"


class MarkLink(MapPart):
    """The link to mark a space, kept at the middle of the map; options: url."""

    loader = "loadMarkLink"


class PointPicker(MapPart):
    """A pin in the middle of the map whose place is written into the inputs of a form."""

    loader = "pickPoint"
