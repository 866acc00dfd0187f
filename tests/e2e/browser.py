"""A browser that remembers every complaint, and the few things people do in every test."""

import os
import re
import shutil
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Playwright,
    Request,
    expect,
)

TIMEOUT_MS = 30_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`));
"""


@dataclass
class Complaints:
    """What went wrong in the pages of one test, whether or not anybody would have seen it."""

    heard: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, words: str) -> None:
        """Let complaints pass that hold ``words``."""
        self.expected.append(words)

    def listen(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._add(f"error in a script: {error.error}"))
        context.on("requestfailed", self._request)
        context.on("dialog", self._dialog)

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.heard if not any(words in line for words in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._add(f"console {message.type}: {message.text} ({message.location['url']})")

    def _request(self, request: Request) -> None:
        # A page that is left gives up what it was still loading; that is nobody's failure.
        if request.failure != "net::ERR_ABORTED":
            self._add(f"request failed: {request.url} {request.failure}")

    def _dialog(self, dialog: Dialog) -> None:
        self._add(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _add(self, line: str) -> None:
        self.heard.append(line)


def launch(playwright: Playwright) -> Browser:
    program = os.environ.get("EASEL_CHROMIUM") or shutil.which("chromium")
    assert program, "The browser tests need Chromium: install it, or name it in EASEL_CHROMIUM."
    expect.set_options(timeout=TIMEOUT_MS)
    return playwright.chromium.launch(executable_path=program, args=ARGUMENTS)


def open_context(browser: Browser, complaints: Complaints, **options: Any) -> BrowserContext:
    context = browser.new_context(**options)
    context.set_default_timeout(TIMEOUT_MS)
    complaints.listen(context)
    return context


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(prompt_box(page)).to_be_visible()


def prompt_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Prompt", exact=True)


def generate(page: Page, prompt: str) -> Locator:
    """Asks for a picture in the studio; answers with its newest run, which need not be there yet."""
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    return run(page, prompt)


def run(page: Page, prompt: str) -> Locator:
    """The newest run of a prompt, in the studio."""
    heading = page.get_by_role("heading", name=prompt, exact=True)
    return page.locator(".run").filter(has=heading).first


def tile(run: Locator, state: str) -> Locator:
    return run.locator(f".tile[data-state={state}]")


def choose(page: Page, setting: str, value: str) -> None:
    """Opens a chip of the composer and picks one of what it offers."""
    chip = page.get_by_role("button", name=re.compile(f"^{setting}: "))
    chip.click()
    # By key: what opened moves with the composer when the plan's answer comes, and a mouse would hit what is behind it.
    page.locator(".pop:popover-open fieldset:enabled label").filter(has_text=value).locator("input").press(
        "Space"
    )
    page.keyboard.press("Escape")
    expect(chip).to_contain_text(value)


def mark(page: Page) -> None:
    """Leaves a mark that does not survive a reload."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))
