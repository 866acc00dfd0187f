"""What may never stand in a log, and the shape of what does."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog
from django.conf import settings

from images_app.lib import logs
from images_app.lib.crypto import Secret, seal

SECRET = "Zx9SECRETzX9"


@pytest.fixture
def logged() -> Iterator[Callable[..., str]]:
    """What standard error shows of something logged, in a format."""

    def show(act: Callable[[], object], format: str = "json") -> str:
        shown = io.StringIO()
        with redirect_stderr(shown):
            logs.configure({"format": format, "level": "INFO"})
            act()
        return shown.getvalue()

    yield show
    logs.configure(settings.LOGGING)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"authorization: Basic {SECRET}==",
        f"authorization: token {SECRET}",
        f"key sk-{SECRET} refused",
        f"Incorrect API key provided: sk-proj-{SECRET}-abc_def.",
        f"GET https://bucket.s3.amazonaws.com/a.png?X-Amz-Signature={SECRET}&X-Amz-Expires=300 200",
        f"https://b.example/a?AWSAccessKeyId=AKIA{SECRET}&Signature={SECRET}%3D&Expires=1",
        f"X-Amz-Security-Token={SECRET}",
        f"x-amz-signature: {SECRET}",
        f"HTTP Request: GET http://127.0.0.1:1/v1/models?token={SECRET} \"HTTP/1.1 200 OK\"",
        f"\"GET /welcome/?token={SECRET} HTTP/1.1\" 200",
        f"\"GET /welcome/?{SECRET} HTTP/1.1\" 200",
        f"GET //?{SECRET}",
        f"/a%20b/?next=/c/?x={SECRET}",
        f"redirected to https://h.example?{SECRET}",
        f"cannot connect to redis://:{SECRET}@10.0.0.1:6379/0",
        f"postgres://easel:{SECRET}@db/easel refused",
        f"password={SECRET}",
        f'{{"password": "{SECRET} with words {SECRET}"}}',
        f"api_key='{SECRET}', other=1",
        f'{{"api-key": "{SECRET}"}}',
        f"SECRET_KEY={SECRET}",
        f"Cookie: sessionid={SECRET}; csrftoken={SECRET}",
        f"Set-Cookie: sessionid={SECRET}; Path=/",
        f"csrfmiddlewaretoken={SECRET}",
        f"access_token: {SECRET}",
        f'{{"prompt": "a {SECRET} in the rain, \'quoted\'", "n": 1}}',
        f"prompt='a {SECRET} in the rain'",
        f'"revised_prompt": "a {SECRET}"',
        f"null value violates\nDETAIL:  Failing row contains (1, a {SECRET} in the rain).",
        "b64_json: " + SECRET * 40,
        "data:image/png;base64," + SECRET * 40,
    ],
)  # fmt: skip
def test_no_secret_survives_in_a_text(text: str) -> None:
    assert SECRET not in logs.redact(text)


def test_sealed_text_is_hidden() -> None:
    token = seal("sk-abc")
    assert token not in logs.redact(f"row {token} is odd")


@pytest.mark.parametrize(
    "text",
    [
        "job 0f1e2d3c-0000-4000-8000-1234567890ab moved from queued to sent",
        "GET /jobs/0f1e2d3c-0000-4000-8000-1234567890ab/ 200",
        "why? because: 3 ahead",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://api.example.com/v1/images/generations answered 503",
        "took 1.5 s, 12/20 done",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.parametrize(
    "name",
    [
        *(
            "prompt",
            "revised_prompt",
            "api_key",
            "key",
            "password",
            "token",
            "csrf_token",
            "secret",
            "headers",
        ),
        *("Authorization", "cookie", "query_string", "body", "raw_excerpt", "signature", "field_key"),
    ],
)
def test_fields_of_such_names_are_hidden(logged: Callable[..., str], name: str) -> None:
    line = json.loads(logged(lambda: structlog.get_logger("a").info("said", job="j1", **{name: SECRET})))
    assert (line[name], line["job"]) == (logs.HIDDEN, "j1")


def test_a_secret_hides_whatever_it_is_called(logged: Callable[..., str]) -> None:
    assert SECRET not in logged(lambda: structlog.get_logger("a").info("said", what=Secret(SECRET)))


def test_objects_beside_a_message_are_left_out(logged: Callable[..., str]) -> None:
    """Django passes whole requests, Celery the arguments of tasks."""
    extra = {"request": f"<WSGIRequest: GET '/?{SECRET}'>", "data": {"args": SECRET}, "things": [SECRET]}
    line = logged(lambda: logging.getLogger("django.request").warning("Not Found: %s", "/x/", extra=extra))
    assert SECRET not in line
    assert json.loads(line)["event"] == "Not Found: /x/"


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_is_shown_without_its_secrets(logged: Callable[..., str], format: str) -> None:
    def fail() -> None:
        try:
            raise ValueError(f"https://h.example/a?sig={SECRET} Bearer {SECRET}")
        except ValueError:
            logging.getLogger("a").exception("it failed")

    shown = logged(fail, format)
    assert "ValueError: https://h.example/a?[hidden]" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("format", ["json", "console"])
def test_one_event_is_one_line(logged: Callable[..., str], format: str) -> None:
    forged = "/a\n2026-01-01 [info] all is well\r\x1b[31m\u2028"
    shown = logged(lambda: structlog.get_logger("a").info(f"Not Found: {forged}", path=forged), format)
    assert len(shown.splitlines()) == 1
    assert "\x1b[31m" not in shown


def test_every_library_speaks_the_same_format(logged: Callable[..., str]) -> None:
    names = ["django.request", "django.server", "uvicorn.error", "celery.worker", "images_app.jobs", "any"]

    def speak() -> None:
        for name in names:
            logging.getLogger(name).warning("said %s", "so")
        structlog.get_logger("ours").warning("said so")

    lines = [json.loads(line) for line in logged(speak).splitlines()]
    assert [line["logger"] for line in lines] == [*names, "ours"]
    assert {tuple(sorted(line)) for line in lines} == {("event", "level", "logger", "timestamp")}


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.http11", "botocore.auth", "urllib3.connectionpool", "kombu"]
)
def test_libraries_that_tell_addresses_are_quiet(logged: Callable[..., str], name: str) -> None:
    assert logged(lambda: logging.getLogger(name).info("GET https://x/")) == ""


def test_uvicorns_access_lines_have_no_query(logged: Callable[..., str]) -> None:
    def serve() -> None:
        logging.getLogger("uvicorn.access").info(
            '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/welcome/?token={SECRET}", "1.1", 200
        )

    line = json.loads(logged(serve))
    assert line["event"] == '127.0.0.1:5 - "GET /welcome/?[hidden] HTTP/1.1" 200'


def test_a_celery_worker_leaves_the_log_alone() -> None:
    """Celery would set the root's level, and handlers of its own, without the receiver configure() connects."""
    code = (
        "import logging, django; django.setup()\n"
        "from project.celery import app\n"
        "app.log.setup(loglevel='CRITICAL', redirect_stdouts=False)\n"
        "logging.getLogger('celery.worker').warning('said so')\n"
    )
    import os

    environment: dict[str, Any] = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "LOG_FORMAT": "json",
    }
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    [line] = shown.stderr.splitlines()
    assert json.loads(line)["event"] == "said so"
