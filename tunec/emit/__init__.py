"""From a plan to the text of a script."""

from tunec.emit.page import Stamp, render

__all__ = ["Stamp", "render"]
