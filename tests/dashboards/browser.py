"""A real Chromium, driven: what a reader does on a page and sees of it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 30
# A chart with a bar a row fits its place by its width alone.
MEANT = r"Dropping \"fit-y\" because spec has discrete height"
ZONE = "America/Los_Angeles"
NUMBERS = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())"
TABLE = """
    return [...document.querySelectorAll(`#${arguments[0]} tr`)]
        .map((line) => [...line.cells].map((cell) => cell.textContent))
"""


class Browser:
    """One window.

    Attributes:
        driver: Selenium's.
        downloads: folder that files are saved into.
    """

    def __init__(self, driver: Chrome, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def open(self, address: str, width: int = 1280) -> None:
        """Open a page afresh, in a window of this width, and wait until all is drawn."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ZONE})
        # An address that differs after # only would keep the page.
        self.driver.get("about:blank")
        for kind in ("browser", "performance"):
            self._log(kind)
        self.driver.get(address)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has drawn what was asked for last."""
        drawn = "return document.body.getAttribute('aria-busy') === 'false'"
        WebDriverWait(self.driver, PATIENCE, 0.02).until(
            lambda driver: driver.execute_script(drawn)
        )

    def complaints(self) -> list[str]:
        """What the console has said since the page was opened, but for what is meant to be."""
        said = [entry["message"] for entry in self._log("browser")]
        return [message for message in said if MEANT not in message]

    def hosts(self) -> set[str]:
        """Whom the page has asked for anything since it was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        urls = [
            one["params"]["request"]["url"]
            for one in messages
            if one["method"] == "Network.requestWillBeSent"
        ]
        assert urls, "no request was seen, not even the page's own"
        return {urlsplit(url).netloc for url in urls if not url.startswith(("data:", "blob:"))}

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """Texts of elements, shown or not."""
        found: list[str] = self.driver.execute_script(NUMBERS, selector)
        return found

    def table(self, chart: str) -> list[dict[str, str]]:
        """The rows that the chart's table lists, by its headings."""
        head, *lines = self.driver.execute_script(TABLE, chart)
        return [dict(zip(head, line, strict=True)) for line in lines]

    def set(self, name: str, value: str) -> None:
        """Give a filter a value, as its picker does."""
        field = f"document.querySelector('form.filters [name={name}]')"
        script = f"const field = {field}; field.value = arguments[0];"
        script += "field.dispatchEvent(new Event('change', { bubbles: true }))"
        self.driver.execute_script(script, value)
        self.settle()

    def evaluate(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")


@contextmanager
def started(profile: Path, downloads: Path) -> Iterator[Browser]:
    """Start a browser with an empty profile, and end it."""
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Named, or Selenium would look for a driver elsewhere.
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver, downloads)
    finally:
        driver.quit()
