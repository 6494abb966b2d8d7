"""Pictures of every page in three widths, by day and by night: `make screenshots`.

python -m tests.browser.screenshots FOLDER [NAME…]
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.catalog import PAGES
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.world import World, log_in
from tests.functional.stack import Stack

WIDTHS = (390, 800, 1400)  # px: a telephone, a tablet upright, a desk
SCHEMES = ("light", "dark")


def main(folder: Path, names: list[str]) -> None:
    """Takes pictures of the pages of these names, or of all."""
    stack = Stack()
    try:
        world = World(stack.start()).fill()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            log_in(page, world)
            for name in names or PAGES:
                take(page, world, name, folder)
            browser.close()
    finally:
        stack.end()


def take(page: Page, world: World, name: str, folder: Path) -> None:
    """Takes pictures of one page."""
    page.goto(PAGES[name].where(world))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            place = folder / scheme / f"{name}-{width}.png"
            page.screenshot(path=place, full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
