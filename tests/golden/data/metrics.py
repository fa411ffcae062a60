"""Metrics of one's own, for the golden specs."""


def shorter(given, wanted, row):
    """How much shorter the answer is than the wanted one, in characters."""
    return len(wanted) - len(given)


def names_buyer(given, wanted, row):
    """Whether the answer names whom the question names."""
    buyer = row["prompt"].split("for ")[-1].split("<")[0]
    return buyer in given
