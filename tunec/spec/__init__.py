"""The spec stage: tree -> spec. See `lower.py`."""

from tunec.spec.lower import lower
from tunec.spec.places import Lowered, Origin, Places

__all__ = ["Lowered", "Origin", "Places", "lower"]
