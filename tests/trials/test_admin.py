"""Asking for a trial in the admin, and looking at how it goes."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.audit.models import AuditEntry
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import User
from images_app.trials.models import Trial
from images_app.trials.offers import offers
from tests.endpoint import ScriptedEndpoint
from tests.trials.conftest import again, see_through

TRIALS = "/admin/images_app/trial/"


def form(page: str, **changes: str) -> dict[str, str]:
    """What the page of the question posts."""
    number = re.search(r'name="submission" value="([^"]+)"', page)
    offer = re.search(r'name="offer" value="([^"]+)"', page)
    assert number and offer
    return {"submission": number[1], "offer": offer[1], **changes}


def test_the_page_says_beforehand_what_a_test_costs(
    chief: Client, provider: Provider, model: ImageModel
) -> None:
    page = chief.get(f"{TRIALS}add/?provider={provider.pk}").text
    assert "costs about $0.04" in page
    ModelPrice.objects.all().delete()
    assert "price unknown: it may cost anything" in chief.get(f"{TRIALS}add/?provider={provider.pk}").text
    assert not Trial.objects.exists()


def test_pressing_twice_makes_one_call(
    chief: Client, provider: Provider, model: ImageModel, endpoint: ScriptedEndpoint
) -> None:
    address = f"{TRIALS}add/?provider={provider.pk}"
    posted = form(chief.get(address).text)
    answers = [chief.post(address, posted) for _ in range(2)]
    [trial] = Trial.objects.all()
    assert {answer["Location"] for answer in answers} == {f"{TRIALS}{trial.pk}/change/"}
    assert endpoint.calls() == 0  # nothing is called within a request
    see_through(trial)
    assert endpoint.calls() == 1


def test_a_price_that_changed_since_is_asked_for_again(
    chief: Client, provider: Provider, model: ImageModel
) -> None:
    address = f"{TRIALS}add/?provider={provider.pk}"
    posted = form(chief.get(address).text)
    ModelPrice.objects.update(usd="1.50")
    page = chief.post(address, posted)
    assert "Its price has changed meanwhile" in page.text and "$1.50" in page.text
    assert not Trial.objects.exists()


def test_a_page_of_a_trial_asks_again_until_it_has_ended(chief: Client, trial: Trial) -> None:
    address = f"{TRIALS}{trial.pk}/change/"
    page = chief.get(address).text
    assert f'hx-get="{address}"' in page and "Waiting" in page
    see_through(trial)
    page = chief.get(address).text
    assert "hx-get" not in page and "It cost about $0.04." in page
    assert page.count('data-outcome="ok"') == 5 and f"{TRIALS}{trial.pk}/picture/" in page


def test_its_picture_is_shown(chief: Client, trial: Trial) -> None:
    address = f"{TRIALS}{trial.pk}/picture/"
    assert chief.get(address).status_code == 404
    see_through(trial)
    answer = chief.get(address)
    assert answer["Content-Type"] == "image/webp" and answer.getvalue()[:4] == b"RIFF"


def test_what_failed_is_shown_with_its_mend(chief: Client, trial: Trial, endpoint: ScriptedEndpoint) -> None:
    endpoint.script("status 402")
    see_through(trial)
    page = chief.get(f"{TRIALS}{trial.pk}/change/").text
    assert "Pay or raise the limit" in page and "Nothing was charged." in page and "Not tried" in page


def test_a_test_is_written_down(chief: Client, trial: Trial) -> None:
    entry = AuditEntry.objects.get(verb="provider.tested")
    assert entry.after["model"] == "dall-e-3" and entry.target_id == str(trial.provider_id)


@pytest.mark.parametrize("which", ["current", "spare"])
def test_a_key_is_tried_without_a_picture(
    which: str, chief: Client, provider: Provider, endpoint: ScriptedEndpoint
) -> None:
    Provider.objects.update(spare_key="sk-spare")
    posted = {"provider": str(provider.pk), "which": which, "submission": str(uuid4())}
    answers = [chief.post(f"{TRIALS}key/", posted) for _ in range(2)]
    [trial] = Trial.objects.all()
    assert {answer["Location"] for answer in answers} == {f"{TRIALS}{trial.pk}/change/"}
    ended = see_through(trial)
    assert (ended.state, ended.which_key, endpoint.calls()) == ("done", which, 0)
    assert "Nothing was charged." in chief.get(f"{TRIALS}{trial.pk}/change/").text


def test_staff_need_the_right_to_test(
    bob: User, trial: Trial, client_of: Callable[[User], Client], provider: Provider
) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename__in=["change_provider", "view_provider"]))
    clerk = client_of(bob)
    posted = {"provider": str(provider.pk), "which": "current", "submission": str(uuid4())}
    assert clerk.get(f"{TRIALS}add/").status_code == 403
    assert clerk.post(f"{TRIALS}key/", posted).status_code == 403
    assert clerk.get(f"{TRIALS}{trial.pk}/change/").status_code == 403
    assert clerk.get(f"{TRIALS}{trial.pk}/picture/").status_code == 403
    assert Trial.objects.count() == 1


def test_trials_are_neither_changed_nor_deleted_by_hand(chief: Client, trial: Trial) -> None:
    chief.post(f"{TRIALS}{trial.pk}/change/", {"state": "done"})
    assert again(trial).state == "asked"
    assert chief.post(f"{TRIALS}{trial.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_trial_that_is_not_there_leads_home(chief: Client) -> None:
    assert chief.get(f"{TRIALS}{uuid4()}/change/").status_code == 302


def test_the_list_is_found_filtered_and_read_in_as_many_queries_for_thirty(
    chief: Client, trial: Trial, admin: User, model: ImageModel
) -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert chief.get(f"{TRIALS}{query}").status_code == 200
        return len(seen)

    queries("")  # the first of a process looks up more
    few = {query: queries(query) for query in ("", "?q=stub", "?state__exact=asked")}
    for number in range(30):
        other = Provider.objects.create(
            slug=f"p{number}", name=f"Stub {number}", base_url="https://p.example"
        )
        Trial.objects.create(provider=other, kind="picture", actor=admin, model_name="m")
    assert {query: queries(query) for query in few} == few
    assert "1 trial" in chief.get(f"{TRIALS}?q=dall-e").text


def test_offers_take_two_queries(provider: Provider, model: ImageModel) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert offers() == offers(provider)
    assert len(seen) == 4
