"""Run as a program with the name of a migration: makes an instance as it was then, with rows, brings it up to date and
prints what has become of them, as JSON."""

import hashlib
import json
import sys
from datetime import timedelta
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

PROMPTS = ("A heron above the sea", "A perfume bottle", "Letters on asphalt")


def fill(apps: Any) -> None:
    """Two owners of a team, as the administration could make them; pictures; what there was to gather them."""

    def make(name: str, /, **fields: Any) -> Any:
        return apps.get_model("images_app", name).objects.create(**fields)

    have = {model.__name__ for model in apps.get_app_config("images_app").get_models()}
    first = make("User", email="first@example.com", name="First")
    second = make("User", email="second@example.com", name="Second")
    team = make("Team", name="Northwind", slug="northwind")
    provider = make("Provider", slug="main", name="Main", base_url="http://127.0.0.1:9/v1")
    model = make("ImageModel", provider=provider, name="one", label="One")
    for number, person in enumerate((first, second)):
        joined = timezone.now() + timedelta(minutes=number)
        make("Membership", team=team, person=person, role="owner", joined_at=joined)
    pictures = [picture(make, have, team, first, model, position) for position in range(len(PROMPTS))]
    if "Collection" not in have:
        return
    for title in ("Herons", "Herons", "!"):
        collection = make("Collection", title=title, person=first, team=team)
        for place, one in enumerate(pictures):
            make("CollectionItem", collection=collection, image=one, place=place, added_by=first)
    for person in (first, second):
        make("Favourite", person=person, image=pictures[0])
    make("Comment", image=pictures[0], person=second, text="Darker?")
    make("Preset", person=first, name="Wide", model=model, size="1024x1024")
    make("SavedView", person=first, name="Herons", query="text=heron")


def picture(make: Any, have: set[str], team: Any, person: Any, model: Any, position: int) -> Any:
    theirs = {"team": team, "person": person}
    prompt = PROMPTS[position]
    generation = make(
        "Generation",
        **theirs,
        model=model,
        prompt=prompt,
        size="1024x1024",
        n=1,
        idempotency_key=prompt,
        body_hash="",
    )
    job = make(
        "ImageJob",
        **theirs,
        generation=generation,
        provider=model.provider,
        position=0,
        state="succeeded",
        turn=0.0,
        charged_usd="0.04",
    )
    attempt = make("Attempt", job=job, provider=model.provider, number=1, cause="submit", outcome="paid")
    later = {"model": model, "shape": "square"} if "Collection" in have else {}
    return make(
        "StoredImage",
        **theirs,
        **later,
        attempt=attempt,
        job=job,
        sha256=hashlib.sha256(prompt.encode()).hexdigest(),
        format="png",
        bytes=1000,
        width=1024,
        height=1024,
        original_key=f"{position}.png",
        preview_key=f"{position}.webp",
        thumbnail_key=f"{position}-s.webp",
        placeholder="data:,",
    )


def told() -> dict[str, Any]:
    from images_app.collections.models import Collection, CollectionItem
    from images_app.galleries.models import Comment
    from images_app.images.models import StoredImage
    from images_app.jobs.models import ImageJob, Preset
    from images_app.teams.models import Membership

    images = StoredImage.objects.order_by("original_key")
    return {
        "pictures": list(images.values_list("job__generation__prompt", "audience", "hearts", "shape")),
        "roles": list(Membership.objects.order_by("joined_at").values_list("person__name", "role")),
        "collections": list(Collection.objects.order_by("created_at").values_list("slug", "audience")),
        "hung": CollectionItem.objects.count(),
        "comments": list(Comment.objects.values_list("text", flat=True)),
        "presets": list(Preset.objects.values_list("name", flat=True)),
        "paid": [str(paid) for paid in ImageJob.objects.values_list("charged_usd", flat=True)],
    }


if __name__ == "__main__":
    django.setup()
    call_command("migrate", "images_app", sys.argv[1], verbosity=0)
    fill(MigrationExecutor(connection).loader.project_state([("images_app", sys.argv[1])]).apps)
    call_command("migrate", verbosity=0)
    print(json.dumps(told()))
