"""Where a file comes from and what became of it, as a graph: walked, and told as JSON and PROV."""
