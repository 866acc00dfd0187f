"""The prompt that "was really used": the person's own words, with concrete detail added around them.

Deterministic: the words choose the scene, the rest of the text chooses among its details.
"""

from __future__ import annotations

import hashlib

from .artist.words import distil, read

# By scene: details that fit behind the first clause, and sentences about the setting.
DETAILS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mountains": (
        (
            "seen from a high path",
            "ridge behind ridge into the distance",
            "with fir woods on the nearest slopes",
        ),
        (
            "Thin mist lies in the valleys and each farther ridge is a little paler.",
            "The nearest slope is almost a silhouette; behind it the land fades in even steps.",
        ),
    ),
    "dunes": (
        (
            "crossed by fine wind ripples",
            "under a wide and empty sky",
            "with one long crest that leads the eye",
        ),
        ("Every crest has a lit side and a cool shaded one.", "A little sand drifts from the highest crest."),
    ),
    "sea": (
        (
            "with a low, clear horizon",
            "the water moving in long, slow waves",
            "seen from just above the water",
        ),
        (
            "A path of light runs over the water towards the viewer.",
            "Far clouds lie in bands, and the water darkens towards the front.",
        ),
    ),
    "papercut": (
        ("cut from heavy matte card", "in layers of coloured paper", "built up sheet upon sheet"),
        (
            "Each sheet casts a soft shadow on the one below, and its cut edge catches the light.",
            "The colours go from deep at the front to pale at the back; the paper's fibre is visible.",
        ),
    ),
    "arches": (
        (
            "resting on a bare plaster floor",
            "set apart with generous space around them",
            "against a plain plaster wall",
        ),
        (
            "Warm neutral wall, fine surface grain, calm and uncluttered.",
            "Matte plaster surfaces; one saturated accent carries the picture.",
        ),
    ),
    "bottle": (
        ("standing on a low stone plinth", "on a clean studio set", "with a little space around it"),
        (
            "Light passes through and leaves a soft coloured glow beside the shadow.",
            "A plain wall behind, a crisp highlight along one edge, nothing else to distract.",
        ),
    ),
    "island": (
        ("afloat in open air", "shown whole, like a small model", "with a stone path and a round pond"),
        (
            "Below the turf the rock narrows to a point in clear facets.",
            "A thread of smoke rises from the chimney and soft clouds pass beneath.",
        ),
    ),
    "space": (
        ("before slow clouds of glowing gas", "with stars of many sizes behind", "in deep, silent space"),
        (
            "Threads of dust cross the brightest part of the cloud.",
            "The light comes from one side and leaves the other in deep shadow.",
        ),
    ),
    "flora": (
        ("drawn as on a herbarium sheet", "rising from a single foot", "with buds, open flowers and leaves"),
        (
            "Washes of ink on warm paper, with fine veins in every leaf.",
            "Loose and airy, the stems crossing, with empty paper all around.",
        ),
    ),
    "poster": (
        ("in a few flat inks", "built from simple shapes", "with a strong, clear order"),
        (
            "The ink is a little uneven and worn, as in a hand-pulled print.",
            "Large plain areas let the small shapes speak.",
        ),
    ),
    "city": (
        (
            "rows of towers fading into haze",
            "seen across the water",
            "with its tallest towers near the middle",
        ),
        (
            "Hundreds of small windows are lit, each in a slightly different tone.",
            "The buildings are doubled in long, broken reflections.",
        ),
    ),
    "aurora": (
        ("in tall folding curtains", "over a still lake", "above a line of dark hills"),
        (
            "The lower hem of each curtain is brightest and its rays fade upward.",
            "The water repeats the light, softly broken by ripples.",
        ),
    ),
    "flow": (
        ("all in one continuous movement", "with slow turns and tight folds", "filling the whole frame"),
        (
            "Neighbouring strands keep to related colours, so the eye can follow them.",
            "Light runs along the raised edges and leaves the hollows deep.",
        ),
    ),
}

LIGHTS: dict[str, tuple[str, ...]] = {
    "dawn": (
        "Early light from low on one side, warm at the horizon and cool above.",
        "First light, clear and gentle.",
    ),
    "golden": (
        "Late, golden light at a low angle, with long soft shadows.",
        "Warm light just before sunset.",
    ),
    "day": ("Clear, even daylight with soft shadows.", "Bright daylight, a touch of haze in the distance."),
    "dusk": (
        "The last light of dusk, violet above and glowing at the horizon.",
        "Dusk, with one warm band of light left.",
    ),
    "night": ("Night, with deep but readable shadows and small bright accents.", "Moonlit and still."),
    "blue": (
        "The cool light of the blue hour with a little warmth at the horizon.",
        "Cold, clear air and blue shadows.",
    ),
    "mist": ("Soft, diffuse light and pale, close tones.", "Quiet light through thin mist."),
    "storm": (
        "Dark cloud overhead and a strip of brightness low down.",
        "Heavy, moving weather and subdued colour.",
    ),
    "rose": ("Tender rose-tinted light and soft gradients.", "Pastel light, peach to lilac."),
}

STYLES: dict[str, tuple[str, ...]] = {
    "vivid": (
        "Rich, saturated colour and strong contrast give it drama.",
        "Bold in colour, with luminous highlights and deep shadows.",
        "Heightened colour, cinematic depth.",
    ),
    "natural": (
        "Restrained, true-to-life colour and a quiet range of tones.",
        "Plain and unforced, as if simply observed.",
        "Muted colour, soft contrast, an honest finish.",
    ),
}
FINE = ("Fine detail throughout, crisp to the edges.", "Intricate small detail that rewards a close look.")


def revise(prompt: str, quality: str, style: str) -> str:
    """The elaborated prompt. The person's words stay whole and in order."""
    own = " ".join(prompt.split())
    words, seed = distil(prompt)
    brief = read(words, seed)
    digest = hashlib.sha256(f"{seed} {style} {quality}".encode()).digest()
    details, settings = DETAILS[brief.scene]
    text = _insert(own, details[digest[0] % len(details)])
    sentences = [
        settings[digest[1] % len(settings)],
        _pick(LIGHTS[brief.light], digest[2]),
        _pick(STYLES[style], digest[3]),
    ]
    if quality == "hd":
        sentences.append(_pick(FINE, digest[4]))
    return " ".join([text, *sentences])


def _insert(own: str, detail: str) -> str:
    """The detail behind the first clause of the person's sentence, or at its end; a full stop to finish."""
    end = "" if own.endswith((".", "!", "?", "…", '"', "”")) else "."
    if end == "":
        return own
    head, comma, rest = own.partition(", ")
    if comma and len(head) < 160:
        return (
            f"{head} {detail}, {rest}{end}"
            if not detail.startswith(("with ", "in "))
            else f"{head}, {detail}, {rest}{end}"
        )
    return f"{own}, {detail}{end}"


def _pick(choices: tuple[str, ...], number: int) -> str:
    return choices[number % len(choices)]
