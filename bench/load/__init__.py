"""LOAD: what asks, the same of all servers: wrk for small bodies, curl for large ones."""
