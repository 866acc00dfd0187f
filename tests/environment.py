"""Imported by tests/conftest.py before anything of Django's: a fresh data folder, and the servers of the wanted shape.

EASEL_TEST_SHAPE=plain (the default): SQLite, files on disk, an embedded Valkey.
EASEL_TEST_SHAPE=production: PostgreSQL, Valkey and an S3 server, all started here and stopped at the end.
"""

import atexit
import contextlib
import os
import tempfile

import django
from django.conf import settings

SHAPE = os.environ.get("EASEL_TEST_SHAPE", "plain")

if "EASEL_TEST_READY" not in os.environ:  # workers of a parallel run inherit what the first process made
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    os.environ["EASEL_TEST_READY"] = str(os.getpid())
    os.environ["EASEL_TESTING"] = "1"
    os.environ["EASEL_ENV_FILE"] = os.devnull
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser tests' event loop
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "AWS_STORAGE_BUCKET_NAME",
        "IMAGE_API_BASE_URL",
        "IMAGE_API_KEY",
        "FAIL",
    ):
        os.environ.pop(name, None)
    os.environ["DATA_DIR"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-test-"))
    from tests import parts

    os.environ["REDIS_URL"] = stack.enter_context(parts.start_valkey())
    if SHAPE == "production":
        os.environ["DATABASE_URL"] = stack.enter_context(parts.start_postgres())
        os.environ.update(stack.enter_context(parts.start_s3()))

os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
django.setup()
# Workers of a parallel run share one Valkey, but not what was counted at the door.
settings.CACHES["default"]["KEY_PREFIX"] += os.environ.get("PYTEST_XDIST_WORKER", "")
