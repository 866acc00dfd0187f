"""The ear of all other tests hears."""

from tests.e2e.browser import Complaints
from tests.e2e.conftest import Visit


def test_what_goes_wrong_in_a_page_is_heard(visit: Visit, complaints: Complaints) -> None:
    page = visit()
    page.goto("/accounts/login/")
    with page.expect_event("console", lambda message: "CSP: script-src" in message.text):
        page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))")
    page.evaluate("alert('a dialog')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('a broken script'); })")
    heard = "\n".join(complaints.unexpected)
    for words in ("CSP: script-src", "dialog: a dialog", "error in a script: a broken script"):
        assert words in heard
    complaints.heard.clear()
