"""The texts of a record, found again by words in a row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

GRAM = 3  # words in a row that must agree for a place to be the one
NEARBY = 10  # words on either side of a number by which the text is found that it is an edit of
LEAST = 4  # runs of words that must agree for that


class Texts:
    """The recorded texts, found by words in a row."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = [text.split(" ") for text in sorted(texts) if text]
        self.grams: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        for number, words in enumerate(self.texts):
            for place in range(len(words) - GRAM + 1):
                self.grams[tuple(words[place : place + GRAM])].append((number, place))

    def like(self, said: Sequence[str]) -> tuple[list[str], int] | None:
        """Return the text that most of these words stand in, and the place of the first of them.

        The place is below 0 where they begin before the text does. None where no text has at least
        `LEAST` runs of them.
        """
        votes: Counter[tuple[int, int]] = Counter()
        for i in range(len(said) - GRAM + 1):
            for number, place in self.grams.get(tuple(said[i : i + GRAM]), [])[:50]:
                votes[number, place - i] += 1
        if not votes:
            return None
        (number, place), most = votes.most_common(1)[0]
        return (self.texts[number], place) if most >= LEAST else None
