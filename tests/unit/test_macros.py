"""The macros draw what they are given: symbols that exist, bars of the right length, text that stays text."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, get_template_attribute
from flask_babel import Babel

from mapsvc.domain.freshness import VacancyStatus

WEB = Path(__file__).parents[2] / "mapsvc" / "web"
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> 50% {% of"
SHOWN = "{{7*7}} ${alert(1)} &lt;img src=x onerror=alert(1)&gt; 50% {% of"


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("mapsvc.web", root_path=str(WEB))
    Babel(app)
    return app


def draw(app: Flask, template: str, macro: str, *args: Any, **named: Any) -> str:
    with app.test_request_context():
        return str(get_template_attribute(f"macros/{template}.html", macro)(*args, **named))


def test_every_status_has_a_symbol_for_an_exact_and_for_a_coarse_position(app: Flask) -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', draw(app, "symbols", "sprite")))
    used: dict[tuple[str, str], str] = {}
    for status in VacancyStatus:
        for precision in ("exact", "street", "cell_100m", "district", "hidden"):
            found = re.search(
                r'href="#(m-[a-z-]+)"', draw(app, "symbols", "symbol", "space", status, "", "", precision)
            )
            assert found is not None
            used[status, precision] = found.group(1)
    assert set(used.values()) <= sprite
    assert used["confirmed_vacant", "exact"] == "m-confirmed"
    for status in VacancyStatus:
        # A tip promises an exact place, so a coarse one never borrows the exact symbol.
        assert used[status, "cell_100m"].startswith("m-approx")
        assert not used[status, "exact"].startswith("m-approx")


def test_age_adds_its_moon_and_a_name_replaces_the_hiding(app: Flask) -> None:
    stale = draw(app, "symbols", "symbol", "space", "disputed", "stale", "row", "exact", "Via Nizza 18, disputed")
    assert "#m-pip-stale" in stale
    assert 'role="img" aria-label="Via Nizza 18, disputed"' in stale
    fresh = draw(app, "symbols", "symbol", "space", "disputed", "fresh")
    assert "m-pip" not in fresh
    assert 'aria-hidden="true"' in fresh


def test_every_symbol_and_icon_that_a_template_or_module_names_is_in_the_sprite(app: Flask) -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', draw(app, "symbols", "sprite")))
    for template in sorted((WEB / "templates").rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        named = {f"i-{name}" for name in re.findall(r"\bicon\('([a-z-]+)'", text)}
        named |= set(re.findall(r"\bmarker\('(m-[a-z-]+)'", text))
        named |= set(re.findall(r"href=\"#([mi]-[a-z-]+)\"", text))
        assert named <= sprite, f"{template.name}: {sorted(named - sprite)}"


def test_the_segments_of_a_score_are_as_long_as_their_values(app: Flask) -> None:
    parts = [
        {"letter": "M", "value": 0.42, "text": HOSTILE},
        {"letter": "D", "value": 0.0, "text": "none"},
        {"letter": "F", "value": 0.03, "text": "little"},
    ]
    bar = draw(app, "match", "score_bar", parts, HOSTILE)
    drawn = re.findall(r'<rect class="p\d" x="([\d.]+)%" y="0" width="([\d.]+)%"', bar)
    assert drawn == [("0.00", "42.00"), ("42.00", "3.00")]
    assert re.findall(r"<text[^>]*>([A-Z])</text>", bar) == ["M"]
    assert SHOWN in bar
    assert SHOWN in draw(app, "match", "score_list", parts)


def test_unknown_and_failed_rules_stand_before_those_that_are_met(app: Flask) -> None:
    items = [{"verdict": verdict, "text": verdict} for verdict in ("pass", "fail", "pass", "unknown", "pass")]
    html = draw(app, "match", "chips", items, "and one more", 2)
    assert re.findall(r'class="con (\w+)"', html) == ["unk", "fail", "pass", "pass", "pass"]
    assert html.index("<details") < html.rindex("con pass")
    assert html.index("con pass") < html.index("<details")


def sample(at: float, vacant: float, occupied: float, status: str, observed: bool = False) -> dict[str, Any]:
    return {"at": at, "vacant": vacant, "occupied": occupied, "status": status, "observed": observed}


def shapes(svg: str, kind: str) -> list[tuple[bool, float, float]]:
    """Pale or not, first and last x of every shape of one kind in the wide drawing."""
    wide = svg[svg.index("rib-wide") : svg.index("rib-narrow")]
    found = []
    for pale, path in re.findall(rf'<path class="{kind}( pale)?"[^>]*? d="([^"]+)"', wide):
        xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", path)]
        found.append((bool(pale), min(xs), max(xs)))
    return found


def test_the_picture_of_the_evidence_changes_at_its_observations_and_pales_after_today(app: Flask) -> None:
    samples = [
        sample(0.0, 0.2, 0.0, "unverified", True),
        sample(0.25, 0.7, 0.0, "confirmed_vacant", True),
        sample(0.5, 0.3, 0.5, "disputed", True),
        sample(0.9, 0.5, 0.1, "probable_vacant"),
    ]
    dots = [{"at": 0.25, "says": "vacant", "size": 3}, {"at": 0.5, "says": "occupied", "size": 1}]
    svg = draw(app, "evidence", "evidence", samples, 0.75, HOSTILE, dots)
    assert shapes(svg, "v-line") == [(False, 0, 190), (True, 684, 760)]
    assert shapes(svg, "v-solid") == [(False, 190, 380), (False, 380, 570), (True, 570, 684)]
    assert shapes(svg, "o-solid") == [(False, 380, 570), (True, 570, 684), (True, 684, 760)]
    assert svg.count("<circle") == 4
    assert SHOWN in svg
    assert "onerror=alert(1)>" not in svg


@pytest.mark.parametrize("today", [0.0, 0.5, 1.0])
def test_the_picture_stands_with_a_single_observation(app: Flask, today: float) -> None:
    svg = draw(app, "evidence", "evidence", [sample(0.0, 0.4, 0.0, "probable_vacant", True)], today, "label")
    assert svg.count("<svg") == 2
    assert "nan" not in svg


def test_a_row_shows_hostile_text_as_text(app: Flask) -> None:
    place = {"url": "/spaces/x", "name": HOSTILE, "symbol": "m-confirmed", "css": "s-space", "headline": HOSTILE}
    html = draw(app, "records", "row", place)
    assert html.count(SHOWN) == 2
    assert "<img" not in html


def test_an_error_is_joined_to_its_control(app: Flask) -> None:
    html = draw(app, "forms", "input", "area", "Floor area", HOSTILE, help="In m².", error="Must be more than 0.")
    assert 'aria-describedby="f-area-error f-area-help" aria-invalid="true"' in html
    assert f'value="{SHOWN}"' in html
    assert 'id="f-area-error"' in html
    assert 'id="f-area-help"' in html
