"""One Chromium for all tests of a process; every test gets windows of its own, closed when it ends."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browsing import CHROMIUM, FLAGS

#: A machine may be busy with other things; what is expected is waited for, and a page that keeps its word is as quick.
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        path = CHROMIUM if CHROMIUM.exists() else None
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _own_windows(browser: Browser) -> Iterator[None]:
    """Close what a test opened; windows of its module stay."""
    opened_before = list(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in opened_before:
            context.close()
