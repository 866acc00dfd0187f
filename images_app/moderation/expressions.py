"""Regular expressions an administrator writes, run by RE2: in time that grows with the text only, whatever they say."""

from collections.abc import Iterator

import re2

from images_app.moderation.normal import Normal, fold_pattern

LENGTH_AT_MOST = 500  # characters
PROGRAM_AT_MOST = 4_000  # RE2's own instructions; repetitions multiply them
MEMORY_AT_MOST = 4 << 20  # bytes, of one expression
SPANS_AT_MOST = 20  # of one text, for showing


class BadExpression(ValueError):
    """A sentence on what is wrong with it, for whoever wrote it."""


class Expression:
    """Meets the text with its look-alikes made Latin, or the text as it is. ``\\b``, ``\\w``: ASCII letters only."""

    def __init__(self, pattern: str) -> None:
        """Raises BadExpression."""
        if len(pattern) > LENGTH_AT_MOST:
            raise BadExpression(
                f"The expression has {len(pattern):,} characters; {LENGTH_AT_MOST} is the most."
            )
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = MEMORY_AT_MOST
        options.encoding = re2.Options.Encoding.UTF8
        try:
            self._compiled = re2.compile(fold_pattern(pattern).encode(), options)
        except UnicodeEncodeError:
            raise BadExpression("The expression holds half of a surrogate pair.") from None
        except re2.error as error:
            raise BadExpression(f"This is no expression RE2 can run: {_said(error)}.") from None
        if self._compiled.programsize > PROGRAM_AT_MOST:
            raise BadExpression("The expression is too large: repeat less, or make several rules of it.")
        if self._compiled.search(b"") or self._compiled.search(b" "):
            raise BadExpression("The expression meets the empty text, and so every prompt.")

    def spans(self, text: "Encoded") -> list[tuple[int, int]]:
        """Where it meets, in signs of the normal text; at most SPANS_AT_MOST."""
        for form in text.forms:
            found = list(self._found(form))
            if found:
                return found
        return []

    def _found(self, form: bytes) -> Iterator[tuple[int, int]]:
        if self._compiled.search(form) is None:
            return
        for count, match in enumerate(self._compiled.finditer(form), 1):
            start, end = match.span()
            if start < end:
                before = len(form[:start].decode(errors="ignore"))
                yield before, before + len(form[start:end].decode(errors="ignore"))
            if count == SPANS_AT_MOST:
                return


class Encoded:
    """A text's forms as RE2 takes them, encoded once for all expressions."""

    def __init__(self, normal: Normal) -> None:
        forms = [normal.text] if normal.text == normal.plain else [normal.text, normal.plain]
        self.forms = [form.encode(errors="replace") for form in forms]


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
