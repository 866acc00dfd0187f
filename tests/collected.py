"""The static files as production serves them: hashed, whole, packed."""

import atexit
import functools
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

HASHED = {"staticfiles": {"BACKEND": "images_app.lib.static.HashedStaticFiles"}}


@functools.cache
def collected() -> Path:
    """Where they lie; collected once for all tests that ask."""
    folder = tempfile.TemporaryDirectory(prefix="easel-static-")
    atexit.register(folder.cleanup)
    with override_settings(STATIC_ROOT=folder.name, STORAGES=HASHED):
        call_command("collectstatic", interactive=False, verbosity=0)
    return Path(folder.name)
