"""A value of the environment that cannot be used stops the start, and says which."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from project import env


def load(data: Path, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Settings as a process of their own reads them."""
    return subprocess.run(
        [sys.executable, "-c", f"from project import settings; {code}"],
        env={"EASEL_ENV_FILE": "/dev/null", "DATA_DIR": str(data), **environment},
        cwd=env.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "loud"),
        ("EMAIL_URL", "smpt://mail.example.com"),
        ("DATABASE_URL", "postgres://easel:hush@localhost:five/easel"),
        ("DATABASE_URL", "mysql://easel:hush@localhost/easel"),
        ("BASE_URL", "studio.example.com"),
        ("BASE_URL", "http://[studio"),
        ("PORT", "0"),
        ("SIGNUP", "yes"),
        ("PUBLIC_GALLERY", "perhaps"),
        ("DIGEST_HOUR", "24"),
        ("DIGEST_HOUR", "7:30"),
        ("LINK_GUESTS", "0"),
        ("OIDC_ISSUER", "id.example.com"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, tmp_path: Path) -> None:
    answer = load(tmp_path, **{name: value})
    told = answer.stderr.strip().splitlines()[-1]
    assert answer.returncode == 1
    assert told.startswith(f"project.env.BadSetting: {name} is ")
    assert "hush" not in told


@pytest.mark.parametrize("named", [{}, {"ALLOWED_HOSTS": "studio.example.com"}])
def test_the_machine_may_always_ask_itself(named: dict[str, str], tmp_path: Path) -> None:
    told = load(
        tmp_path, "print(*settings.ALLOWED_HOSTS)", BASE_URL="https://studio.example.com", **named
    ).stdout.split()
    assert {"localhost", "127.0.0.1", "studio.example.com"} <= set(told)


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp+tls://ann:hush@mail.example.com", 587, True, False),
        ("smtps://ann:hush@mail.example.com", 465, False, True),
        ("smtps://ann:hush@mail.example.com:2465", 2465, False, True),
    ],
)
def test_mail_is_sent_as_its_address_says(
    url: str, port: int, starttls: bool, tls: bool, tmp_path: Path
) -> None:
    code = "s = settings; print(s.EMAIL_BACKEND, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)"
    told = load(tmp_path, code, EMAIL_URL=url).stdout.split()
    assert told == ["django.core.mail.backends.smtp.EmailBackend", str(port), str(starttls), str(tls)]


def test_compose_passes_on_what_people_may_set() -> None:
    """A name that the documents offer and Compose does not list would be set, and change nothing."""
    documented = (env.ROOT / "docs/configuration.md").read_text().partition("## People")[2]
    offered = re.findall(
        r"`([A-Z_]{5,})`", "".join(re.findall(r"(?m)^\| (`.*?) \|", documented.partition("\n## ")[0]))
    )
    offered += re.findall(r"(?m)^#?([A-Z_0-9]+)=", (env.ROOT / ".env.example").read_text())
    assert len(offered) > 15
    compose = (env.ROOT / "docker-compose.yml").read_text()
    assert [name for name in offered if f"${{{name}:" not in compose] == []


@pytest.mark.parametrize("half", ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_single_sign_on_says_what_is_missing(half: str, tmp_path: Path) -> None:
    answer = load(tmp_path, OIDC_ISSUER="https://id.example.com", **{half: "hush"})
    missing = {"OIDC_CLIENT_ID": "OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET": "OIDC_CLIENT_ID"}[half]
    told = answer.stderr.strip().splitlines()[-1]
    assert (answer.returncode, told) == (
        1,
        f"project.env.BadSetting: OIDC_ISSUER is set, so {missing} must be too",
    )
