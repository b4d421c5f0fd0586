"""Texts in words of nobody's language, and rewordings of them."""

from __future__ import annotations

import random


def written(seed: object, count: int = 120) -> list[str]:
    """Words, enough to be a text."""
    chance = random.Random(str(seed))
    return ["".join(chance.choices("абвгдежзиклмнопрст", k=8)) for _ in range(count)]


def reworded(words: list[str], share: float, seed: object) -> list[str]:
    """Other words in place of some, all over the text."""
    chance = random.Random(f"{share} {seed}")
    return [one if chance.random() > share else other for one, other in zip(words, written(seed), strict=True)]
