"""Where the files that are not Python lie: grammar, templates, pages and samples.

In: a folder's name. Out: its path, or the text of a file in it. Invariant: an installed tunec and
a checkout give the same files, for they are packed as they are.
"""

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))

CHECKOUT: str | None = (
    None if os.path.isdir(f"{_PACKAGE}/_templates") else os.path.dirname(_PACKAGE)
)
"""Root of the checkout that tunec runs from; None where it was installed from a wheel."""


def folder(name: str) -> str:
    """Path of `grammar`, `pages`, `samples` or `templates`."""
    return os.path.join(CHECKOUT, name) if CHECKOUT else os.path.join(_PACKAGE, f"_{name}")


def chat_template(name: str) -> str:
    """Text of a chat template of the library. Raises FileNotFoundError."""
    with open(os.path.join(_PACKAGE, "chat_templates", f"{name}.jinja"), encoding="utf-8") as file:
        return file.read()


def read(name: str, path: str) -> str:
    """Text of a file in one of these folders. Raises FileNotFoundError."""
    with open(os.path.join(folder(name), path), encoding="utf-8") as file:
        return file.read()
