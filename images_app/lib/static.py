"""Static files as they are served: hashed names, compressed, whole stylesheets and no broken references."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

SHEETS = re.compile(r"css/(app|page-[\w-]+)\.css")
MODULES = re.compile(r"js/[\w-]+\.js")
COMMENT_LINE = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
IMPORT = re.compile(r"""@import url\("(?P<name>[\w.-]+\.css)"\)(?: layer\((?P<layer>[\w-]+)\))?;""")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's compressed manifest storage, which also

    - follows ``import`` in ES modules, so that every module has a hashed name and no import map is needed;
    - puts the imports of ``css/app.css`` and of the pages' own sheets in place: no page waits for a chain of files;
    - leaves the lines that are comments out of our modules: they are for whoever reads the sources;
    - leaves source maps alone: vendors name maps that they do not ship.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in HashedFilesMixin.patterns
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            # From the sources, never from an earlier run's result: a part may have changed and the sheet not.
            served = {name: inlined(name, paths) for name in paths if SHEETS.fullmatch(name)}
            served |= {n: COMMENT_LINE.sub("", _source(n, paths)) for n in paths if MODULES.fullmatch(n)}
            for name, text in served.items():
                Path(self.path(name)).write_text(text, encoding="utf-8")
            paths = {**paths, **{name: (self, name) for name in served}}
        yield from super().post_process(paths, dry_run, **options)


def inlined(sheet: str, paths: dict[str, Any]) -> str:
    """The text of a stylesheet with each ``@import url("name.css") layer(x);`` replaced by that file.

    ``paths`` is collectstatic's: name to (storage, path in it).
    """

    def rules(found: re.Match[str]) -> str:
        text = _source(str(Path(sheet).with_name(found["name"])), paths)
        return f"@layer {found['layer']} {{\n{text}}}" if found["layer"] else text

    return IMPORT.sub(rules, _source(sheet, paths))


def _source(name: str, paths: dict[str, Any]) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
