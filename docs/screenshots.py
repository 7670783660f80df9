"""Take the pictures of docs/pictures in Chromium: `make screenshots`, or some: `make screenshots ARGS="space data"`.

Starts an application of its own with everything that `make run` loads, in a private cluster under var/pictures, on a
fixed day: pictures change when a page changes, and not because a day went by. `--url` takes them from a server that
runs already; then the accounts of the demonstration must be there.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, sync_playwright
from psycopg2 import sql
from werkzeug.serving import WSGIRequestHandler, make_server

from mapsvc import bootstrap
from mapsvc.config import ROOT, Settings
from mapsvc.exchange.demonstration_accounts import PASSWORD
from mapsvc.operations import migrations, seeding
from mapsvc.operations.cluster import PrivateCluster
from mapsvc.operations.installation import Installation
from mapsvc.web.app import create_app

PICTURES = ROOT / "docs" / "pictures"
FOLDER = ROOT / "var" / "pictures"
DAY = "2026-11-22"
DATABASE = "pictures"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync".split()
DESKTOP, PHONE = (1280, 800), (360, 740)
LARGEST_BYTES = 200_000
GAP = 24
# In front of the shutters of Via Saluzzo; the marking flow starts from the position of the phone.
POSITION = {"longitude": 7.67925, "latitude": 45.05962, "accuracy": 12}

SPACE = "/spaces/via-saluzzo-42"
GROUP_MAP = "/maps/empty-shops-of-san-salvario"
FOREIGN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The neighbours' site</title>
<link rel="icon" href="data:,"><style>
body {{ margin: 0; background: #fdfcf9; color: #222; font: 17px/1.5 Georgia, serif }}
header {{ padding: 20px 40px; border-bottom: 4px double #222; font-size: 26px }}
main {{ padding: 16px 40px }} p {{ max-width: 62ch }} iframe {{ border: 0; display: block }}
</style></head><body><header>Neighbours of San Salvario</header>
<main><p>These are the shops around us that stand empty. Did you see one that is missing?</p>
<iframe src="{address}" title="Empty shops of San Salvario" width="1200" height="560"></iframe></main></body></html>"""


@dataclass(frozen=True)
class Shot:
    """One picture: where, as whom, how large, and what to do before it is taken; several steps stand side by side."""

    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    who: str = ""
    language: str = "en"
    dark: bool = False
    steps: Callable[[Page, str], Iterator[None]] | None = None


def settled(page: Page) -> None:
    """Wait until the page, its maps and its fonts are there."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    for picture in page.locator(".leaflet-container").all():
        page.wait_for_function("map => map.hasAttribute('data-ready')", arg=picture.element_handle())
    page.wait_for_load_state("networkidle")


def marking(page: Page, _address: str) -> Iterator[None]:
    """Walk through the three steps: where, is it one of these, what do you see."""
    page.locator("[data-pick-position]").click()
    page.wait_for_function("document.querySelector('[name=lon]')?.value")
    yield
    page.locator(".flow-foot .btn").click()
    page.wait_for_url("**/mark/near**")
    yield
    page.locator(".flow-foot .btn").click()
    page.wait_for_url("**/mark/see**")
    page.locator(".opt").first.click()
    yield


def selected(page: Page, _address: str) -> Iterator[None]:
    """Select the first place of the list, so that its one-tap answers are seen."""
    page.locator("[data-ready] .leaflet-marker-icon").first.wait_for()
    yield


def preview(page: Page, address: str) -> Iterator[None]:
    """Send an export of the register back as an office would: two rows changed, one new, two with mistakes."""
    exported = page.request.get(f"{address}/desk/premises.csv?q=Saluzzo").text().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(exported)))[:5]
    rows[0] |= {"usable_area_m2": "74.5", "rent_eur": "310"}
    rows[1] |= {"floor_level": "0", "water": "yes"}
    new = dict.fromkeys(rows[0], "") | {"street": "Via Nizza", "number": "43", "usable_area_m2": "64"}
    wrong = new | {"number": "45", "usable_area_m2": "6 0x"}
    nowhere = new | {"street": "Via che non esiste", "number": "3"}
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows([*rows, new, wrong, nowhere])
    file = FilePayload(name="premises.csv", mimeType="text/csv", buffer=out.getvalue().encode())
    page.set_input_files("#f-file", [file])
    page.fill("#f-title", "Register of city premises 2026")
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/desk/imports/*")
    yield


SHOTS = (
    Shot("home-desktop", "/", steps=selected),
    Shot("home-desktop-dark", "/", dark=True, steps=selected),
    Shot("home-phone", "/", PHONE, language="it", steps=selected),
    Shot("mark-phone", "/mark", PHONE, steps=marking),
    Shot("space", SPACE),
    Shot("space-phone", SPACE, PHONE),
    Shot("area", "/areas/san-salvario"),
    Shot("data", "/data"),
    Shot("desk-queue", "/desk", who="officer"),
    Shot("desk-premises", "/desk/premises", who="officer"),
    Shot("import-preview", "/desk/imports", who="officer", steps=preview),
    Shot("matching", "/collectives/officina-saluzzo/fits", who="collective"),
    Shot("group-editor", f"{GROUP_MAP}/edit", who="group"),
)


class Quiet(WSGIRequestHandler):
    """Answers without a line for every request."""

    def log_request(self, *_: object) -> None:
        """Say nothing; errors are still told."""


@contextmanager
def own_site() -> Iterator[str]:
    """Lend the address of an application with the example data, as on DAY."""
    cluster = PrivateCluster(Installation(FOLDER), durable=False)
    cluster.ensure_running()
    try:
        with cluster.administration() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
        cluster.ensure_database(DATABASE)
        urls = cluster.urls(DATABASE)
        migrations.upgrade(urls.owner, urls.app)
        server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
        address = f"http://127.0.0.1:{server.server_port}"
        services = bootstrap.build(
            Settings(
                database_url=urls.app,
                owner_url=urls.owner,
                secret_key="only for pictures, and long enough",  # noqa: S106 - the application lives for a minute
                password_salt="only for pictures",  # noqa: S106 - the same
                var=FOLDER,
                public_url=address,
                mail="memory",
                rate_limits=False,
                today=DAY,
            )
        )
        print("Loading the example data", flush=True)
        seeding.seed(services, lambda *_: None)
        server.app = create_app(services)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield address
        server.shutdown()
        thread.join()
        services.engine.dispose()
    finally:
        cluster.stop()


@contextmanager
def foreign_site(address: str) -> Iterator[str]:
    """Lend the address of a group's web site, at another origin, that embeds the map."""
    body = FOREIGN.format(address=f"{address}{GROUP_MAP.replace('/maps/', '/embed/')}").encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # Another name, so that the map is a third party to the page, as it is on a group's site.
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Studio:
    """One browser; each person signs in once."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._signed_in: dict[str, object] = {}

    def take(self, shot: Shot) -> Image.Image:
        """Return the picture, its steps side by side."""
        context = self._context(shot)
        page = context.new_page()
        address = shot.path if urlsplit(shot.path).scheme else f"{self._address}{shot.path}?lang={shot.language}"
        page.goto(address)
        steps = []
        settled(page)
        for _ in shot.steps(page, self._address) if shot.steps else (None,):
            settled(page)
            page.mouse.move(0, 0)
            steps.append(Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB"))
        context.close()
        return side_by_side(steps)

    def _context(self, shot: Shot) -> BrowserContext:
        width, height = shot.size
        narrow = width < 720
        return self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if narrow else 1,
            has_touch=narrow,
            is_mobile=narrow,
            color_scheme="dark" if shot.dark else "light",
            reduced_motion="reduce",
            locale=shot.language,
            timezone_id="Europe/Rome",
            geolocation=POSITION,
            permissions=["geolocation"],
            storage_state=self._session(shot.who) if shot.who else None,
        )

    def _session(self, who: str) -> object:
        if who not in self._signed_in:
            context = self._browser.new_context()
            page = context.new_page()
            page.goto(f"{self._address}/login")
            page.fill("[name=email]", f"{who}@example.org")
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            self._signed_in[who] = context.storage_state()
            context.close()
        return self._signed_in[who]


def side_by_side(steps: Sequence[Image.Image]) -> Image.Image:
    """Return one picture of several, with a gap between them."""
    if len(steps) == 1:
        return steps[0]
    width = sum(step.width for step in steps) + GAP * (len(steps) - 1)
    sheet = Image.new("RGB", (width, max(step.height for step in steps)), "#8a8f94")
    left = 0
    for step in steps:
        sheet.paste(step, (left, 0))
        left += step.width + GAP
    return sheet


def save(picture: Image.Image, name: str) -> None:
    """Write a picture with a palette: the pages use few colours, and the repository keeps every version."""
    path = PICTURES / f"{name}.png"
    for colours in (256, 128, 64):
        few = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        if path.stat().st_size <= LARGEST_BYTES:
            break
    print(f"{path.stat().st_size / 1000:6.0f} kB  {path.relative_to(ROOT)}", flush=True)


def take_all(address: str, names: Sequence[str]) -> None:
    """Take every picture, or those that are named."""
    PICTURES.mkdir(exist_ok=True)
    with foreign_site(address) as foreign, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        studio = Studio(browser, address)
        for shot in (*SHOTS, Shot("embed", foreign)):
            if not names or shot.name in names:
                save(studio.take(shot), shot.name)
        browser.close()


def main() -> int:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="which pictures; all when none is named")
    parser.add_argument("--url", help="the address of a running server with the example data")
    chosen = parser.parse_args()
    if chosen.url:
        take_all(chosen.url.rstrip("/"), chosen.names)
        return 0
    with own_site() as address:
        take_all(address, chosen.names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
