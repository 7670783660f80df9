"""The map shell: what leaves Folium, and that no text is read as a template or ends a script on the way."""

import json
import math
import re
import subprocess
import sys
from html.parser import HTMLParser

import folium
import pytest
from folium.plugins import MarkerCluster

from mapsvc.web import folium_elements
from mapsvc.web.assets import STATIC
from mapsvc.web.folium_elements import Credit, Shell, ShellOptions, TileSource, elements, render_shell
from mapsvc.web.folium_elements.options import script_json

KINDS = ("home", "mini", "desk", "mark", "embed")
TEMPLATES = ("{{7*7}}", "{{ this.__class__ }}", "50% {% of", "{# gone #}", "{%", "}}")
ENDINGS = ("</script><script>alert(1)</script>", "<!--<script>", "${alert(1)}", "\u2028\u2029", "'\"\\")


@pytest.fixture(autouse=True, scope="module")
def wall() -> None:
    folium_elements.install()


def options(**changes: object) -> ShellOptions:
    return ShellOptions(**({"kind": "home", "lat": 45.05, "lon": 7.68, "zoom": 15} | changes))  # type: ignore[arg-type]


def parts_of(shell: Shell) -> dict[str, dict[str, object]]:
    """The registry entries as the browser would read them."""
    found = re.findall(r'\.parts\.push\(\["(\w+)", (\{.*\})\]\);', shell.script)
    return {loader: json.loads(text) for loader, text in found}


@pytest.mark.parametrize("text", [*TEMPLATES, *ENDINGS])
@pytest.mark.parametrize("part", elements.MapPart.__subclasses__(), ids=lambda part: part.__name__)
def test_an_option_of_every_element_comes_out_as_it_went_in(part: type[elements.MapPart], text: str) -> None:
    shell_map = elements.ShellMap("main", (45.0, 7.0), 15, 19, {})
    shell_map.add_child(part("main", text=text))
    figure = shell_map.get_root()
    figure.render()
    script = figure.script.render()
    if part is elements.Ready:
        assert text not in script
        return
    written = re.search(r'\{"text": (".*")\}', script)
    assert written is not None
    assert json.loads(written[1]) == text
    assert "<" not in written[1]
    assert written[1].isascii()


def folium_map_with(text: str) -> folium.Map:
    """A map of ordinary Folium classes that carry a text in every place where they take one."""
    feature = {
        "type": "Feature",
        "properties": {"name": text},
        "geometry": {"type": "Point", "coordinates": [7.0, 45.0]},
    }
    whole = folium.Map(tiles=None)
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr=text, name=text).add_to(whole)
    group = folium.FeatureGroup(name=text).add_to(whole)
    folium.Marker([45, 7], popup=text, tooltip=text).add_to(group)
    folium.Marker([45, 7], icon=folium.DivIcon(html=text)).add_to(group)
    folium.CircleMarker([45, 7], popup=folium.Popup(folium.Html(text))).add_to(group)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [feature]},
        name=text,
        tooltip=folium.GeoJsonTooltip(["name"], aliases=[text]),
        popup=folium.GeoJsonPopup(["name"]),
    ).add_to(whole)
    MarkerCluster(name=text).add_to(whole)
    folium.LayerControl().add_to(whole)
    return whole


@pytest.mark.parametrize("text", TEMPLATES)
def test_the_wall_also_holds_for_ordinary_folium_classes(text: str) -> None:
    page = folium_map_with(f"before {text} after").get_root().render()
    assert text in page
    assert "before 49 after" not in page


WITHOUT_WALL = """
import itertools, sys
from branca.element import Element
count = itertools.count()
Element._generate_id = classmethod(lambda cls: f"{next(count):032x}")
if sys.argv[1] == "wall":
    from mapsvc.web import folium_elements
    folium_elements.install()
sys.path.insert(0, sys.argv[2])
from test_folium_elements import folium_map_with
sys.stdout.write(folium_map_with(sys.argv[3]).get_root().render())
"""


def rendered_elsewhere(wall: str, text: str) -> str:
    """The page of a fresh process, with fixed ids, with the wall or without."""
    folder = __file__.rsplit("/", 1)[0]
    command = [sys.executable, "-c", WITHOUT_WALL, wall, folder, text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_wall_changes_nothing_for_harmless_text() -> None:
    assert rendered_elsewhere("wall", "Via Saluzzo 42") == rendered_elsewhere("none", "Via Saluzzo 42")


def test_without_the_wall_the_server_would_evaluate_a_name() -> None:
    assert "before 49 after" in rendered_elsewhere("none", "before {{7*7}} after")


@pytest.mark.parametrize("kind", KINDS)
def test_a_shell_is_the_same_in_every_answer(kind: str) -> None:
    assert render_shell(options(kind=kind)) == render_shell(options(kind=kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_shell_asks_for_files_of_ours_only(kind: str) -> None:
    shell = render_shell(options(kind=kind))
    assert [path.rsplit("/", 1)[1] for path in shell.scripts] == ["leaflet.js"]
    assert [path.rsplit("/", 1)[1] for path in shell.styles] == ["leaflet.css", "ground.css"]
    for path in (*shell.styles, *shell.scripts, shell.module):
        assert (STATIC / path).is_file()
    assert "http" not in shell.html + shell.script


@pytest.mark.parametrize("kind", KINDS)
def test_a_shell_needs_no_inline_style_and_does_not_forbid_zooming(kind: str) -> None:
    seen: list[tuple[str, set[str]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, {name for name, _ in attrs}))

    Tags().feed(render_shell(options(kind=kind)).html)
    assert seen == [("div", {"class", "id"})]


def test_the_view_is_decided_before_the_ground_is_loaded() -> None:
    assert list(parts_of(render_shell(options()))) == [
        "loadPlaces", "loadBackground", "loadControls", "loadLegend", "loadMarkLink",
    ]  # fmt: skip
    assert list(parts_of(render_shell(options(kind="mark"))))[:2] == ["pickPoint", "loadBackground"]


def test_tiles_carry_the_own_ground_as_their_fallback() -> None:
    tiles = TileSource("https://tiles.example/{z}/{x}/{y}.png", Credit("© Tiles", "https://tiles.example"), 18)
    ground = parts_of(render_shell(options(tiles=tiles, credits=(Credit("© Streets"),))))["loadTiles"]
    assert ground["url"] == tiles.url
    assert ground["max_native_zoom"] == 18
    assert ground["credits"] == [{"text": "© Tiles", "url": "https://tiles.example", "short": None}]
    assert ground["fallback"] == {
        "url": "/background/{z}/{x}/{y}.json",
        "credits": [{"text": "© Streets", "url": None, "short": None}],
    }


def test_hostile_settings_stay_text() -> None:
    hostile = " ".join((*TEMPLATES, *ENDINGS))
    tiles = TileSource(hostile, Credit(hostile, hostile))
    shell = render_shell(options(tiles=tiles, credits=(Credit(hostile),)))
    ground = parts_of(shell)["loadTiles"]
    assert ground["url"] == hostile
    assert ground["fallback"]["credits"][0]["text"] == hostile  # type: ignore[index]
    assert "</script" not in shell.script
    assert "<!--" not in shell.script


def test_a_map_without_tiles_still_tells_leaflet_its_limits() -> None:
    script = render_shell(options(min_zoom=4, max_zoom=18)).script
    assert '"maxZoom": 18' in script
    assert '"minZoom": 4' in script


def test_a_mini_map_is_a_still_picture() -> None:
    script = render_shell(options(kind="mini")).script
    for movement in ("dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom", "boxZoom", "keyboard"):
        assert f'"{movement}": false' in script
    assert "loadControls" not in script


def test_the_shell_does_not_change_folium_for_others() -> None:
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    render_shell(options())
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before


def test_an_element_that_asks_for_a_file_we_do_not_carry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements.Legend, "default_js", [("foreign", "https://cdn.example/legend.js")])
    with pytest.raises(LookupError, match=r"cdn\.example"):
        render_shell(options())


def test_an_element_that_writes_into_the_head_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    head = "{% macro header(this, kwargs) %}<style>p {}</style>{% endmacro %}"
    monkeypatch.setattr(elements.Legend, "_template", elements.Template(head))
    with pytest.raises(ValueError, match="head of the page"):
        render_shell(options())


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_is_no_json_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        script_json({"lon": number})


def test_keys_are_escaped_as_well_as_values() -> None:
    assert json.loads(script_json({"</script>": 1})) == {"</script>": 1}
    assert "<" not in script_json({"</script>": 1})


def test_the_first_box_is_as_wide_as_a_large_window_and_lies_around_its_middle() -> None:
    west, south, east, north = folium_elements.box_around(45.05, 7.68, 15)
    degrees_per_pixel = 360 / (256 * 2**15)
    assert east - west == pytest.approx(1920 * degrees_per_pixel)
    assert (west + east) / 2 == pytest.approx(7.68)
    # One degree of latitude is 1/cos(lat) times as many pixels as one of longitude.
    height = (north - south) / degrees_per_pixel / math.cos(math.radians(45.05))
    assert height == pytest.approx(1080, rel=1e-4)


def test_the_first_box_stays_on_the_map() -> None:
    assert folium_elements.box_around(0, 0, 1) == pytest.approx((-180, -85.0511, 180, 85.0511))
