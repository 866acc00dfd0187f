"""A value of the environment that cannot be used stops the start, and says which."""

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
