"""First sentences for somebody who has made nothing yet. The pictures beside them are drawn by scripts of ours."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Starter:
    """``picture`` names a file in static/img/starters, ``width`` pixels wide and 420 high."""

    picture: str
    ratio: str
    width: int
    prompt: str

    @property
    def file(self) -> str:
        return f"img/starters/{self.picture}.webp"

    @property
    def address(self) -> str:
        return f"/?{urlencode({'prompt': self.prompt})}"


STARTERS = (
    Starter("aurora-1", "3:2", 630, "Aurora doubled in a still lake, stars"),
    Starter("chrome-1", "1:1", 420, "Liquid chrome, soft and weightless"),
    Starter("paper-2", "3:4", 315, "Paper canyon, ember to cream"),
    Starter("ridges-3", "16:9", 746, "Dusk ridges, room for type on the left"),
    Starter("riso-1", "3:4", 315, "Gardener in profile, two inks"),
    Starter("bottle-1", "4:5", 336, "Square bottle on cut travertine"),
    Starter("island-1", "1:1", 420, "A cottage on a floating island"),
    Starter("dunes-1", "3:2", 630, "First light on dunes"),
    Starter("poster-1", "3:4", 315, "Grid poster, worn print"),
)
