"""Parameters in headers: those of all views of a kind, and those of tus."""

from mserve.views.schema_words import TEXT, Schema, one_of

READS = {
    "Range": "Parts of the bytes, for example `bytes=0-499` (RFC 9110, 14.2)",
    "If-Range": "Range holds only for this entity tag or date",
    "If-Match": "412 where the entity tag is none of these",
    "If-None-Match": "304 where the entity tag is one of these",
    "If-Modified-Since": "304 where it was not changed since",
    "If-Unmodified-Since": "412 where it was changed since",
    "Want-Repr-Digest": "The digests wanted, for example `sha-256=1` (RFC 9530)",
}
WRITES = {
    "If-Match": "412 where the entity tag is none of these; `*`: where nothing is",
    "If-None-Match": "412 where the entity tag is one of these; `*`: where something is",
    "If-Unmodified-Since": "412 where it was changed since",
    "If": "The tokens of locks, `(<urn:uuid:…>)`; 412 where no list holds (RFC 4918, 10.4)",
}
SIZE: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
TUS: dict[str, tuple[Schema, str]] = {
    "Tus-Resumable": (one_of("1.0.0"), "The version of tus"),
    "Upload-Length": (SIZE, "The size of the whole file"),
    "Upload-Defer-Length": (one_of("1"), "The size is not known yet"),
    "Upload-Metadata": (TEXT, "`filename` and more, values in base64: `filename Y2F0LmpwZw==`"),
    "Upload-Offset": (SIZE, "The number of bytes that are here already"),
    "Upload-Checksum": (TEXT, "Of this piece: `sha256 <base64>`"),
    "Repr-Digest": (TEXT, "Of the whole file: `sha-256=:…:` (RFC 9530); others end the upload"),
    "X-HTTP-Method-Override": (one_of("PATCH", "DELETE"), "What is meant"),
}
NEEDED = ("Tus-Resumable", "X-HTTP-Method-Override")
DIGESTS = {
    "Content-Digest": "`sha-256=:…:` (RFC 9530); other bytes are not stored",
    "Repr-Digest": "The same here: bytes come without a content coding",
    "Content-MD5": "In base64 (RFC 1864)",
}
