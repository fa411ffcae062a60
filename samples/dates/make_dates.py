"""Write `dates.jsonl`: dates the way people write them, and the same dates the ISO way.

Out: one JSON object a line, `question` and `answer`, both text; the same bytes on every run. No
question and no date occurs twice, so a date held out for validation was never trained on. Dates
with dots have the day first, dates with slashes the month; years are 1900 to 2099, and every
29 February among them is drawn before any other day.

The answers are text on purpose: a reader that guesses types from JSON turns `"1999-07-02"` into a
timestamp, and the model would be taught to write that.

Run with any Python 3.11 or newer: `python make_dates.py`. Needs only the standard library.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

SEED = 1
ROWS = 2_000
OUTPUT = Path(__file__).parent / "dates.jsonl"

MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
GERMAN_MONTHS = [
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
]  # fmt: skip
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
QUESTIONS = [
    "{}",
    "{}",
    "Rewrite {}.",
    "Rewrite the date {}.",
    "Which date is {}?",
    "Date: {}",
    "We met on {}.",
    "Please write down {}.",
]


def ordinal(day: int) -> str:
    """1 is `1st`, 12 is `12th`, 23 is `23rd`."""
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def spellings(day: date) -> list[str]:
    """Ways people write a date."""
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    return [
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month} {ordinal(day.day)}, {day.year}",
        f"the {ordinal(day.day)} of {month} {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{weekday[:3]} {day.day} {month[:3]} {day.year}",
        f"{weekday}, {month} {day.day}, {day.year}",
        f"{weekday}, {day.day} {month} {day.year}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month:02}/{day.day:02}/{day.year}",
        f"{day.day}. {GERMAN_MONTHS[day.month - 1]} {day.year}",
        f"{month.upper()} {day.day} {day.year}",
        f"{day.day}-{month[:3]}-{day.year}",
    ]


def days(random: Random) -> list[date]:
    """`ROWS` different days in random order, every 29 February of the two centuries included."""
    every = [date(1900, 1, 1) + timedelta(days=count) for count in range(73_049)]
    leap = [day for day in every if (day.month, day.day) == (2, 29)]
    others = [day for day in every if (day.month, day.day) != (2, 29)]
    chosen = leap + random.sample(others, ROWS - len(leap))
    random.shuffle(chosen)
    return chosen


def main() -> None:
    random = Random(SEED)
    lines = []
    for day in days(random):
        question = random.choice(QUESTIONS).format(random.choice(spellings(day)))
        row = {"question": question, "answer": day.isoformat()}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    OUTPUT.write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
