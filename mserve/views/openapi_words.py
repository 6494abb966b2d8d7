"""What the OpenAPI document says of mserve at large, and of each group of its operations."""

ABOUT = """\
The URL of an object is its place in the tree; what follows `/-/` belongs to mserve.

A **key** comes in the path (`/k/<key>/…`, the tree below the key's node), as a Bearer token, or as
the password of HTTP Basic with any user name. What an operation *needs* is a permission that the
key's role must hold. `GET` of a file or folder with `Accept: text/html` gives a page, a file's JSON
comes with `Accept: application/json`, else its bytes; `HEAD` is answered wherever `GET` is.

Times are RFC 3339 in UTC, sizes bytes, digests lower-case hex. Fields may be added to answers.
Errors are `application/problem+json` (RFC 9457).
"""
GROUPS = {
    "site": "The root of the tree", "containers": "Group the services of a provider",
    "services": "What a customer gets", "folders": "Of any depth", "files": "Named content",
    "uploads": "Files that come in pieces, by tus 1.0",
    "keys": "Access is by key; a key makes sub-keys",
    "metadata": "What people say of files and folders",
    "access": "Who can reach a place, and why requests are allowed or not",
    "jobs": "What ran and runs on files",
    "profiles": "What is to run when", "versions": "What files were before",
    "trash": "What was removed, for a time", "usage": "What was consumed, per metric",
    "usagesummary": "What reports were like, per metric",
    "events": "What happens, as it happens",
    "statement": "What is billed from, by month",
    "properties": "What is set of a service or container",
    "webdav": "Where the drive is",
    "quotas": "How much may be used, and is",
    "metrics-registry": "What consumption is reported in",
    "metrics": "How the servers do, for Prometheus",
    "search": "By words and facts", "copy": "Copies share their content",
    "batch": "Many changes in one request", "tasks": "What workflows can have done with files",
    "nodes": "What does the work", "schedules": "What starts by the clock",
    "history": "Who changed what, and its undoing",
    "rounds": "A workflow on all files of a service",
    "provenance": "What files were made of, and what of them",
    "login": "Sessions of people", "reset": "Forgotten passwords", "account": "What is one's own",
    "users": "The people of the site",
    "offers": "Who takes requests for services", "requests": "What a container was asked for",
    "receipt": "What a dropbox has received, signed",
    "receipts": "Whether a receipt is genuine",
    "locks": "What clients of WebDAV have locked",
    "audit": "Who did what, and what was refused",
    "status": "Whether all is well, and what to do where it is not",
    "settings": "What the site is set to",
    "objects": "What is stored, as it is",
}  # fmt: skip
