"""Functions that specs name."""


def with_reversed_question(row):
    """The row, and another one whose question is in capitals."""
    return [row, {**row, "question": row["question"].upper()}]


def is_short(row):
    return len(row["question"]) < 24
