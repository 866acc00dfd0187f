"""How much of what is on the screen jumps by itself (cumulative layout shift, as browsers count it)."""

from typing import Any

from playwright.sync_api import Page

# Every shift with the parts that moved, from before the page's first line on.
TELL_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, startTime, hadRecentInput, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    const box = ({ x, y, width, height }) => `${x},${y} ${width}x${height}`;
    const moved = sources.map(({ node, previousRect, currentRect }) =>
      `${node?.localName}.${node?.className} ${box(previousRect)} to ${box(currentRect)}`);
    shifts.push({ value, at: startTime, moved });
  }
}).observe({ type: 'layout-shift', buffered: true });
"""
GAP_MS, WINDOW_MS = 1000, 5000


def shifted(page: Page) -> float:
    """The worst five seconds since the page began, shifts less than a second apart; 0 is a page at rest."""
    return worst(page.evaluate("shifts"))


def worst(shifts: list[dict[str, Any]]) -> float:
    largest = total = 0.0
    began = last = float("-inf")
    for shift in shifts:
        if shift["at"] - last > GAP_MS or shift["at"] - began > WINDOW_MS:
            began, total = shift["at"], 0.0
        last = shift["at"]
        total += shift["value"]
        largest = max(largest, total)
    return largest
