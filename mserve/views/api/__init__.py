"""The machines' door: REST on the object URLs."""
