"""Write `reviews.jsonl`: reviews of hotels, and what they say.

Out: one JSON object a line: `review`; `sentiment`, `positive` or `negative`; `topics`, what it
speaks of; `stars`, from 1 to 5; the same bytes on every run. No review occurs twice.

No single word tells the sentiment: a review praises and blames, words are negated (`not clean at
all`, `nothing was dirty`), and what comes after `but` counts more than what comes before it.

Run with any Python 3.11 or newer: `python make_reviews.py`. Needs only the standard library.
"""

import json
from pathlib import Path
from random import Random

SEED = 1
ROWS = 1_200
OUTPUT = Path(__file__).parent / "reviews.jsonl"

TOPICS = {
    "room": ("the room", "our bed", "the bathroom"),
    "food": ("breakfast", "the soup", "dinner"),
    "staff": ("the waiter", "the front desk", "the porter"),
    "price": ("the bill", "the rate", "parking"),
}
GOOD = {
    "room": ("clean", "quiet", "bright"),
    "food": ("fresh", "warm", "tasty"),
    "staff": ("kind", "quick", "helpful"),
    "price": ("fair", "low", "as agreed"),
}
BAD = {
    "room": ("dirty", "loud", "dark"),
    "food": ("stale", "cold", "bland"),
    "staff": ("rude", "slow", "careless"),
    "price": ("unfair", "high", "wrong"),
}
OPENINGS = ("", "", "Two nights in May: ", "Our second stay. ", "Room 12: ", "We came late. ")
CLOSINGS = {
    True: ("", "", " We will be back.", " Go there."),
    False: ("", "", " Never again.", " Stay away."),
}


def clause(random: Random, topic: str, good: bool) -> str:
    """What is said of one topic; a third of the time by denying the opposite."""
    subject = random.choice(TOPICS[topic])
    words, opposite = (GOOD, BAD) if good else (BAD, GOOD)
    if random.random() < 1 / 3:
        denied = random.choice(opposite[topic])
        return random.choice((f"{subject} was not {denied}", f"{subject} was never {denied}"))
    return f"{subject} was {random.choice(words[topic])}"


def review(random: Random) -> dict[str, object]:
    """One or two clauses; of two that disagree, the one after `but` decides."""
    good = random.random() < 0.55
    first, second = random.sample(list(TOPICS), 2)
    opening = random.choice(OPENINGS)
    shape = random.choice(("one", "both", "but", "although"))
    if shape == "one":
        text, topics, stars = clause(random, first, good), [first], 4 if good else 2
    elif shape == "both":
        text = f"{clause(random, first, good)} and {clause(random, second, good)}"
        topics, stars = [first, second], 5 if good else 1
    else:
        against, decides = clause(random, first, not good), clause(random, second, good)
        text = f"{against}, but {decides}"
        if shape == "although":
            text = f"although {against}, {decides}"
        topics, stars = [first, second], 4 if good else 2
    closing = random.choice(CLOSINGS[good]) if shape == "both" else ""
    text = f"{opening}{text[0].upper()}{text[1:]}.{closing}"
    sentiment = "positive" if good else "negative"
    return {"review": text, "sentiment": sentiment, "topics": sorted(topics), "stars": stars}


def main() -> None:
    random, rows = Random(SEED), {}
    while len(rows) < ROWS:
        row = review(random)
        rows.setdefault(row["review"], row)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values()]
    OUTPUT.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
