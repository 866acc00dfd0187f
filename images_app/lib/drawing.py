"""What pages draw dozens or hundreds of times, made without a template of its own: Django's cost more time than all else
of the page."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from django import forms
from django.forms.utils import flatatt
from django.template import Library
from django.templatetags.static import static
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()  # every template has it (settings.TEMPLATES)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of static/icons.svg, for the eye only."""
    return _icon(static("icons.svg"), name)


@cache
def _icon(sprite: str, name: str) -> SafeString:
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sprite, name
    )


class PlainSelect(forms.Select):
    """Draws what forms.Select draws of choices without groups, which takes two templates an option there."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        options = []
        for key, label in cast(Iterable[tuple[Any, str]], self.choices):
            text = "" if key is None else str(key)
            mark = " selected" if text in chosen else ""
            options.append(f'<option value="{escape(text)}"{mark}>{conditional_escape(label)}</option>')
        shown = flatatt(self.build_attrs(self.attrs, dict(attrs or {})))
        # Each part of it is escaped above, or is flatatt's.
        return mark_safe(f'<select name="{escape(name)}"{shown}>{"".join(options)}</select>')  # noqa: S308
