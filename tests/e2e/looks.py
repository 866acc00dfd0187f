"""What every page must be able to stand: a small screen, thumbs, and the axe."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THUMB_PX = 44
PRIMARY_BOXES = """
[...document.querySelectorAll('.btn.primary')].filter((button) => button.checkVisibility()).map((button) => {
  const box = button.getBoundingClientRect();
  return [button.textContent.trim(), box.width, box.height];
})
"""


def fits_the_screen(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    width = page.evaluate("document.scrollingElement.scrollWidth")
    shown = page.evaluate("document.documentElement.clientWidth")
    assert width <= shown == page.viewport_size["width"]  # type: ignore[index]


def has_targets_for_thumbs(page: Page) -> None:
    small = [box for box in page.evaluate(PRIMARY_BOXES) if min(box[1:]) < THUMB_PX]
    assert small == []


def has_no_barrier(page: Page, *, targets: bool = False) -> None:
    """``targets``: also that they have 24 px, as WCAG 2.2 AA asks. Not for what lies above a page: the axe knows no
    top layer, and takes it for covered by what lies beneath."""
    # Colours on their way from one theme to the other are nobody's contrast.
    page.evaluate(
        "for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish()"
    )
    results = Axe().run(page, options={"rules": {"target-size": {"enabled": targets}}})
    assert results.violations_count == 0, results.generate_report()
