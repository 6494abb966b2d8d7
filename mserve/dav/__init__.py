"""The WebDAV door: the same tree as a drive (RFC 4918)."""
