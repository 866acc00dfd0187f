"""Typed readers of the environment: one line per setting, one clear error per mistake.

A value is looked up as ``NAME`` in the environment, then as a file named by ``NAME_FILE`` (so that a secret never
has to stand in the environment), then in ``.env`` at the project's root.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from images_app.lib.disk import made_once

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A name in the environment has a value Easel cannot use; the text says which and what would do."""


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, sep, value = line.strip().removeprefix("export ").partition("=")
        if sep and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values


_dotenv = _read_dotenv(Path(os.environ.get("EASEL_ENV_FILE", ROOT / ".env")))


def raw(name: str) -> str | None:
    """The value as written, or None where nothing is set or the value is empty."""
    for source in (os.environ, _dotenv):
        if value := source.get(name, "").strip():
            return value
        if filename := source.get(f"{name}_FILE", "").strip():
            try:
                return Path(filename).read_text(encoding="utf-8").strip() or None
            except OSError as error:
                raise BadSetting(
                    f"{name}_FILE names {filename}, which cannot be read: {error.strerror}"
                ) from error
    return None


def text(name: str, default: str = "") -> str:
    return raw(name) or default


def needed(name: str, because: str) -> str:
    """A text that must be there, since ``because`` is set."""
    if value := raw(name):
        return value
    raise BadSetting(f"{because} is set, so {name} must be too")


def flag(name: str, default: bool = False) -> bool:
    value = raw(name)
    if value is None:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} is {value!r}; write true or false")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    value = raw(name)
    if value is None:
        return default
    try:
        parsed = int(value)
    except ValueError:
        raise BadSetting(f"{name} is {value!r}; write a whole number") from None
    if parsed < least or (most is not None and parsed > most):
        raise BadSetting(
            f"{name} is {parsed}; it must be {least} or more" + (f", {most} at most" if most else "")
        )
    return parsed


def words(name: str, default: list[str]) -> list[str]:
    """A list written with commas."""
    value = raw(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def seats(name: str, roles: Sequence[str]) -> list[tuple[str, str, str]]:
    """Rows written ``group=team:role`` with commas between, as (group, team, role). A group may contain ``=``."""
    rows = []
    for word in words(name, []):
        group, _, seat = word.rpartition("=")
        team, _, role = seat.partition(":")
        if not (group and team and role in roles):
            raise BadSetting(
                f"{name} has {word!r}; write group=team:role, the role one of {', '.join(roles)}"
            )
        rows.append((group.strip(), team.strip(), role))
    return rows


def choice(name: str, allowed: list[str], default: str) -> str:
    value = text(name, default).lower()
    if value not in allowed:
        raise BadSetting(f"{name} is {value!r}; write one of {', '.join(allowed)}")
    return value


def address(name: str, default: str, schemes: Sequence[str]) -> str:
    """A URL that begins with one of ``schemes``. The error never quotes it: there may be a password inside."""
    value = raw(name)
    if value is None:
        return default
    try:
        parts = urlsplit(value)
        known = parts.scheme in schemes and parts.port != 0  # reading the port checks it
    except ValueError:
        known = False
    if not known:
        begins = " or ".join(f"{scheme}://" for scheme in schemes)
        raise BadSetting(f"{name} is not an address that can be used; write one that begins with {begins}")
    return value


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def kept_secret(
    name: str, directory: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(50)
) -> str:
    """The secret from the environment, or one made once and kept in ``directory`` (mode 600)."""
    if value := raw(name):
        return value
    return made_once(_note(name, directory), make)


def note(name: str, directory: Path, value: str) -> str:
    """Writes down what bin/start chose, so that a command run beside it (``manage.py jobs``) finds it too."""
    path = _note(name, directory)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(value, encoding="utf-8")
    return value


def noted(name: str, directory: Path) -> str:
    """What :func:`note` wrote, or the empty string."""
    try:
        return _note(name, directory).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def forget(name: str, directory: Path) -> None:
    _note(name, directory).unlink(missing_ok=True)


def _note(name: str, directory: Path) -> Path:
    return directory / "secrets" / name.lower()
