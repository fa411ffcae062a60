"""What specs on the page of row shapes do to their rows."""


def question_of_speed(row):
    """A question about the speed, or no row where none is known."""
    if row["infobox"] is None:
        return None
    speed, unit = row["infobox"]["speed"], row["infobox"]["unit"]
    return {"question": f"How fast is a {row['title'].lower()}?", "answer": f"{speed} {unit}"}
