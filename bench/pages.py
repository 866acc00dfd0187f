"""The web process of bin/start over 500 pictures, to open pages of: by hand, or by Lighthouse.

    .venv/bin/python -m bench.pages [RUNS OF LIGHTHOUSE]

Prints the addresses and waits, or hands them to bench/lighthouse.mjs and prints medians.
"""

import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from project.commands import free_port, web
from tests import parts

HERE = Path(__file__).parent
LIBRARY, DRAWN = 500, 24
SEED = f"from bench.pages import seed; seed({LIBRARY})"


def main() -> None:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-pages-"))
        port = free_port()
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "EASEL_ENV_FILE": os.devnull,
            "PYTHONPATH": str(HERE.parent),
            "REDIS_URL": stack.enter_context(parts.start_valkey()),
            "DEMO_URL": "http://127.0.0.1:9/v1",  # nothing is asked for here
            "DEMO_API_KEY": "none",
        }
        run = functools.partial(
            subprocess.run, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        run([sys.executable, "-m", "project.prepare"])
        seeded = run([sys.executable, "manage.py", "shell", "-v0", "-c", SEED]).stdout
        made = {**json.loads(seeded.splitlines()[-1]), "origin": f"http://127.0.0.1:{port}"}
        server = subprocess.Popen(web("127.0.0.1", port).program, env=environment)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        until(lambda: httpx.get(f"{made['origin']}/healthz").is_success, seconds=120)
        print(json.dumps(made, indent=1), flush=True)
        if len(sys.argv) > 1:
            (file := Path(folder) / "pages.json").write_text(json.dumps(made))
            subprocess.run(["node", str(HERE / "lighthouse.mjs"), str(file), sys.argv[1]], check=True)
        else:
            input("Enter ends it. ")


def until(ready: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if ready():
                return
        time.sleep(0.2)
    raise TimeoutError("the server does not answer")


def seed(pictures: int) -> None:
    """Somebody with so many pictures of several days, the last four runs of four; prints their session."""
    import io
    import random
    from datetime import timedelta

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone
    from PIL import Image, ImageFilter

    from images_app.images.actions import store
    from images_app.images.models import StoredImage
    from images_app.jobs.states import State
    from images_app.providers.models import ImageModel
    from images_app.teams.actions import make_person
    from tests.rows import make_attempt, make_generation, make_job, make_picture

    chance = random.Random(1)
    person = make_person("ada@example.com", "correct horse battery", name="Ada Ames")
    model = ImageModel.objects.filter(provider__is_demo=True).first()
    assert model
    now = timezone.now()

    def draw(path: Path, width: int, height: int) -> None:
        """Something that packs about as badly as a photograph."""
        rough = Image.frombytes("RGB", (9, 7), chance.randbytes(189)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        grain = Image.effect_noise((width, height), 26).convert("RGB").filter(ImageFilter.GaussianBlur(0.7))
        file = io.BytesIO()
        Image.blend(rough, grain, 0.18).save(file, "PNG", compress_level=1)
        path.write_bytes(file.getvalue())

    def generation(days: float, n: int) -> object:
        words = chance.choice(["A lighthouse above a quiet sea", "Herons at dawn, woodcut", "Chrome letters"])
        return make_generation(person, model, words, n=n, at=now - timedelta(days=days))

    originals: list[StoredImage] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(DRAWN):
            width, height = chance.choice([(1024, 1024), (1792, 1024), (1024, 1792)])
            draw(path := Path(folder) / "drawn.png", width, height)
            if number % 4 == 0:
                of = generation(number / 400, 4)
            job = make_job(of, State.SUCCEEDED, position=number % 4)  # type: ignore[arg-type]
            attempt = make_attempt(job)
            originals.append(store(path, job=job, attempt=attempt, position=0, revised_prompt=""))
    for number in range(pictures - DRAWN):
        like = originals[number % DRAWN]
        names = ("width", "height", "original_key", "preview_key", "thumbnail_key", "placeholder")
        make_picture(generation(1 + number / 40, 1), **{name: getattr(like, name) for name in names})  # type: ignore[arg-type]

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    print(json.dumps({"session": session.session_key, "image": f"/images/{originals[-1].pk}/"}))


if __name__ == "__main__":
    main()
