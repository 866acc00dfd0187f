"""The baseline: Celery with the threads pool, one task = one POST, the picture written to a file; nothing else.

Run by bench/engine.py with BARE_URL, BARE_BROKER and BARE_DIR in the environment.
"""

import base64
import os
import threading
import uuid
from pathlib import Path

import httpx
from celery import Celery

app = Celery("bare", broker=os.environ.get("BARE_BROKER", ""))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, worker_hijack_root_logger=False)
_local = threading.local()


@app.task(name="bare.call")
def call(prompt: str) -> None:
    """One picture, without any promise."""
    if not hasattr(_local, "client"):
        _local.client = httpx.Client(timeout=600)
    body = {"model": "dall-e-3", "prompt": prompt, "response_format": "b64_json"}
    answer = _local.client.post(f"{os.environ['BARE_URL']}/images/generations", json=body)
    answer.raise_for_status()
    picture = base64.b64decode(answer.json()["data"][0]["b64_json"])
    path = Path(os.environ["BARE_DIR"]) / uuid.uuid4().hex
    path.with_suffix(".tmp").write_bytes(picture)
    path.with_suffix(".tmp").rename(path)
