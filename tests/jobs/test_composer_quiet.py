"""The composer's "whenever it is quiet": asked for, said honestly, kept through every way back into the form."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.rows import make_generation, make_job, make_picture

Ask = Callable[..., Generation]
SWITCH = re.compile(r'<input type="checkbox" name="quiet" value="1"( checked)?>')


def is_on(html: str) -> bool:
    found = SWITCH.search(html)
    assert found
    return bool(found[1])


def preview(client: Client, **form: str) -> str:
    return client.post("/preview/", form).content.decode()


@pytest.mark.parametrize(("form", "quiet"), [({}, False), ({"quiet": "1"}, True)])
def test_all_of_a_press_waits_until_it_is_quiet_or_none(
    browser: Client, model: ImageModel, form: dict[str, str], quiet: bool
) -> None:
    browser.post("/", {"prompt": "a {red|blue} door", "n": "2", "agreed": "0.1600/4", **form})
    assert list(ImageJob.objects.values_list("quiet", flat=True)) == [quiet] * 4


def test_the_time_is_counted_from_when_it_is_quiet(browser: Client, model: ImageModel) -> None:
    assert "about $0.08, about 18 s once quiet" in preview(browser, prompt="a {red|blue} door", quiet="1")
    shown = browser.post("/", {"prompt": "a door", "quiet": "1", "look": "1"}).content.decode()
    assert "about $0.04, about 18 s once quiet" in shown
    assert "once quiet" not in browser.post("/", {"prompt": "a door", "look": "1"}).content.decode()


def test_what_goes_before_it_is_counted(browser: Client, bob: User, model: ImageModel, ask: Ask) -> None:
    first = "No ordinary picture waits now; any asked for meanwhile goes first."
    assert first in preview(browser, prompt="a door", quiet="1")
    ask(bob, quiet=True)
    assert first in preview(browser, prompt="a door", quiet="1")
    ask(bob)
    assert "1 ordinary picture waits now and goes first" in preview(browser, prompt="a door", quiet="1")
    ask(bob, n=2)
    assert "3 ordinary pictures wait now and go first" in preview(browser, quiet="1")  # nothing written yet
    assert "ordinary" not in preview(browser, prompt="a door")


def test_a_refusal_leaves_it_as_it_was(browser: Client, model: ImageModel) -> None:
    assert is_on(browser.post("/", {"prompt": "", "quiet": "1"}).content.decode())
    assert not is_on(browser.post("/", {"prompt": ""}).content.decode())


def test_a_recipe_brings_it_back(browser: Client, alice: User, model: ImageModel, ask: Ask) -> None:
    now, later = ask(alice, "now"), ask(alice, "later", quiet=True)
    assert not is_on(browser.get(f"/?recipe={now.pk}").content.decode())
    assert is_on(browser.get(f"/?recipe={later.pk}").content.decode())
    html = browser.get("/").content.decode()
    assert re.search(r'data-quiet="1"[^>]*>later<', html)
    assert re.search(r'data-quiet=""[^>]*>now<', html)


def test_a_remix_brings_it_back_though_the_picture_is_made(
    browser: Client, alice: User, model: ImageModel
) -> None:
    image = make_picture(make_generation(alice, model))
    assert not is_on(browser.get(f"/?from={image.pk}").content.decode())
    ImageJob.objects.update(quiet=True)
    assert is_on(browser.get(f"/?from={image.pk}").content.decode())


def test_a_preset_says_nothing_about_it(browser: Client, alice: User, model: ImageModel) -> None:
    """A preset says what pictures look like, not when they are made."""
    browser.post("/presets/", {"preset_name": "Night", "model": "dall-e-3", "quiet": "1"})
    address = f"/presets/{alice.presets.get().pk}/application/"
    assert is_on(browser.post(address, {"prompt": "a door", "quiet": "1"}).content.decode())
    assert not is_on(browser.post(address, {"prompt": "a door"}).content.decode())


def test_what_waits_elsewhere_does_not_count(browser: Client, alice: User, model: ImageModel) -> None:
    elsewhere = ImageModel.objects.create(
        provider=Provider.objects.create(slug="other", name="Other", base_url="http://127.0.0.1:9/v1"),
        name="other",
        label="Other",
        sizes=["1024x1024"],
        qualities=["low"],
        styles=["plain"],
        position=1,
    )
    make_job(make_generation(alice, elsewhere), State.QUEUED)
    assert "No ordinary picture waits now" in preview(browser, prompt="a door", quiet="1")
    both = preview(browser, prompt="a door", quiet="1", also="other")
    assert "1 ordinary picture waits now" in both
