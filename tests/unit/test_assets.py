"""The vendored files are those of the manifest, and every link of a page is found or refused."""

import hashlib
import json
import re
from pathlib import Path

import folium
import pytest

from mapsvc.web import assets

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "mapsvc" / "web" / "templates"
VENDOR = assets.STATIC / "vendor"


def test_every_vendored_file_has_the_hash_of_the_manifest() -> None:
    for file in assets.vendored_files():
        assert hashlib.sha256((assets.STATIC / file.name).read_bytes()).hexdigest() == file.sha256, file.name


def test_no_vendored_file_is_missing_from_the_manifest() -> None:
    on_disk = {path.relative_to(assets.STATIC).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert on_disk == {file.name for file in assets.vendored_files()} | {"vendor/manifest.json"}


def test_versions_are_those_of_package_json_and_each_package_brings_its_licence() -> None:
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads(assets.MANIFEST.read_text(encoding="utf-8"))["packages"]
    assert {package["name"]: package["version"] for package in packages} == pinned
    for package in packages:
        folder = VENDOR / f"{package['name']}-{package['version']}"
        assert (folder / package["licence_file"]).stat().st_size > 500
        assert package["licence"]


def test_leaflet_of_a_folium_map_is_found_among_our_files() -> None:
    scripts, styles = dict(folium.Map.default_js), dict(folium.Map.default_css)
    assert assets.local_url(scripts["leaflet"]) == "vendor/leaflet-1.9.4/leaflet.js"
    assert assets.local_url(styles["leaflet_css"]) == "vendor/leaflet-1.9.4/leaflet.css"


@pytest.mark.parametrize(
    "address",
    [
        "https://code.jquery.com/jquery-3.7.1.min.js",
        "https://cdn.jsdelivr.net/npm/leaflet@9.9.9/dist/leaflet.js",
        "//cdn.example.org/leaflet.js",
        "vendor/leaflet-1.9.4/leaflet-src.js",
        "vendor/manifest.json",
        "css/none.css",
        "../assets.py",
        "css/../../assets.py",
        "css",
        "",
    ],
)
def test_an_unknown_link_is_refused(address: str) -> None:
    with pytest.raises(assets.UnknownAsset):
        assets.local_url(address)


def test_the_address_changes_with_the_content() -> None:
    name, version = assets.locate("css/tokens.css").split("?v=")
    assert name == "css/tokens.css"
    assert hashlib.sha256((assets.STATIC / name).read_bytes()).hexdigest().startswith(version)


def test_every_static_file_that_a_template_names_exists() -> None:
    named = {
        (template.relative_to(TEMPLATES).as_posix(), name)
        for template in TEMPLATES.rglob("*.html")
        for name in re.findall(r"static_url\(\s*['\"]([^'\"]+)['\"]\s*\)", template.read_text(encoding="utf-8"))
    }
    assert ("base.html", "css/tokens.css") in named
    missing = [(template, name) for template, name in sorted(named) if not (assets.STATIC / name).is_file()]
    assert missing == []


def test_templates_carry_no_inline_style_and_no_inline_handler() -> None:
    forbidden = re.compile(r"<[a-z][^>]*\s(style|on[a-z]+)\s*=", re.IGNORECASE)
    for template in sorted(TEMPLATES.rglob("*.html")):
        found = forbidden.search(template.read_text(encoding="utf-8"))
        assert found is None, f"{template.name}: {found.group(0) if found else ''}"


def test_our_style_sheets_ask_no_other_host() -> None:
    for sheet in sorted((assets.STATIC / "css").glob("*.css")):
        assert re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")) == [], sheet.name
