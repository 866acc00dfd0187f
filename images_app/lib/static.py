"""Static files as they are served: hashed names, compressed, one stylesheet and no broken references."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

IMPORT = re.compile(r"""@import url\("(?P<name>[\w.-]+\.css)"\)(?: layer\((?P<layer>[\w-]+)\))?;""")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's compressed manifest storage, which also

    - follows ``import`` in ES modules, so that every module has a hashed name and no import map is needed;
    - puts the imports of ``css/app.css`` in place: a page asks for one stylesheet;
    - leaves source maps alone: vendors name maps that they do not ship.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in HashedFilesMixin.patterns
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if "css/app.css" in paths and not dry_run:
            sheet = Path(self.path("css/app.css"))
            sheet.write_text(inlined(sheet), encoding="utf-8")
        yield from super().post_process(paths, dry_run, **options)


def inlined(sheet: Path) -> str:
    """The text of a stylesheet with each ``@import url("name.css") layer(x);`` replaced by that file."""

    def text(found: re.Match[str]) -> str:
        rules = (sheet.parent / found["name"]).read_text(encoding="utf-8")
        return f"@layer {found['layer']} {{\n{rules}}}" if found["layer"] else rules

    return IMPORT.sub(text, sheet.read_text(encoding="utf-8"))
