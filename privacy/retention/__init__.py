"""Retention: what is held on people goes when it has grown too old.

What flows through: policies and a moment in; schema raw without what they no longer allow out, and
requests that the next build follow, so that the models become what a full refresh would make of
what is left.
Belongs here: what is too old (`policies`), finding and removing it. Does not belong here: building.
"""

from privacy.retention.applying import Finding, apply, find
from privacy.retention.policies import Policies, load_policies

__all__ = ["Finding", "Policies", "apply", "find", "load_policies"]
