"""One format for every line that is logged, and no secret in any of them.

``configure`` is Django's LOGGING_CONFIG: structlog over the standard logging, as text for a console or as
JSON, one line per event (on a console, a traceback follows its line). What the libraries log goes the same
way. Prompts, keys and signed addresses have no business in a call of a logger; :func:`redact` and
:func:`keep_plain_fields` are the net below that rule.
"""

import logging
import re
import sys
import warnings
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TextIO
from uuid import UUID

import structlog
from celery.signals import setup_logging
from structlog.typing import EventDict, Processor, WrappedLogger

from images_app.lib.crypto import Secret

HIDDEN = "[hidden]"
LONGEST = 2_000  # characters of one value
LONGEST_TRACE = 20_000

# Logged at INFO these show whole addresses, headers, SQL with its values, or a line for every hint.
QUIET = (
    "PIL", "amqp", "asyncio", "boto3", "botocore", "celery.app.trace", "celery.beat",
    "celery.worker.strategy", "django.db.backends", "django.template", "httpcore", "httpx", "kombu",
    "psycopg", "redis", "s3transfer", "storages", "urllib3",
)  # fmt: skip
# These come with handlers of their own; their lines go through ours instead.
REHOUSED = ("celery", "celery.task", "django", "django.server", "uvicorn", "uvicorn.access", "uvicorn.error")

_SECRET_NAMES = re.compile(
    r"prompt|passw|secret|token|authorization|cookie|credential|signature|query|session_key"
    r"|(^|_)(api|field|access|private)_?key|^key$|^body$|^headers$|^raw_excerpt$|^b64",
    re.IGNORECASE,
)
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), mend)
    for pattern, mend in (
        # Whatever follows the name of a scheme of HTTP authentication.
        (r"\b(bearer|basic|token)\s+[\w.~+/=-]{6,}", rf"\1 {HIDDEN}"),
        # A name and password inside an address.
        (r"(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@", rf"\1{HIDDEN}@"),
        # Query strings: of addresses, of paths in request lines.
        (r"((?:https?|wss?)://[^\s?\"'<>]*|(?<![\w?])/[^\s?\"'<>]*)\?[^\s\"'<>]+", rf"\1?{HIDDEN}"),
        # Addresses that open a door to whoever has them: of links, invitations, letters, new passwords.
        (
            r"(/(?:s|invitations|unsubscribing|confirm-email|reset/key)/)(?!\[hidden\])[^\s/?\"'<>]{8,}",
            rf"\1{HIDDEN}",
        ),
        # name=value, name: value, "name": "value"
        (
            r"\b((?:x-amz-[\w-]+|aws\w*|api[_-]?key|secret\w*|\w*token|passw\w*|signature|sessionid|csrf\w*"
            r"|authorization|set-cookie|cookie|prompt|revised_prompt|b64_json)[\"']?\s*[=:]\s*)"
            rf"(?!\s*{re.escape(HIDDEN)})(?:\"[^\"]*\"|'[^']*'|[^\s&,;\"']+)",
            rf"\1{HIDDEN}",
        ),
        # Keys by their looks: OpenAI's and ours, sealed text, AWS key ids.
        (r"\b(?:sk|pk|rk)[-_][\w-]{6,}", HIDDEN),
        (r"\bgAAAAA[\w=-]{20,}", HIDDEN),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}", HIDDEN),
        # A database quotes the offending row, and with it a prompt.
        (r"\bDETAIL:\s[^\n]*", f"DETAIL: {HIDDEN}"),
        # A picture in base64.
        (r"[A-Za-z0-9+/_-]{300,}={0,2}", HIDDEN),
    )
)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)}
_CONTROL |= {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
_CONTROL_IN_TRACE = {code: text for code, text in _CONTROL.items() if code not in (0x0A, 0x09)}


def configure(options: Mapping[str, Any]) -> None:
    """Set up logging for this process. ``options``: "format" (console or json) and "level" (a name)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = options.get("format") == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                keep_plain_fields,
                renderer,
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(str(options.get("level", "INFO")))
    for name in REHOUSED:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)  # LOG_LEVEL speaks for them too
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume", append=True)
    # With a receiver of this signal a Celery worker leaves logging, and its level, alone.
    setup_logging.connect(_already_set_up, weak=False, dispatch_uid="easel")


def redact(text: str) -> str:
    """The text without what looks like a key, a password, a signature or a query string."""
    for pattern, mend in _SECRETS:
        text = pattern.sub(mend, text)
    return text


def keep_plain_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Plain values stay, redacted and on one line; objects (a request, a task's arguments) go."""
    plain: EventDict = {}
    for name, value in event.items():
        if not isinstance(value, str | int | float | Decimal | UUID | date | type(None)):
            continue
        if name == "color_message" or (name == "message" and value == event.get("event")):
            continue  # uvicorn's and another handler's second form of the same words
        if name in ("exception", "stack"):
            value = _trace(str(value))
        elif name != "event" and (isinstance(value, Secret) or _SECRET_NAMES.search(name)):
            value = HIDDEN
        elif isinstance(value, str):
            value = redact(value[:LONGEST]).translate(_CONTROL)
        elif isinstance(value, Decimal | UUID | date):
            value = str(value)
        plain[name] = value
    return plain


def _trace(text: str) -> str:
    if len(text) > LONGEST_TRACE:  # its end says what happened
        text = text[-LONGEST_TRACE:].partition("\n")[2]
    return redact(text).translate(_CONTROL_IN_TRACE)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at the moment, as a process that redirects it later expects."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def _already_set_up(**_options: Any) -> None:
    pass
