"""From the endpoint to the person's disk: the original is never touched; what the pages show says a model made it."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client

from images_app.images.models import StoredImage
from images_app.jobs.models import Generation
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.models import Team, User
from tests.endpoint import ScriptedEndpoint

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., Generation]
Work = Callable[[], None]
ClientOf = Callable[[User], Client]
PROMPT = "a heron under a red door"


def fetched(answer: Any) -> bytes:
    """The body, from here or from the bucket the answer leads to."""
    if answer.status_code == 302:
        answer = httpx.get(answer["Location"])
    assert answer.status_code == 200
    return bytes(answer.content)


@pytest.mark.parametrize("way", ["b64_json", "url"])
def test_what_is_downloaded_is_byte_for_byte_what_the_endpoint_sent(
    endpoint: ScriptedEndpoint,
    model: ImageModel,
    alice: User,
    ask: Ask,
    work: Work,
    client_of: ClientOf,
    way: str,
) -> None:
    ImageModel.objects.update(response_formats=[way])
    Team.objects.update(prompt_in_files=True)  # not even then
    ask(alice, PROMPT)
    work()
    image, client = StoredImage.objects.get(), client_of(alice)
    link = fetched(client.get(f"/images/{image.pk}/original/?download=1"))
    sent: Any = client.post("/images/zip/", {"ids": str(image.pk)})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(sent.streaming_content)))
    packed = archive.read(archive.namelist()[0])
    assert [hashlib.sha256(link).hexdigest()] == endpoint.pictures()
    assert packed == link


@pytest.mark.parametrize("told", [False, True])
def test_what_the_pages_show_says_a_model_made_it_and_the_prompt_only_where_the_team_wants_it(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work, client_of: ClientOf, told: bool
) -> None:
    client = client_of(alice)
    if told:
        sent = {"name": "Alice", "audience": "0", "prompt_in_files": "on"}
        client.post(f"/team/{current_team(alice).slug}/settings/", sent)
    ask(alice, PROMPT)
    work()
    image = StoredImage.objects.get()
    for variant in ("preview", "thumbnail"):
        copy = fetched(client.get(f"/images/{image.pk}/{variant}/"))
        assert b"digitalsourcetype/trainedAlgorithmicMedia" in copy
        assert (PROMPT.encode() in copy) is told
