"""Measure the running server: bytes of the map's first view, and the median time of every kind of request.

    python -m bench.endpoints [ADDRESS] [--times 30]

Ends with code 1 when a promise is broken: 400 kB for the first view, 150 ms median for a request.
"""

from __future__ import annotations

import argparse
import http.client
import re
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from urllib.parse import urljoin, urlsplit

from mapsvc.operations.deployment import Deployment

FIRST_VIEW_BYTES = 400_000
MEDIAN_MS = 150.0
TORINO = "bbox=7.66,45.03,7.71,45.07"
# Tiles of San Salvario: the six that a desktop window shows at zoom 15, and one from further away.
NEAR_TILES = tuple(f"/background/15/{x}/{y}.json" for x in (17082, 17083, 17084) for y in (11780, 11781))
FAR_TILE = "/background/12/2135/1472.json"
REQUESTS = (
    "/",
    f"/places.json?{TORINO}&zoom=15",
    "/places.json?bbox=7.4,44.9,7.9,45.2&zoom=11",
    "/places.json?bbox=-180,-85,180,85&zoom=2",
    "/places.json?bbox=-122.52,37.70,-122.35,37.83&zoom=12",
    f"/places.json?{TORINO}&zoom=15&kinds=space&status=confirmed_vacant&age=fresh",
    f"/places.json?{TORINO}&zoom=15&q=officina",
    "/search.json?q=via+nizza&lon=7.68&lat=45.05",
    "/search.json?q=saluzo",
    NEAR_TILES[3],
    FAR_TILE,
    "/initiatives",
    "/pacts",
    "/collectives",
    "/calls",
    "/areas",
    "/data",
    "/mark",
    "/login",
    "/health",
)
LINKS = re.compile(r'(?:src|href|data-[a-z-]*url)="([^"#]+\.(?:css|js|svg|png|woff2)[^"]*)"')
IMPORTS = re.compile(r"""(?:from|import)\s*\(?["']([^"']+\.js)["']""")


@dataclass(frozen=True)
class Answer:
    """One answer: status, bytes as transferred, body as text where it is text, milliseconds."""

    status: int
    transferred: int
    body: str
    ms: float


class Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=30)

    def get(self, path: str, *, encoded: bool = True) -> Answer:
        """Fetch a path, compressed as for a browser unless the text itself is wanted."""
        headers = {"Accept-Encoding": "br, gzip"} if encoded else {}
        begin = perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        data = response.read()
        taken = 1000 * (perf_counter() - begin)
        head = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
        return Answer(response.status, len(data) + head, "" if encoded else data.decode(errors="replace"), taken)


def first_view(client: Client) -> dict[str, int]:
    """Return the transferred bytes of the map page and of everything its first view fetches."""
    sizes = {"/": client.get("/").transferred}
    waiting = [urljoin("/", path) for path in LINKS.findall(client.get("/", encoded=False).body)]
    while waiting:
        path = waiting.pop()
        if path in sizes:
            continue
        sizes[path] = client.get(path).transferred
        if urlsplit(path).path.endswith(".js"):
            waiting += [urljoin(path, found) for found in IMPORTS.findall(client.get(path, encoded=False).body)]
    for path in (f"/places.json?{TORINO}&zoom=15", *NEAR_TILES):
        sizes[path] = client.get(path).transferred
    return sizes


def main() -> int:
    """Print both tables and return the number of broken promises."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", default=Deployment.here().address)
    parser.add_argument("--times", type=int, default=30)
    chosen = parser.parse_args()
    client = Client(chosen.address)
    broken = 0

    sizes = first_view(client)
    total = sum(sizes.values())
    broken += total > FIRST_VIEW_BYTES
    print(f"First view: {total / 1000:.0f} kB in {len(sizes)} requests (promise: {FIRST_VIEW_BYTES // 1000} kB)")
    for path, size in sorted(sizes.items(), key=lambda item: -item[1])[:8]:
        print(f"  {size / 1000:7.1f} kB  {path[:90]}")

    print(f"\nMedian of {chosen.times} requests, one after the other (promise: {MEDIAN_MS:.0f} ms)")
    for path in REQUESTS:
        answers = [client.get(path) for _ in range(chosen.times)]
        taken = sorted(answer.ms for answer in answers)
        late, wrong = median(taken) > MEDIAN_MS, answers[0].status != http.client.OK
        broken += late or wrong
        sign = f"status {answers[0].status}" if wrong else ("SLOW" if late else "")
        worst = taken[int(len(taken) * 0.95)]
        size = answers[0].transferred / 1000
        line = f"  {median(taken):7.1f} ms  95 %: {worst:7.1f} ms  {size:7.1f} kB  {path[:70]}  {sign}"
        print(line.rstrip())
    return broken


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
