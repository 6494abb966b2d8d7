"""What a person does on several pages."""

from pathlib import Path

from playwright.sync_api import Page, expect


def choose(page: Page, *files: Path) -> None:
    """Chooses files for an upload."""
    page.locator("#files").set_input_files(files)


def uploaded(page: Page, *files: Path) -> None:
    """Uploads files to the folder in front, and waits until they are ready."""
    choose(page, *files)
    expect(page.locator("#transfers-status")).to_have_text(f"{len(files)} of {len(files)} uploaded")
    for file in files:
        row = page.locator("#listing [data-rows] > *", has_text=file.name)
        expect(row.locator(".state")).to_have_text("ready")


def open_row(page: Page, name: str) -> None:
    """Opens a file or folder of the listing."""
    page.locator("#listing").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def has_loaded(page: Page, selector: str) -> None:
    """Waits until the picture there has come and is one."""
    script = "s => [...document.querySelectorAll(s)].some(image => image.naturalWidth > 0)"
    page.wait_for_function(script, arg=selector)
