"""From a spec and facts to a plan: every value decided, each with its origin."""

from tunec.plan.as_json import plan_as_json
from tunec.plan.decide import decide
from tunec.plan.plan import Plan

__all__ = ["Plan", "decide", "plan_as_json"]
