"""Previews: what of a file its page can show, and the parts that make it: text, tables, sources."""
