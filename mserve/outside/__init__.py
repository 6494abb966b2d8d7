"""Outside: exchanges over HTTP with servers that anybody may have named, and the guard on them."""
