"""PEOPLE: how they log in, what their accounts hold, and what is told to them by mail."""

OWN = "own-account"
"""The permission of who has logged in, on their own account; no role has it."""
