"""The demo endpoint's settings, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How one demo process behaves; docs/demo-endpoint.md lists the environment names."""

    # None: any key that is not empty is good.
    api_key: str | None = None
    # Shortest and longest seconds an answer takes; hd and high take half as long again.
    delay: tuple[float, float] = (4.0, 9.0)
    # None: the Host header of each request.
    public_url: str | None = None
    # None: nothing outlives the process.
    data_dir: Path | None = None
    workers: int = 1
    cache_mb: int = 256
    # How long a picture's address works.
    url_seconds: int = 3600

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises ValueError with the name of a setting that cannot be read."""
        data_dir = environment.get("DEMO_DATA_DIR", "").strip()
        return cls(
            api_key=_secret(environment, "DEMO_API_KEY"),
            delay=_delay(environment.get("DEMO_DELAY", "")),
            public_url=environment.get("DEMO_PUBLIC_URL", "").strip().rstrip("/") or None,
            data_dir=Path(data_dir) if data_dir else None,
            workers=_whole(environment, "DEMO_WORKERS", 1, 1, 8),
            cache_mb=_whole(environment, "DEMO_CACHE_MB", 256, 8, 100_000),
        )


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    path = environment.get(f"{name}_FILE", "").strip()
    value = Path(path).read_text().strip() if path else environment.get(name, "").strip()
    return value or None


def _delay(text: str) -> tuple[float, float]:
    if not text.strip():
        return Settings.delay
    try:
        parts = [float(part) for part in text.split(",")]
        low, high = parts if len(parts) == 2 else (parts[0], parts[0])
    except ValueError as error:
        raise ValueError(f"DEMO_DELAY must be seconds, as 4 or 4,9; it is {text!r}") from error
    if not 0 <= low <= high <= 600:
        raise ValueError(f"DEMO_DELAY must be between 0 and 600, the shorter first; it is {text!r}")
    return low, high


def _whole(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}; it is {text!r}")
    return int(text)
