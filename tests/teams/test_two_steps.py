"""Two-step sign-in, and the sessions page."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from images_app.lib import crypto
from images_app.teams.models import User
from images_app.teams.sessions import device
from tests.conftest import PASSWORD

SIGN_IN = {"login": "alice@example.com", "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def signed_in(agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    assert client.post("/accounts/login/", SIGN_IN)["Location"] == "/"
    return client


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def switch_on(client: Client) -> str:
    """The app's secret; asked for the password on the way."""
    door = client.get("/accounts/2fa/totp/activate/")
    if door.status_code == 302:
        client.post(door["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r'class="secret">(\w+)<', page.text)
    assert secret and "data:image/svg+xml" in page.text
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    return secret[1]


@pytest.fixture
def secret(alice: User) -> str:
    made = switch_on(signed_in())
    cache.clear()  # a code is good once
    return made


def test_a_password_alone_no_longer_lets_one_in(secret: str) -> None:
    client = Client()
    assert client.post("/accounts/login/", SIGN_IN)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/library/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "does not fit" in wrong.text
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})["Location"] == "/"
    assert client.get("/library/").status_code == 200


def test_a_recovery_code_lets_one_in_once(secret: str, alice: User) -> None:
    code = Authenticator.objects.get(user=alice, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        client.post("/accounts/login/", SIGN_IN)
    assert first.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert second.get("/library/").status_code == 302


def test_the_apps_secret_is_sealed_in_the_database(secret: str, alice: User) -> None:
    kept = Authenticator.objects.get(user=alice, type="totp").data["secret"]
    assert secret not in kept and get_adapter().decrypt(kept) == secret


def test_the_codes_are_shown_and_taken_along(secret: str) -> None:
    client = Client()
    client.post("/accounts/login/", SIGN_IN)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    answer = client.get("/accounts/2fa/recovery-codes/")
    if answer.status_code == 302:
        cache.clear()
        client.post(answer["Location"], {"password": PASSWORD})
        answer = client.get("/accounts/2fa/recovery-codes/")
    codes = re.findall(r"<code>(\d{8})</code>", answer.text)
    assert len(codes) == 10
    assert client.get("/accounts/2fa/recovery-codes/download/").text.split() == codes


def test_a_session_ended_elsewhere_stops_at_once(alice: User) -> None:
    here, there = signed_in(), signed_in("Mozilla/5.0 (iPhone) CriOS/130 Mobile Safari/604")
    page = here.get("/accounts/sessions/").text
    assert "Firefox on Linux" in page and "Chrome on iPhone" in page
    ending = re.findall(r"/accounts/sessions/\d+/ending/", page)
    assert len(ending) == 1, "the one in use is left by signing out"
    assert there.get("/library/").status_code == 200
    assert here.post(ending[0])["Location"] == "/accounts/sessions/"
    assert there.get("/library/").status_code == 302
    assert here.get("/library/").status_code == 200


def test_all_others_end_together(alice: User) -> None:
    here, *others = signed_in(), signed_in(), signed_in()
    here.post("/accounts/sessions/")
    assert [client.get("/library/").status_code for client in (here, *others)] == [200, 302, 302]


def test_nobody_ends_anothers_session(alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    there = signed_in()
    session = UserSession.objects.get(user=alice)
    assert client_of(bob).post(f"/accounts/sessions/{session.pk}/ending/").status_code == 404
    assert there.get("/library/").status_code == 200


def test_a_session_allauth_did_not_begin_is_listed_too(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    client_of(alice).get("/library/")
    assert UserSession.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/130 Safari/537 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130 Mobile Safari/537", "Chrome on Android"),
        ("curl/8", "An unknown device"),
    ],
)
def test_devices_have_names(agent: str, words: str) -> None:
    assert device(agent) == words


def test_a_new_field_key_opens_what_the_old_one_sealed(secret: str, alice: User, settings: Settings) -> None:
    fresh = crypto.new_key()
    settings.FIELD_KEY = f"{fresh},{settings.FIELD_KEY}"
    call_command("rotate_field_key")
    settings.FIELD_KEY = fresh
    kept = {row.type: row for row in Authenticator.objects.filter(user=alice)}
    assert get_adapter().decrypt(kept["totp"].data["secret"]) == secret
    assert len(kept["recovery_codes"].wrap().get_unused_codes()) == 10


def test_a_passkeys_page_says_what_to_ask_the_browser(alice: User) -> None:
    client = signed_in()
    client.post(client.get("/accounts/2fa/webauthn/add/")["Location"], {"password": PASSWORD})
    page = client.get("/accounts/2fa/webauthn/add/").text
    assert '"creation_options"' in page and 'data-passkey="create"' in page
