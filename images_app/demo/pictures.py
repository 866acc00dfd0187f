"""Drawn pictures: made off the event loop by few hands, kept for a while in a bounded folder."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

from .artist import Recipe, draw


class Pictures:
    """Draws each recipe once while it is remembered.

    Few workers, because each drawing takes a whole core for about a second and some 150 MB: a hundred requests
    at once wait in line, and the event loop stays free to answer.
    """

    def __init__(self, workers: int, cache_mb: int, folder: Path | None) -> None:
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="artist")
        self.limit = cache_mb * 1_000_000
        self.own = tempfile.TemporaryDirectory(prefix="demo-pictures-") if folder is None else None
        self.folder = Path(self.own.name) if self.own else folder or Path()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.drawing: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, recipe: Recipe) -> bytes:
        """The file for a recipe. A caller that goes away does not stop the drawing."""
        key = hashlib.sha256(json.dumps(astuple(recipe)).encode()).hexdigest()
        task = self.drawing.get(key)
        if task is None:
            task = asyncio.create_task(self._find_or_draw(key, recipe))
            self.drawing[key] = task
            task.add_done_callback(lambda _: self.drawing.pop(key, None))
        return await asyncio.shield(task)

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
        if self.own:
            self.own.cleanup()

    async def _find_or_draw(self, key: str, recipe: Recipe) -> bytes:
        kept = self._kept(key)
        if kept is not None:
            return kept
        return await asyncio.get_running_loop().run_in_executor(self.pool, self._draw, key, recipe)

    def _kept(self, key: str) -> bytes | None:
        path = self.folder / key
        try:
            os.utime(path)
            return path.read_bytes()
        except OSError:
            return None

    def _draw(self, key: str, recipe: Recipe) -> bytes:
        picture = draw(recipe)
        try:
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix="new-", delete=False) as file:
                file.write(picture)
            Path(file.name).replace(self.folder / key)
            self._make_room()
        except OSError:
            # The folder is only a convenience: a full disk must not cost a picture.
            pass
        return picture

    def _make_room(self) -> None:
        """Forget the pictures asked for longest ago until the folder is under its limit."""
        files = []
        for entry in os.scandir(self.folder):
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            files.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.limit:
                break
            Path(path).unlink(missing_ok=True)
            total -= size
