"""How much longer a prompt takes with many rules: 500 of them and a prompt of 4,000 characters, as ratios.

``.venv/bin/python -m bench.rules``; needs no database.
"""

import time
from collections.abc import Callable

from images_app.moderation.matching import Kind, Matcher, Pattern
from images_app.moderation.normal import normal

RULES, LENGTH, ROUNDS = 500, 4_000, 30
PLAIN = ("a lighthouse in fog, seen from a small boat at dawn, soft light " * 80)[:LENGTH]
DRESSED = ("а ligħthouse in ƒog, ｓｅｅｎ from a s.m.a.l.l boat 4t dawn, śoft l i g h t " * 80)[:LENGTH]


def rules(kind: Kind, count: int) -> Matcher:
    words = {
        Kind.WORD: "rule{}word",
        Kind.PHRASE: "lighthouse number {}",
        Kind.EXPRESSION: r"\b(rule|sign) ?{}\w*\b",
    }
    return Matcher(
        Pattern(str(number), kind, words[kind].format(f"x{number}y" if kind == Kind.WORD else number))
        for number in range(count)
    )


def seconds(work: Callable[[], object]) -> float:
    """The fastest of some rounds: the others waited for somebody else."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def main() -> None:
    for name, prompt in (("plain", PLAIN), ("dressed up", DRESSED)):
        fold = seconds(lambda prompt=prompt: normal(prompt))  # type: ignore[misc]
        print(f"{name} prompt of {len(prompt):,} characters: folding it is 1 ({fold * 1000:.2f} ms here)")
        for kind in Kind:
            one, many = rules(kind, 1), rules(kind, RULES)
            alone = seconds(lambda one=one, prompt=prompt: one.spans(prompt))  # type: ignore[misc]
            all_of_them = seconds(lambda many=many, prompt=prompt: many.spans(prompt))  # type: ignore[misc]
            print(
                f"  {kind}: with 1 rule {alone / fold:.1f}, with {RULES} rules {all_of_them / fold:.1f} "
                f"({all_of_them / alone:.1f} times one rule; {all_of_them * 1000:.1f} ms here)"
            )


if __name__ == "__main__":
    main()
