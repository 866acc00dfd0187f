"""Files that a power cut, or a second process at the same moment, must not spoil."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk: a file's own fsync saves its bytes, not that it is there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def made_once(path: Path, make: Callable[[], str]) -> str:
    """The text kept at ``path`` (mode 600, in a folder of mode 700), made by the first who asks."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make(), encoding="utf-8")
        try:
            os.link(draft, path)  # atomic: where two processes start together, the first one's text stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
