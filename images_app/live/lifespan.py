"""Start and end of the web process, as its server tells them."""

import asyncio
import signal
import threading
from types import FrameType

from images_app.lib.bodies import Receive, Send
from images_app.live.hub import Hub


async def lifespan(hub: Hub, receive: Receive, send: Send) -> None:
    """Open the hub when the server starts, close it when the server stops."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.open()
            _close_on_signals(hub)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _close_on_signals(hub: Hub) -> None:
    """End the streams as soon as the process is told to stop.

    Servers wait for open responses before they announce the shutdown: an endless one would make them wait
    until their patience ends. The server's own handler runs as before.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue  # nobody handles it: it ends the process at once, streams and all

        def handle(number: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(hub.close)
            if callable(before):
                before(number, frame)

        signal.signal(number, handle)
