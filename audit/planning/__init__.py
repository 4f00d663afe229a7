"""Before any data: what a design could find, what to ask a platform for, and a form to fill in."""

from audit.planning.blank import draft, write_draft, write_new
from audit.planning.letter import request
from audit.planning.reach import MOST, Plan, plan

__all__ = ["MOST", "Plan", "draft", "plan", "request", "write_draft", "write_new"]
