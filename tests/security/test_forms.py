"""What a hostile browser sends instead of a form."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from images_app.jobs.models import Generation
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_job, make_picture

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def browser(alice: User, model: ImageModel, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.mark.parametrize("n", ["9" * 5000, "-1", "0", "9", "1e3", "1\0", "∞", "٣٣", "1,000", "0x2", "[]"])
def test_a_count_that_is_none_is_told_so(browser: Client, n: str) -> None:
    response = browser.post("/", {"prompt": "a heron", "n": n})
    assert response.status_code == 422 and "Choose 1 to 8 pictures." in response.text
    assert not Generation.objects.exists()


@pytest.mark.parametrize("name", ["model", "size", "quality", "style", "from", "submission", "n", "prompt"])
@pytest.mark.parametrize("value", ["\0", "\ufffd" * 5000, "<script>alert(1)</script>"])
def test_no_field_brings_the_studio_down(browser: Client, name: str, value: str) -> None:
    response = browser.post("/", {"prompt": "a heron", name: value})
    assert response.status_code in {302, 422}
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("body", [b"prompt=%ff%fe&n=%ff", b"prompt=%ed%a0%80&n=x", b"=&&&=;%", b"prompt"])
def test_bytes_that_are_no_text_are_refused(browser: Client, body: bytes) -> None:
    assert browser.post("/", body, content_type=FORM).status_code == 422


@pytest.mark.parametrize(
    "kind",
    [
        f"{FORM}; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=é",
    ],
)
def test_a_form_nobody_can_read_is_a_bad_request(alice: User, kind: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")  # with a token in its cookie, the form is read for the other half
    response = client.post("/accounts/login/", b"a=b", content_type=kind)
    assert response.status_code == 400 and "made no sense" in response.text


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_ten_thousand_fields_are_a_bad_request(browser: Client, path: str) -> None:
    assert browser.post(path, {f"f{number}": "1" for number in range(10_000)}).status_code == 400


def test_a_body_beyond_the_limit_is_a_bad_request(browser: Client) -> None:
    assert browser.post("/", b"prompt=" + b"a" * 3_000_000, content_type=FORM).status_code == 400


@pytest.mark.parametrize(
    ("path", "field"), [("/jobs/{job}/again/", "key"), ("/generations/{generation}/again/", "submission")]
)
@pytest.mark.parametrize("key", ["a\0b", "😀" * 10_000])
def test_a_key_of_any_letters_makes_one_submission(
    browser: Client, alice: User, model: ImageModel, path: str, field: str, key: str
) -> None:
    generation = make_generation(alice, model)
    job = make_job(generation, State.FAILED)
    for _ in range(2):
        address = path.format(job=job.pk, generation=generation.pk)
        assert browser.post(address, {field: key}).status_code == 302
    [made] = Generation.objects.exclude(pk=generation.pk)
    assert "\0" not in made.idempotency_key


FORGED = {
    "person": "1",
    "team_id": "1",
    "state": "succeeded",
    "price_usd": "0",
    "charged_usd": "0",
    "source": "api",
}


def test_fields_that_are_not_in_the_form_do_nothing(browser: Client, alice: User, bob: User) -> None:
    browser.post("/", {"prompt": "a heron", **FORGED, "person": str(bob.pk)})
    made = Generation.objects.get()
    assert (made.person, made.source) == (alice, "studio")
    assert {job.state for job in made.jobs.all()} == {State.QUEUED}
    assert all(job.price_usd for job in made.jobs.all())


@pytest.mark.parametrize("door", ["/?from={image}", "/?recipe={generation}"])
def test_another_persons_recipe_is_not_there(
    alice: User, bob: User, model: ImageModel, client_of: Callable[[User], Client], door: str
) -> None:
    generation = make_generation(bob, model, "planted words")
    image = make_picture(generation)
    address = door.format(image=image.pk, generation=generation.pk)
    assert "planted words" in client_of(bob).get(address).text
    response = client_of(alice).get(address)
    assert response.status_code == 404 and "planted words" not in response.text


def test_another_persons_tiles_are_left_out(
    alice: User, bob: User, model: ImageModel, client_of: Callable[[User], Client]
) -> None:
    job = make_job(make_generation(bob, model, "planted words"), State.FAILED, message="planted message")
    address = f"/tiles/?ids={job.pk}"
    assert str(job.pk) in client_of(bob).get(address).text
    page = client_of(alice).get(address).text
    assert str(job.pk) not in page and "planted" not in page


TARGETS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "///evil",
]


@pytest.mark.parametrize("target", TARGETS)
def test_no_form_leads_to_another_site(browser: Client, alice: User, model: ImageModel, target: str) -> None:
    job = make_job(make_generation(alice, model), State.QUEUED)
    response = browser.post(f"/jobs/{job.pk}/cancellation/", {"next": target})
    assert response["Location"] == f"/jobs/{job.pk}/"


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "evil.example:80", "testserver@evil.example"]
)
def test_another_sites_name_is_refused(alice: User, host: str) -> None:
    client = Client()
    for method in ("get", "post"):
        answer: Any = getattr(client, method)(
            "/accounts/password/reset/", {"email": alice.email}, headers={"host": host}
        )
        assert answer.status_code == 400
    assert not mail.outbox


def test_a_forwarded_host_is_not_believed(alice: User) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    Client().post("/accounts/password/reset/", {"email": alice.email}, headers=spoofed)
    assert "evil.example" not in str(mail.outbox[0].body)


def test_tries_at_the_door_are_counted_whatever_address_a_header_claims(alice: User) -> None:
    client = Client()
    for number in range(6):
        spoofed = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        page = client.post(
            "/accounts/login/", {"login": alice.email, "password": "wrong"}, headers=spoofed
        ).text
    assert "Too many tries" in page


def test_wildcards_in_a_search_are_letters(browser: Client, alice: User, model: ImageModel) -> None:
    make_job(make_generation(alice, model, "a heron"), State.FAILED)
    for text, there in (
        ("heron", True),
        ("h%n", False),
        ("hero_", False),
        ("\\", False),
        ("' OR 1=1 --", False),
    ):
        assert ("a heron" in browser.get("/jobs/", {"text": text}).text) is there, text


@pytest.mark.parametrize(
    "way", ["/\nSet-Cookie: a=b", "/\r\nX: y", "/library/?text=ü", "/\t/evil.example", "/\\evil.example"]
)
def test_a_way_back_is_one_of_ours_and_no_header_of_its_own(browser: Client, way: str) -> None:
    answer = browser.post("/jobs/cancellation/", {"next": way}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    onward = answer["HX-Redirect"]
    assert onward.isascii() and onward.startswith("/") and not onward.startswith(("//", "/\\"))
    assert "Set-Cookie" not in answer.headers


def test_a_prompt_as_long_as_a_form_is_refused_unread(browser: Client) -> None:
    answer = browser.post("/preview/", {"prompt": "{a|" * 400_000})
    assert answer.status_code == 200 and "1,200,000 characters" in answer.text
