"""Files are fetched from public addresses only: every step is checked, the checked address is the one that is used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import DomainError, Invalid, TooLarge, Unavailable
from mapsvc.domain.public_addresses import checked_address, is_public
from mapsvc.exchange.fetching import Fetcher

Answer = Callable[[BaseHTTPRequestHandler], None]
INSIDE = (
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "240.0.0.1", "198.18.0.1", "nonsense", "",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Answer]]]:
    """A web server on this machine, with what it answers by path."""
    answers: dict[str, Answer] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers[self.path.partition("?")[0]](self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://register.example:{running.server_address[1]}", answers
    running.shutdown()
    running.server_close()


def fetcher(*found: str, **limits: float) -> Fetcher:
    """Return a fetcher for whom names lead to this machine, which counts as public as 127.0.0.1 only."""
    names = list(found or ("127.0.0.1",))
    return Fetcher(resolve=lambda _host, _port: list(names), public=lambda one: one == "127.0.0.1", **limits)  # type: ignore[arg-type]


def sends(data: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"Content_Length": str(len(data))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return answer


def code_of(action: Callable[[], object], kind: type[DomainError] = Invalid) -> str:
    with pytest.raises(kind) as caught:
        action()
    return caught.value.code


def test_a_file_is_fetched_with_its_name(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    answers["/open/premises%20now.csv"] = sends(b"code\n1\n")
    told: list[tuple[int, int]] = []
    name, data = fetcher()(f"{address}/open/premises%20now.csv?x=1", lambda done, total: told.append((done, total)))
    assert (name, data) == ("premises now.csv", b"code\n1\n")
    assert told[-1] == (7, 7)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_of_a_private_network_is_public(address: str) -> None:
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_wrapping_an_address_changes_nothing(number: int) -> None:
    plain = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    assert is_public(f"::ffff:{plain}") == is_public(plain)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_a_name_with_one_private_address_is_refused_before_anything_is_sent() -> None:
    asked = Fetcher(resolve=lambda _host, _port: ["93.184.216.34", "127.0.0.1"])
    assert code_of(lambda: asked("https://register.example/x.csv")) == "address_private"
    assert code_of(lambda: Fetcher()("http://127.0.0.1:9/x")) == "address_private"
    assert code_of(lambda: Fetcher()("http://[::1]/x")) == "address_private"
    assert code_of(lambda: Fetcher()("http://localhost:9/x")) == "address_private"


def test_a_redirect_to_this_machine_is_refused(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    reached: list[str] = []
    answers["/secret"] = lambda request: reached.append(request.path)
    answers["/moved"] = sends(b"", 302, Location="http://127.0.0.2/secret")

    def public(one: str) -> bool:
        return one == "127.0.0.1"

    asked = Fetcher(resolve=lambda host, _port: [host if host[0].isdigit() else "127.0.0.1"], public=public)
    assert code_of(lambda: asked(f"{address}/moved")) == "address_private"
    for target in ("file:///etc/passwd", "gopher://x/", "//user:word@x/", "http://169.254.169.254/latest", ""):
        answers["/moved"] = sends(b"", 302, Location=target)
        assert code_of(lambda: asked(f"{address}/moved")).startswith("address")
    assert reached == []


def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    answers["/x"] = sends(b"fine")
    turns = iter((["127.0.0.1"], ["10.0.0.1"]))
    asked = Fetcher(resolve=lambda _host, _port: next(turns), public=lambda one: one == "127.0.0.1")
    assert asked(f"{address}/x")[1] == b"fine", "the checked address was used, and the name was not asked again"
    assert code_of(lambda: asked(f"{address}/x")) == "address_private"


def test_redirects_are_followed_a_few_times(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    answers["/a"] = sends(b"", 301, Location="/b?y=2")
    answers["/b"] = sends(b"found")
    assert fetcher()(f"{address}/a")[1] == b"found"
    answers["/round"] = sends(b"", 302, Location="/round")
    assert code_of(lambda: fetcher()(f"{address}/round")) == "address_redirects"


def test_size_and_time_are_limited(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    answers["/said"] = sends(b"x", Content_Length="99999999")
    answers["/lied"] = lambda request: (sends(b"x" * 300_000, Connection="close", Content_Length="10")(request), None)[
        1
    ]

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 1_000)
        except OSError:
            pass

    answers["/endless"] = endless
    for path in ("/said", "/endless"):
        assert code_of(lambda path=path: fetcher(most_bytes=10_000)(address + path), TooLarge) == "file_size"  # type: ignore[misc]
    assert fetcher()(f"{address}/lied")[1] == b"x" * 10
    assert code_of(lambda: fetcher(most_bytes=10**9, whole_s=0.05)(f"{address}/endless"), Unavailable) == "address_slow"
    answers["/short"] = sends(b"half", Content_Length="8")
    assert code_of(lambda: fetcher()(f"{address}/short"), Unavailable) in ("address_broke_off", "address_away")


def test_errors_packed_files_and_silence_are_told(server: tuple[str, dict[str, Answer]]) -> None:
    address, answers = server
    answers["/gone"] = sends(b"", 404)
    answers["/packed"] = sends(b"x", Content_Encoding="gzip")
    assert code_of(lambda: fetcher()(f"{address}/gone")) == "address_status"
    assert code_of(lambda: fetcher()(f"{address}/packed")) == "address_packed"
    assert code_of(lambda: fetcher()("http://register.example:9/x"), Unavailable) == "address_away"

    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    assert code_of(lambda: Fetcher(resolve=nowhere)("https://nowhere.example/"), Unavailable) == "address_away"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x/y", "javascript:alert(1)", "https://", "https://user:word@x.example/", "https://x.example/a b",
     "http://x:99999/", "http://[::1", "https://x.example/" + "y" * 3_000, "https://x.example/\x00", "//x.example",
     "http://192.168.1.1/x", "http://[fc00::1]/"],
)  # fmt: skip
def test_what_is_no_public_web_address_is_refused(url: str) -> None:
    assert code_of(lambda: checked_address(url)).startswith("address")
