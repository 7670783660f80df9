"""What the tests in Chromium share: the application on a port of its own, ears for complaints, a page at rest."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from mapsvc.bootstrap import Services
from mapsvc.web.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Where a marker stands is the information itself (the exception for maps in WCAG 2.5.8).
MARKER = re.compile("leaflet-marker-icon")
OWN_SCHEMES = ("data:", "blob:")
POLL_SECONDS = 0.05


class Server:
    """A free port of this machine; its address is known before the application that will answer there."""

    def __init__(self) -> None:
        self._server = make_server("127.0.0.1", 0, None, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self, services: Services) -> Iterator[str]:
        """Answer with the application while the block runs; yield the address."""
        self._server.app = create_app(services)
        thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,))
        thread.start()
        try:
            yield self.address
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def listen(page: Page, faults: list[str], *, ours: str = "") -> None:
    """Collect what the console and scripts complain about, dialogs, and requests that leave the address `ours`."""

    def refuse(dialog) -> None:  # type: ignore[no-untyped-def]
        faults.append(f"dialog on {page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("console", lambda said: said.type in {"error", "warning"} and faults.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("dialog", refuse)
    if ours:
        own = (ours + "/", *OWN_SCHEMES)
        page.on("request", lambda asked: asked.url.startswith(own) or faults.append(f"foreign: {asked.url}"))


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the form on which the page is, and wait until it is left behind."""
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def settle(page: Page) -> None:
    """Wait until the page itself says that it is at rest: its maps are drawn, nothing is busy, nothing moves."""
    # What has just changed its size is noticed with the next frame.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator(".folium-map:not([data-ready]):visible")).to_have_count(0)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)")


def violations(page: Page, rules: list[str] | None = None, pardoned: re.Pattern[str] = MARKER) -> list[str]:
    """Return what axe finds on the page at rest, by default against WCAG 2.2 AA and good practice.

    Targets that match `pardoned` may be smaller than 24 px.
    """
    settle(page)
    found = Axe().run(page, options={"runOnly": rules or [*WCAG, "best-practice"]})
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found.response["violations"]
        for node in fault["nodes"]
        if not (fault["id"] == "target-size" and pardoned.search(node["html"]))
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
