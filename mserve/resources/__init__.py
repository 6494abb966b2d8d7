"""WHAT EXISTS: the persistent nouns of the tree. No request, no I/O but blobs.

Module and class paths in this package are a storage format: a class moves only with an evolve step.
"""
