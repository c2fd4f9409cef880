"""
Pages in a real browser, against a real server and committed rows.

A process of its own (`pytest tests/e2e`): the browser's driver runs an event loop, so Django must
be told that the tests' own queries are not asynchronous; only here.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.factories import PASSWORD
from zhkh.services.postgres import PostgresAddress

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

_ROOT = Path(__file__).resolve().parent.parent.parent
_START_SECONDS = 120
_PATIENCE = 90_000  # milliseconds: a loaded machine is slow, not wrong
expect.set_options(timeout=_PATIENCE)
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.fail("Нет браузера: установите chromium или назовите его в CHROMIUM.")
    return {
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(base_url: str) -> dict[str, object]:
    return {
        "base_url": base_url,
        "viewport": {"width": 1366, "height": 768},
        "locale": "ru-RU",
        "timezone_id": "Europe/Moscow",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def base_url(
    django_db_setup: None,
    cluster: PostgresAddress,
    database_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The program behind gunicorn on a free port, on the tests' database."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--bind",
                f"127.0.0.1:{port}",
                "--threads=4",
                "--no-control-socket",
                "zhkh.wsgi",
            ],
            cwd=_ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
                "ZHKH_DATABASE_URL": _in_database(cluster.app_url, database_name),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/login/", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=60)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the page complained about; a test that provokes complaints looks and clears."""
    said: list[str] = []
    page.set_default_timeout(_PATIENCE)

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture(autouse=True)
def nothing_to_complain(committed_db: None, complaints: list[str]) -> Iterator[None]:
    """Every test runs on committed rows and ends without script errors and policy reports."""
    yield
    assert complaints == []


def sign_in(page: Page, *, username: str, to: str) -> None:
    """Open the address and sign in on the way, by keyboard."""
    page.goto(to)
    page.locator("[name=username]").focus()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == to)


def barriers(page: Page) -> list[str]:
    """What keeps people out (WCAG 2.2 A and AA), as «rule: elements»."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _AXE_TAGS}})
    return [
        f"{rule['id']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found.response["violations"]
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text()}")
