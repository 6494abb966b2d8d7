"""What a person sees of a page and does with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WAIT = 30.0  # seconds, on a machine that is busy with other tests


class Page:
    """The page in front, whichever it is by now."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """What is to be read there at one moment; a page that is alive replaces its parts."""
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())"
        return list(self.browser.execute_script(script, selector))

    def wait(self, condition: Callable[[], Any], seconds: float = WAIT) -> Any:
        return WebDriverWait(self.browser, seconds, 0.05).until(lambda _: condition())

    def choose(self, *files: Path) -> None:
        self.all("#files")[0].send_keys("\n".join(map(str, files)))

    def press(self, words: str, within: str = "") -> None:
        """Clicks what is called so, as soon as it is there and has come to rest."""
        selector = ", ".join(f"{within} {tag}" for tag in ("button", "summary", "a"))

        def click() -> bool:
            for element in self.all(selector):
                if element.text == words:
                    element.click()
                    return True
            return False

        moving = [StaleElementReferenceException, ElementClickInterceptedException]
        WebDriverWait(self.browser, WAIT, 0.05, moving).until(lambda _: click())

    def fill(self, words: str) -> None:
        """Types into the field that the page has put the cursor in, once it has."""
        self.wait(lambda: self.browser.switch_to.active_element.tag_name == "input")
        self.browser.switch_to.active_element.send_keys(words)

    def loaded(self, selector: str) -> bool:
        """Whether the picture has come and is one."""
        script = "return [...document.querySelectorAll(arguments[0])].some(i => i.naturalWidth > 0)"
        return bool(self.browser.execute_script(script, selector))
