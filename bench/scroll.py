"""A library of 25,000 pictures in Chromium, scrolled to its end and back.

    .venv/bin/python -m bench.scroll [PICTURES]

Starts a whole Easel in a temporary folder, with rows that share the bytes of one real picture, and prints figures;
asserts nothing. The last column sets the far end beside the beginning, in the same run: what stays flat is 1.
"""

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import generate, launch, sign_in, tile
from tests.e2e.product import PASSWORD, Product, product
from tests.e2e.shifts import TELL_SHIFTS, worst

EMAIL = "bench@example.com"
FILL = """
from images_app.models import StoredImage, User
from tests.rows import make_copies
make_copies(StoredImage.objects.get(), {}, person=User.objects.get())
"""
STEP_PX, TURNS = 800, 30  # of the wheel, each way
FEW = 10  # leaves at either end
# What the page notes by itself: frames, what held them up, answers to keys and clicks, and each leaf of sixty from
# its request to its place in the page.
WATCH = """
const none = () => ({ frames: [], held: [], answers: [], asked: [], leaves: [], tiles: 0, nodes: 0 });
window.noted = none();
let last = 0, request = null;
const frame = (now) => {
  if (last) noted.frames.push(now - last);
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
const observe = (type, note, options) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, ...options });
observe('long-animation-frame', ({ duration }) => noted.held.push(duration));
observe('event', ({ duration, interactionId }) => interactionId && noted.answers.push(duration),
  { durationThreshold: 16 });
addEventListener('htmx:before:request', (event) => event.target.matches?.('.more') && (request = performance.now()));
new MutationObserver((changes) => {
  const leaf = changes.flatMap(({ addedNodes }) => [...addedNodes]).find((node) => node.matches?.('[data-leaf]'));
  if (leaf && request) {
    const asked = request;
    request = null;
    noted.asked.push(performance.now() - asked);
    requestAnimationFrame(() => setTimeout(() => noted.leaves.push(performance.now() - asked)));
  }
}).observe(document, { childList: true, subtree: true });
setInterval(() => {
  noted.tiles = Math.max(noted.tiles, document.querySelectorAll('main .tile').length);
  noted.nodes = Math.max(noted.nodes, document.querySelectorAll('main *').length);
}, 100);
window.told = () => {
  const now = { ...noted, shifts: window.shifts };
  noted = none();
  window.shifts = [];
  return now;
};
"""
LINES = "{:34}{:>10}{:>10}{:>10}"


def main() -> None:
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    with (
        tempfile.TemporaryDirectory(prefix="easel-bench-") as folder,
        product(Path(folder)) as running,
        _library(running, pictures) as page,
    ):
        _measure(page)


@contextlib.contextmanager
def _library(running: Product, pictures: int) -> Iterator[Page]:
    running.make_person(EMAIL, "Bench")
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(
            base_url=running.url, viewport={"width": 1440, "height": 900}, bypass_csp=True
        )
        page.set_default_timeout(120_000)
        sign_in(page, EMAIL, PASSWORD)
        tile(generate(page, "A lighthouse"), "succeeded").wait_for()
        began = time.perf_counter()
        running.manage("shell", "-c", FILL.format(pictures))
        print(f"{pictures:,} pictures, made in {time.perf_counter() - began:.0f} s", flush=True)
        page.add_init_script(TELL_SHIFTS + WATCH)
        page.goto("/library/")
        page.locator("main .tile").first.wait_for()
        yield page


def _measure(page: Page) -> None:
    page.mouse.move(700, 500)
    few = [_more(page) for _ in range(FEW)]
    beginning = _leaves(few) | _turns(page) | _answers(page) | _weight(page)
    print(f"{FEW} leaves measured", flush=True)
    began = time.perf_counter()
    all_on = []
    while page.locator("main .more").count():
        all_on.append(_more(page))
    took = time.perf_counter() - began
    end = _leaves(all_on[-FEW:]) | _turns(page) | _answers(page) | _weight(page)
    page.evaluate("told()")
    began = time.perf_counter()
    page.evaluate("scrollTo(0, 0)")
    page.locator("main .tile-a").first.wait_for()
    page.wait_for_function("document.querySelector('main .tile .pic').complete")
    home = time.perf_counter() - began
    page.wait_for_timeout(1000)
    back = page.evaluate("told()")
    whole = [*few, *all_on, back]
    print(LINES.format("", "beginning", "end", "ratio"))
    for name, value in beginning.items():
        ratio = f"{end[name] / value:.2f}" if value else ""
        print(LINES.format(name, _figure(value), _figure(end[name]), ratio))
    leaves = page.locator("[data-leaf]").count()
    print(f"\n{leaves} leaves; {len(all_on)} of them came in {took:.0f} s, and home took {home:.1f} s")
    print(f"live tiles at most {max(told['tiles'] for told in whole)}")
    print(f"layout shift at most {max(worst(told['shifts']) for told in whole):.4f}")


def _more(page: Page) -> dict[str, Any]:
    """Down to where the next leaf comes."""
    page.evaluate("told()")
    count = page.locator("[data-leaf]").count()
    page.evaluate("scrollTo(0, document.scrollingElement.scrollHeight)")
    page.wait_for_function(
        "count => document.querySelectorAll('[data-leaf]').length > count", arg=count, polling=20
    )
    page.wait_for_function("noted.leaves.length", polling=20)
    return dict(page.evaluate("told()"))


def _leaves(told: list[dict[str, Any]]) -> dict[str, float]:
    return {
        "a leaf is there, ms": statistics.median(each["asked"][0] for each in told),
        "a leaf is drawn, ms": statistics.median(each["leaves"][0] for each in told),
    }


def _turns(page: Page) -> dict[str, float]:
    """The wheel, up and down again."""
    page.evaluate("told()")
    for way in (-1, 1):
        for _ in range(TURNS):
            page.mouse.wheel(0, way * STEP_PX)
        page.wait_for_timeout(500)
    told = page.evaluate("told()")
    frames = sorted(told["frames"])
    return {
        "median frame, ms": statistics.median(frames),
        "95th frame, ms": frames[int(len(frames) * 0.95)],
        "longest frame, ms": frames[-1],
        "longest held up by script, ms": max(told["held"], default=0),
        "live tiles": told["tiles"],
        "nodes a tile": told["nodes"] / max(told["tiles"], 1),
        "layout shift": worst(told["shifts"]),
    }


def _answers(page: Page) -> dict[str, float]:
    """How long keys and a click take, in the middle of the screen."""
    page.evaluate("told()")
    middle = (
        "[...document.querySelectorAll('main .tile-a')].findIndex((a) => a.getBoundingClientRect().top > 200)"
    )
    page.locator("main .tile-a").nth(page.evaluate(middle)).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "x", "x") * 3:
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    keys = page.evaluate("told()")["answers"]
    page.keyboard.press("Enter")
    box = page.locator("dialog.lightbox[open]")
    box.locator(".hero-i").wait_for()
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    page.wait_for_timeout(500)
    box_keys = page.evaluate("told()")["answers"]
    return {"slowest key, ms": max(keys, default=0), "open and close, ms": max(box_keys, default=0)}


def _weight(page: Page) -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {
        metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    tab = max(_renderers(), key=lambda process: process.memory_info().rss)
    return {
        "script memory, MB": metrics["JSHeapUsedSize"] / 1e6,
        "nodes, all": metrics["Nodes"],
        "memory of the tab, MB": tab.memory_info().rss / 1e6,
    }


def _renderers() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [process for process in children if "--type=renderer" in process.cmdline()]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
