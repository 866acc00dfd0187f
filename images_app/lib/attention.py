"""What the first page of the administration asks somebody to look at. Each room says its own lines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.template import Context, Library

register = Library()  # every template has it (settings.TEMPLATES)


@dataclass(frozen=True)
class Line:
    """One thing to look at: what it is, and the address where it is mended."""

    text: str
    address: str
    urgent: bool = False


Source = Callable[[], Iterable[Line]]
_sources: list[tuple[str, Source]] = []


def attention(permission: str) -> Callable[[Source], Source]:
    """Registers a function that gives lines, for staff with the ``permission``; called at each look, so it is short."""

    def enter(source: Source) -> Source:
        _sources.append((permission, source))
        return source

    return enter


def lines(user: Any) -> list[Line]:
    """Everything this person may mend, the urgent first."""
    found = [line for permission, source in _sources if user.has_perm(permission) for line in source()]
    return sorted(found, key=lambda line: not line.urgent)


@register.simple_tag(takes_context=True)
def needs_attention(context: Context) -> list[Line]:
    """``{% needs_attention as lines %}``"""
    return lines(context["user"])
