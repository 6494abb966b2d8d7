"""In which media types each schema goes over the wire."""

JSON = ("application/json",)
MEDIA: dict[str, tuple[str, ...]] = {
    "Bytes": ("*/*",),
    "Files": ("multipart/form-data",),
    "Names": ("application/x-www-form-urlencoded",),
    "Page": ("text/html",),
    "Text": ("text/plain",),
    "Exposition": ("text/plain", "application/openmetrics-text"),
    "Table": ("text/csv",),
    "Subtitles": ("text/vtt",),
    "Chart": ("image/svg+xml",),
    "Lines": ("application/x-ndjson",),
    "Events": ("text/event-stream",),
    "AuditLines": ("application/x-ndjson",),
    "AuditTable": ("text/csv",),
    "Piece": ("application/offset+octet-stream",),
    "Zip": ("application/zip",),
    "Archive": ("application/zip", "application/x-tar"),
    "Problem": ("application/problem+json",),
    "Change": ("application/merge-patch+json", *JSON),
    "Metadata": ("application/merge-patch+json", *JSON),
    "ContainerChange": ("application/merge-patch+json", *JSON),
    "ServiceChange": ("application/merge-patch+json", *JSON),
    "PropertiesChange": ("application/merge-patch+json", *JSON),
    "KeyChange": ("application/merge-patch+json", *JSON),
    "QuotaChange": ("application/merge-patch+json", *JSON),
    **dict.fromkeys(("Profile", "NewProfile"), (*JSON, "application/yaml")),
    "JsonPatch": ("application/json-patch+json",),
    **dict.fromkeys(
        ("ProfileChange", "WorkflowChange", "TaskSetChange", "TaskSpecChange"),
        ("application/merge-patch+json", *JSON),
    ),
}
"""The media types of a schema, where it is not JSON alone."""
STREAMED = frozenset({"Bytes", "Files", "Archive", "Piece"})
"""Bodies that are not read as a whole."""


def media(name: str) -> tuple[str, ...]:
    return MEDIA.get(name, JSON)
