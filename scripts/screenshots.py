#!/usr/bin/env python3
"""
Pictures of the README: the demo in a folder of its own, looked at with the system's Chromium.

Run: make screenshots. The pictures are committed; take them anew when a screen changes.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
WINDOW: ViewportSize = {"width": 1366, "height": 768}
PATIENCE_SECONDS = 180
BILLED, DEBTOR = "000000001001", "000000001003"


@contextlib.contextmanager
def served_demo(var: Path) -> Iterator[str]:
    """The demo's address while it serves; its services end with it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    demo = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-m", "zhkh", "demo", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "ZHKH_VAR": str(var)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/login/", demo)
        yield address
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(timeout=60)


def wait_for(url: str, demo: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while demo.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (loopback)
                return
        except OSError:
            time.sleep(0.3)
    sys.exit("Пример не запустился: выполните make demo и прочтите, что он говорит.")


def take_office(browser: Browser, address: str, password: str) -> None:
    """The accountant's screens, in the order of the work."""
    page = new_page(browser, address)
    page.goto("/login/")
    picture(page, "login")
    sign_in(page, "accountant", password)
    page.goto("/accounts/")
    picture(page, "accounts")
    page.get_by_role("link", name=BILLED, exact=True).click()
    page.wait_for_url(re.compile(r"/accounts/\d+/$"))
    picture(page, "account")
    page.goto("/charges/?period=2013-07")
    picture(page, "charges")
    page.goto("/docs/?period=2013-07")
    picture(page, "documents")
    page.goto("/mailing/")
    page.locator("main a[href^='/mailing/']:not([href*='send'])").first.click()
    page.wait_for_url(re.compile(r"/mailing/\d+/$"))
    picture(page, "journal")


def take_desk(browser: Browser, address: str, password: str) -> None:
    """The cashier: a bill with ticks, then its receipt."""
    page = new_page(browser, address)
    page.goto("/kassa/login/")
    sign_in(page, "cashier", password)
    page.goto("/kassa/")
    page.keyboard.type(DEBTOR)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kassa/bill/**")
    page.locator("#bill input[type=checkbox]").first.wait_for()
    page.keyboard.press("+")
    picture(page, "desk")
    page.keyboard.press("F9")
    page.keyboard.type("3500")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile(r"/kassa/receipt/\d+/$"))
    picture(page, "receipt")


def new_page(browser: Browser, address: str) -> Page:
    context = browser.new_context(
        base_url=address,
        viewport=WINDOW,
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        reduced_motion="reduce",
    )
    return context.new_page()


def sign_in(page: Page, username: str, password: str) -> None:
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")


def draw_document(pdf: Path) -> None:
    drawer = shutil.which("pdftoppm") or "pdftoppm"
    subprocess.run(  # noqa: S603 (a fixed command)
        [drawer, "-png", "-r", "110", "-singlefile", pdf, PICTURES / "document"], check=True
    )


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium or not shutil.which("pdftoppm"):
        sys.exit("Нужны chromium и pdftoppm (Debian: apt-get install chromium poppler-utils).")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="zhkh-pictures-") as folder:
        Path(folder).chmod(0o711)  # the database's user walks through it
        var = Path(folder) / "var"
        with served_demo(var) as address, sync_playwright() as driver:
            passwords = json.loads((var / "demo" / "logins.json").read_text())
            browser = driver.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            take_office(browser, address, passwords["accountant"])
            take_desk(browser, address, passwords["cashier"])
            browser.close()
            draw_document(var / "demo" / "documents" / f"kvitanciya_{BILLED}_2013-07.pdf")


if __name__ == "__main__":
    main()
