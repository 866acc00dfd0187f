"""The picture's address, as a browser uses it, on files and on S3."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from images_app.images.models import StoredImage
from images_app.teams.models import User
from tests.images import corpus
from tests.images.conftest import Stored

ClientOf = Callable[[User], Client]
VARIANTS = ["original", "preview", "thumbnail"]


def address(image: StoredImage, variant: str = "original") -> str:
    return reverse("picture", args=[image.pk, variant])


def fetched(answer: Any, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    """Status, body and lower-case headers at the end of the way."""
    if answer.status_code == 302:
        final = httpx.request(method, answer["Location"])
        return final.status_code, final.content, dict(final.headers)
    return answer.status_code, answer.content, {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("name", ["png", "jpeg", "webp"])
def test_the_person_gets_the_original(
    storage: str, alice: User, stored: Stored, client_of: ClientOf, name: str
) -> None:
    image = stored(alice, corpus.KEPT[name])
    status, body, headers = fetched(client_of(alice).get(address(image)))
    assert (status, body) == (200, corpus.KEPT[name])
    assert headers["content-type"] == f"image/{name}"


@pytest.mark.parametrize("variant", ["preview", "thumbnail"])
def test_display_copies_are_webp(
    storage: str, alice: User, stored: Stored, client_of: ClientOf, variant: str
) -> None:
    status, body, headers = fetched(client_of(alice).get(address(stored(alice), variant)))
    assert (status, body[8:12]) == (200, b"WEBP")
    assert headers["content-type"] == "image/webp"


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_stranger_gets_the_404_of_no_picture_at_all(
    storage: str, alice: User, bob: User, stored: Stored, client_of: ClientOf, variant: str
) -> None:
    client = client_of(bob)
    theirs = client.get(address(stored(alice), variant))
    nobodys = client.get(reverse("picture", args=[uuid.uuid4(), variant]))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content


def test_an_admin_is_a_stranger_here(
    on_files: None, alice: User, admin: User, stored: Stored, client_of: ClientOf
) -> None:
    assert client_of(admin).get(address(stored(alice))).status_code == 404


@pytest.mark.parametrize("variant", VARIANTS)
def test_nobody_gets_a_picture_without_signing_in(
    storage: str, alice: User, stored: Stored, client: Client, variant: str
) -> None:
    answer = client.get(address(stored(alice), variant))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_there_are_no_other_variants(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    there = address(stored(alice)).replace("original", "placeholder")
    assert client_of(alice).get(there).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_picture_is_only_read(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf, method: str
) -> None:
    assert getattr(client_of(alice), method)(address(stored(alice))).status_code == 405


@pytest.mark.parametrize("variant", VARIANTS)
def test_head_tells_size_and_type(
    storage: str, alice: User, stored: Stored, client_of: ClientOf, variant: str
) -> None:
    client, there = client_of(alice), address(stored(alice), variant)
    _, body, _ = fetched(client.get(there))
    status, nothing, headers = fetched(client.head(there), "HEAD")
    assert (status, nothing) == (200, b"")
    assert int(headers["content-length"]) == len(body)
    assert headers["content-type"].startswith("image/")


def test_the_etag_is_the_sha(on_files: None, alice: User, stored: Stored, client_of: ClientOf) -> None:
    image, client = stored(alice), client_of(alice)
    assert client.get(address(image))["ETag"] == f'"{image.sha256}"'
    assert client.get(address(image, "preview"))["ETag"] == f'"{image.sha256}-1280"'


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_unchanged_picture_is_not_sent_again(
    storage: str, alice: User, stored: Stored, client_of: ClientOf, variant: str
) -> None:
    image, client = stored(alice), client_of(alice)
    suffix = {"original": "", "preview": "-1280", "thumbnail": "-512"}[variant]
    known = {"If-None-Match": f'"{image.sha256}{suffix}"'}
    answer = client.get(address(image, variant), headers=known)
    assert (answer.status_code, answer.content) == (304, b"")
    other = client.get(address(image, variant), headers={"If-None-Match": '"something else"'})
    assert other.status_code in (200, 302)


def test_a_redirect_has_no_etag(on_s3: None, alice: User, stored: Stored, client_of: ClientOf) -> None:
    # A browser would ask whether the redirect has changed, hear that it has not, and follow a dead address.
    assert "ETag" not in client_of(alice).get(address(stored(alice)))


def test_bytes_are_only_ever_a_picture(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    answer = client_of(alice).get(address(stored(alice, corpus.KEPT["png with html behind"])))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_s3_answers_with_our_content_type_whatever_the_bytes_are(
    on_s3: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    answer = client_of(alice).get(address(stored(alice, corpus.KEPT["png with html behind"])))
    assert httpx.get(answer["Location"]).headers["content-type"] == "image/png"


def test_files_may_be_kept_by_the_browser_and_nobody_else(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    answer = client_of(alice).get(address(stored(alice)))
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_redirect_is_forgotten_before_its_address_dies(
    on_s3: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    answer = client_of(alice).get(address(stored(alice)))
    kept = re.fullmatch(r"private, max-age=(\d+)", answer["Cache-Control"])
    assert kept
    assert int(kept[1]) < int(httpx.URL(answer["Location"]).params["X-Amz-Expires"]) <= 300


def test_a_picture_is_not_packed_again(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    image = stored(alice, corpus.png() + bytes(10_000))
    answer = client_of(alice).get(address(image), headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer
    assert not answer["ETag"].startswith("W/")


def test_a_download_is_named_after_the_prompt(
    storage: str, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    image = stored(alice, prompt='A red "fox",\r\nasleep: ünder snow/../' + " very long" * 30)
    answer = client_of(alice).get(address(image) + "?download=1")
    _, body, headers = fetched(answer)
    name = re.fullmatch(r'attachment; filename="(.+)"', headers["content-disposition"])
    assert body == corpus.png()
    assert name and len(name[1]) < 80
    assert re.fullmatch(rf"a-red-fox-asleep-under-snow(-very|-long)+-{image.pk.hex[:8]}\.png", name[1])


@pytest.mark.parametrize("prompt", ["狐狸在雪下", "🦊", "---"])
def test_a_prompt_without_ascii_words_still_names_the_download(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf, prompt: str
) -> None:
    image = stored(alice, corpus.KEPT["jpeg"], prompt=prompt)
    answer = client_of(alice).get(address(image) + "?download=1")
    assert answer["Content-Disposition"] == f'attachment; filename="picture-{image.pk.hex[:8]}.jpg"'


def test_without_asking_nothing_is_a_download(
    storage: str, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    image, client = stored(alice), client_of(alice)
    for path in (address(image), address(image, "preview") + "?download=1"):
        assert "attachment" not in fetched(client.get(path))[2].get("content-disposition", "")


def test_a_picture_costs_three_queries(
    on_files: None,
    alice: User,
    stored: Stored,
    client_of: ClientOf,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    client, there = client_of(alice), address(stored(alice), "thumbnail")
    client.get(there)  # the very first request of a process also asks whether anybody has an account
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        client.get(there)
