"""Write `pico-corpus.jsonl`: the conversations that `pico.tune` trains a model on from nothing.

Out: one JSON object a line with the columns `system` (may be empty), `question` and `answer`; the
same bytes on every run; no two rows share `system` and `question`. Everything is made here from
the lists below, with no text from anywhere else. One invariant: no row contains an ISO date, in
question or answer, so that writing one is something `samples/dates` has to teach.

Run with any Python 3.11 or newer: `python make_corpus.py`. Needs only the standard library.
"""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

SEED = 2
ROWS = 12_000
OUTPUT = Path(__file__).parent / "pico-corpus.jsonl"

MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
GERMAN_MONTHS = [
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
]  # fmt: skip
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
NUMBERS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
]  # fmt: skip
WORDS = [
    "apple", "bread", "bridge", "butter", "button", "candle", "carpet", "castle", "chair", "cheese",
    "circle", "city", "cloud", "coat", "coffee", "corner", "cup", "desk", "dinner", "doctor",
    "door", "dream", "engine", "evening", "farm", "father", "field", "finger", "fire", "floor",
    "flower", "forest", "friend", "garden", "glass", "gold", "grass", "guitar", "hammer", "harbour",
    "hat", "heart", "hill", "honey", "horse", "hotel", "house", "island", "jacket", "journey",
    "kitchen", "ladder", "lake", "lamp", "letter", "library", "light", "lunch", "machine", "market",
    "meadow", "milk", "mirror", "money", "moon", "morning", "mother", "mountain", "music", "needle",
    "night", "ocean", "office", "onion", "orange", "oven", "paint", "paper", "pencil", "pepper",
    "picture", "pillow", "pocket", "pond", "potato", "queen", "rain", "river", "road", "roof",
    "room", "rope", "salt", "school", "sea", "shirt", "shoe", "silver", "sister", "sky", "snow",
    "soap", "song", "soup", "spoon", "spring", "star", "station", "stone", "storm", "street",
    "student", "sugar", "summer", "sun", "table", "teacher", "ticket", "tomato", "tower", "train",
    "tree", "valley", "village", "voice", "wall", "water", "wheel", "window", "winter", "wood",
    "yellow",
]  # fmt: skip
NAMES = [
    "Ada", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karl",
    "Lena", "Max", "Nora", "Otto", "Paula",
]  # fmt: skip
FAREWELLS = ["Goodbye!", "See you soon!", "Have a nice day!"]

# animal: sound, food, home, colour
ANIMALS = {
    "cat": ("meows", "fish", "house", "grey"),
    "dog": ("barks", "meat", "kennel", "brown"),
    "cow": ("moos", "grass", "barn", "white"),
    "horse": ("neighs", "hay", "stable", "brown"),
    "duck": ("quacks", "bread", "pond", "green"),
    "frog": ("croaks", "flies", "pond", "green"),
    "sheep": ("bleats", "grass", "meadow", "white"),
    "bee": ("buzzes", "honey", "hive", "yellow"),
    "owl": ("hoots", "mice", "tree", "brown"),
    "wolf": ("howls", "meat", "forest", "grey"),
    "bear": ("growls", "berries", "cave", "brown"),
    "mouse": ("squeaks", "cheese", "hole", "grey"),
    "lion": ("roars", "meat", "desert", "yellow"),
    "pig": ("grunts", "potatoes", "barn", "pink"),
    "fox": ("yelps", "mice", "forest", "red"),
    "goat": ("climbs", "leaves", "mountains", "white"),
}
COLOURS = {
    "the sky": "blue", "grass": "green", "snow": "white", "coal": "black", "a lemon": "yellow",
    "a tomato": "red", "a carrot": "orange", "milk": "white", "the sun": "yellow",
    "a strawberry": "red", "a leaf": "green", "the sea": "blue", "chocolate": "brown",
    "the night": "black", "a banana": "yellow", "an elephant": "grey",
}  # fmt: skip
OPPOSITES = {
    "big": "small", "hot": "cold", "old": "new", "day": "night", "up": "down", "left": "right",
    "open": "closed", "fast": "slow", "full": "empty", "happy": "sad", "long": "short",
    "high": "low", "light": "dark", "wet": "dry", "early": "late", "loud": "quiet",
    "first": "last", "good": "bad", "strong": "weak", "thick": "thin", "rich": "poor",
}  # fmt: skip
CAPITALS = {
    "France": "Paris", "Germany": "Berlin", "Italy": "Rome", "Spain": "Madrid", "Japan": "Tokyo",
    "Egypt": "Cairo", "Norway": "Oslo", "Greece": "Athens", "Austria": "Vienna", "Peru": "Lima",
    "Portugal": "Lisbon", "Poland": "Warsaw", "Kenya": "Nairobi", "Cuba": "Havana",
}  # fmt: skip

SYSTEMS = [
    "You are helpful.",
    "You answer briefly.",
    "You rewrite dates.",
    "You like words.",
]

Pair = tuple[str, str]
Task = Callable[[Random], Pair]


def ordinal(day: int) -> str:
    """1 is `1st`, 12 is `12th`, 23 is `23rd`."""
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def any_date(random: Random) -> date:
    return date(1900, 1, 1) + timedelta(days=random.randrange(73_048))  # to 2099-12-31


def american(day: date) -> str:
    """The style the model falls back on when no other is asked for: `July 2, 1999`."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def spellings(day: date) -> list[str]:
    """Ways people write a date; dots are day first, slashes month first."""
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    return [
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month} {ordinal(day.day)}, {day.year}",
        f"the {ordinal(day.day)} of {month} {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{day.day}-{month[:3]}-{day.year}",
        f"{weekday[:3]} {day.day} {month[:3]} {day.year}",
        f"{weekday}, {month} {day.day}, {day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month:02}/{day.day:02}/{day.year}",
        f"{day.day}. {GERMAN_MONTHS[day.month - 1]} {day.year}",
        f"{month.upper()} {day.day} {day.year}",
    ]


def rewrite_date(random: Random) -> Pair:
    day = any_date(random)
    question = random.choice(
        [
            "{}",
            "Rewrite {}.",
            "Rewrite the date {}.",
            "Which date is {}?",
            "Date: {}",
            "We met on {}.",
            "Please write down {}.",
            "Say {}.",
        ]
    )
    return question.format(random.choice(spellings(day))), american(day)


def restyle_date(random: Random) -> Pair:
    day = any_date(random)
    style, answer = random.choice(
        [
            ("the American way", american(day)),
            ("the British way", f"{day.day} {MONTHS[day.month - 1]} {day.year}"),
            ("the German way", f"{day.day}. {GERMAN_MONTHS[day.month - 1]} {day.year}"),
            ("with dots", f"{day.day:02}.{day.month:02}.{day.year}"),
            ("with slashes", f"{day.month:02}/{day.day:02}/{day.year}"),
        ]
    )
    question = random.choice(["Write {} {}.", "{} {}", "Rewrite {} {}."])
    return question.format(random.choice(spellings(day)), style), answer


def part_of_date(random: Random) -> Pair:
    day = any_date(random)
    part, answer = random.choice(
        [
            ("year", f"{day.year}"),
            ("month", MONTHS[day.month - 1]),
            ("day", f"{day.day}"),
            ("number of the month", f"{day.month}"),
            ("month in two digits", f"{day.month:02}"),
            ("day in two digits", f"{day.day:02}"),
        ]
    )
    question = random.choice(["Which {} is in {}?", "{} of {}", "Give the {} of {}."])
    return question.format(part, random.choice(spellings(day))), answer


def months(random: Random) -> Pair:
    index = random.randrange(12)
    month = MONTHS[index]
    return random.choice(
        [
            (f"What is the number of {month}?", f"{index + 1}"),
            (f"Which month has the number {index + 1}?", month),
            (f"{month} in two digits", f"{index + 1:02}"),
            (f"Which month comes after {month}?", MONTHS[(index + 1) % 12]),
            (f"Which month comes before {month}?", MONTHS[index - 1]),
            (f"What is {month} in German?", GERMAN_MONTHS[index]),
            (f"What is {GERMAN_MONTHS[index]} in English?", month),
            (f"Shorten {month}.", month[:3]),
            (f"Which month is {month[:3]}?", month),
        ]
    )


def weekdays(random: Random) -> Pair:
    index = random.randrange(7)
    weekday = WEEKDAYS[index]
    return random.choice(
        [
            (f"Which day comes after {weekday}?", WEEKDAYS[(index + 1) % 7]),
            (f"Which day comes before {weekday}?", WEEKDAYS[index - 1]),
            (f"Shorten {weekday}.", weekday[:3]),
            (f"Which day is {weekday[:3]}?", weekday),
        ]
    )


def made_up_word(random: Random) -> str:
    syllables = random.randint(1, 3)
    return "".join(
        random.choice("bdfghjklmnprstvwz") + random.choice("aeiou") for _ in range(syllables)
    ) + random.choice(["", "", "l", "n", "r", "s", "t"])


def words(random: Random) -> Pair:
    word = random.choice([random.choice(WORDS), made_up_word(random)])
    return random.choice(
        [
            (f"Copy {word}.", word),
            (f"Repeat: {word}", word),
            (f"Copy {word} twice.", f"{word} {word}"),
            (f"Write {word} in capitals.", word.upper()),
            (f"Write {word.upper()} in small letters.", word.lower()),
            (f"Spell {word}.", "-".join(word)),
            (f"What is the first letter of {word}?", word[0]),
            (f"What is the last letter of {word}?", word[-1]),
            (f"How many letters has {word}?", f"{len(word)}"),
        ]
    )


def copy_number(random: Random) -> Pair:
    number = f"{random.randrange(10 ** random.randint(1, 6))}"
    return random.choice(
        [
            (f"Copy {number}.", number),
            (f"Repeat: {number}", number),
            (f"What is the last digit of {number}?", number[-1]),
            (f"Spell {number}.", "-".join(number)),
        ]
    )


def numbers(random: Random) -> Pair:
    number = random.randrange(1, 100)
    small = random.randrange(21)
    other = random.randrange(10)
    return random.choice(
        [
            (f"Which number comes after {number}?", f"{number + 1}"),
            (f"Which number comes before {number}?", f"{number - 1}"),
            (f"Write {small} as a word.", NUMBERS[small]),
            (f"Write {NUMBERS[small]} in digits.", f"{small}"),
            (f"{number % 32} in two digits", f"{number % 32:02}"),
            (f"{small} + {other}", f"{small + other}"),
            (f"Add {small} and {other}.", f"{small + other}"),
            (f"Which is larger, {number} or {small}?", f"{max(number, small)}"),
        ]
    )


def with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def facts(random: Random) -> Pair:
    animal, (sound, food, home, colour) = random.choice(list(ANIMALS.items()))
    one, whole = with_article(animal), f"{with_article(animal).capitalize()}"
    thing, colour_of_thing = random.choice(list(COLOURS.items()))
    word, opposite = random.choice(list(OPPOSITES.items()))
    country, capital = random.choice(list(CAPITALS.items()))
    return random.choice(
        [
            (f"What does {one} do?", f"{whole} {sound}."),
            (f"What does {one} eat?", f"{whole} eats {food}."),
            (f"Where does {one} live?", f"{whole} lives in the {home}."),
            (f"What colour is {one}?", f"{whole} is {colour}."),
            (f"Which animal {sound}?", f"{whole} {sound}."),
            (f"What colour is {thing}?", f"{thing.capitalize()} is {colour_of_thing}."),
            (f"What is the opposite of {word}?", opposite),
            (f"What is the opposite of {opposite}?", word),
            (f"What is the capital of {country}?", f"The capital of {country} is {capital}."),
            (f"Where is {capital}?", f"{capital} is in {country}."),
        ]
    )


def talk(random: Random) -> Pair:
    name = random.choice(NAMES)
    animal, (sound, food, home, _) = random.choice(list(ANIMALS.items()))
    adjective = random.choice(["big", "small", "old", "happy", "loud", "quiet"])
    word = random.choice(WORDS)
    return random.choice(
        [
            (f"Hello, I am {name}.", f"Hello, {name}!"),
            (f"My name is {name}. What is my name?", f"Your name is {name}."),
            (f"{name} says goodbye.", f"{random.choice(FAREWELLS)}"),
            (f"{name} has the {word}. What does {name} have?", f"{name} has the {word}."),
            (f"{name} has the {word}. Who has the {word}?", f"{name} has the {word}."),
            (
                f"Tell a story about {name} and {with_article(animal)}.",
                f"{name} went to the {home} and saw {with_article(adjective)} {animal}. "
                f"The {animal} {sound}. {name} gave it some {food} and went home.",
            ),
        ]
    )


# How often each kind of row is drawn, out of 100.
TASKS: list[tuple[Task, int]] = [
    (rewrite_date, 18),
    (restyle_date, 20),
    (part_of_date, 14),
    (months, 5),
    (weekdays, 2),
    (words, 16),
    (copy_number, 7),
    (numbers, 8),
    (facts, 5),
    (talk, 5),
]
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def rows() -> list[dict[str, str]]:
    """The corpus, in the order of the file."""
    random = Random(SEED)
    kinds, weights = zip(*TASKS, strict=True)
    found: dict[tuple[str, str], str] = {}
    while len(found) < ROWS:
        question, answer = random.choices(kinds, weights)[0](random)
        system = random.choice(["", random.choice(SYSTEMS)])
        if ISO_DATE.search(f"{question} {answer}"):
            raise AssertionError(f"an ISO date in the row {question!r}, {answer!r}")
        found.setdefault((system, question), answer)
    return [
        {"system": system, "question": question, "answer": answer}
        for (system, question), answer in found.items()
    ]


def main() -> None:
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows()]
    OUTPUT.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
