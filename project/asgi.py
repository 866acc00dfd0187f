"""ASGI entry point: event streams go past Django, archives beside it, everything else through it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
_django = get_asgi_application()  # first: it loads the settings and the apps

from django.conf import settings  # noqa: E402

from images_app.lib.bodies import Capped, Receive, Scope, Send  # noqa: E402
from images_app.live.downloads import PATHS as DOWNLOADS  # noqa: E402
from images_app.live.downloads import Downloads  # noqa: E402
from images_app.live.hub import Hub  # noqa: E402
from images_app.live.lifespan import lifespan  # noqa: E402
from images_app.live.stream import PATH, Streams  # noqa: E402

# Made here, under the import lock: one per process, whoever comes first.
_hub = Hub(settings.REDIS_URL)
_streams = Streams(_hub)
_pages = Capped(_django)
_downloads = Downloads(_pages)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(_hub, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    elif scope["path"] == PATH:
        await _streams(scope, receive, send)
    elif DOWNLOADS.fullmatch(scope["path"]):
        await _downloads(scope, receive, send)
    else:
        await _pages(scope, receive, send)
