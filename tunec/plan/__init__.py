"""From a spec and facts to a plan: every value decided, each with its origin."""

from tunec.plan.decide import decide
from tunec.plan.plan import Plan, plan_as_json

__all__ = ["Plan", "decide", "plan_as_json"]
