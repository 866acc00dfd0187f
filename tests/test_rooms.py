"""What is forgotten at the app's root fails silently: here it fails loudly."""

import importlib
import inspect
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models

from images_app import models as gathered
from project.celery import app

ROOMS = sorted(path.parent.name for path in Path("images_app").glob("*/__init__.py"))


def modules(kind: str) -> list[str]:
    return [f"images_app.{room}.{kind}" for room in ROOMS if Path("images_app", room, f"{kind}.py").exists()]


@pytest.mark.parametrize("name", modules("models"))
def test_every_model_of_a_room_is_gathered(name: str) -> None:
    module = importlib.import_module(name)
    own = [
        row
        for row in vars(module).values()
        if inspect.isclass(row) and issubclass(row, models.Model) and row.__module__ == name
    ]
    assert own
    for row in own:
        assert getattr(gathered, row.__name__) is row
        assert apps.get_model("images_app", row.__name__) is row


@pytest.mark.parametrize("name", modules("tasks"))
def test_every_task_of_a_room_is_known_to_celery_by_name(name: str) -> None:
    app.loader.import_default_modules()
    source = Path(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    names = [line.split('"')[1] for line in source.splitlines() if line.startswith("@shared_task(name=")]
    assert names
    assert set(names) <= set(app.tasks)


@pytest.mark.parametrize("name", modules("admin"))
def test_every_admin_class_of_a_room_is_registered(name: str) -> None:
    module = importlib.import_module(name)
    own = [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, admin.ModelAdmin) and kind.__module__ == name
    ]
    assert own
    registered = {type(kind) for kind in admin.site._registry.values()}
    # A room above may have put a class of its own over it.
    assert all(any(issubclass(one, kind) for one in registered) for kind in own)
