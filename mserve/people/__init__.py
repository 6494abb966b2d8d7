"""PEOPLE: how they log in, what their accounts hold, and what is told to them by mail."""
