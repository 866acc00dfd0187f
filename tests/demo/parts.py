"""A demo endpoint inside the test's own process, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import atexit
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from images_app.demo.server import Demo
from images_app.demo.settings import Settings

KEY = "demo-secret-key"
# One folder of drawn pictures for all tests, so that each is drawn once.
DRAWN = tempfile.TemporaryDirectory(prefix="demo-tests-")
atexit.register(DRAWN.cleanup)


class Bench:
    """The endpoint, a client for it, its clock and the sleeps it asked for."""

    def __init__(self, **changes: Any) -> None:
        self.now = 1_900_000_000.0
        self.slept: list[float] = []
        self.demo = Demo(
            replace(Settings(api_key=KEY, delay=(0, 0)), **changes), lambda: self.now, self._sleep
        )
        if self.demo.settings.data_dir is None:
            self.demo.pictures.folder = Path(DRAWN.name)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.demo),
            base_url="http://demo.test",
            headers={"Authorization": f"Bearer {KEY}"},
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def ask(self, prompt: str = "Paper hills", **fields: Any) -> httpx.Response:
        body = {"model": "dall-e-3", "prompt": prompt, **fields}
        return await self.client.post("/v1/images/generations", json=body)


@asynccontextmanager
async def bench(**changes: Any) -> AsyncIterator[Bench]:
    made = Bench(**changes)
    try:
        yield made
    finally:
        await made.client.aclose()
        made.demo.pictures.close()


def running(work: Any) -> Any:
    """Run one coroutine to its end."""
    return asyncio.run(work)
