"""What states, types, rights, kinds and triggers are called; machines know them by other names."""

from mserve.views.html.languages import _

STATES = {
    "processing": _("processing"),
    "ready": _("ready"),
    "failed": _("failed"),
    "done": _("done"),
    "running": _("running"),
    "waiting": _("waiting"),
    "not ended": _("not ended"),
    "refused": _("refused"),
    "fine": _("fine"),
    "look": _("worth a look"),
    "wrong": _("wrong"),
    "due": _("due"),
    "queued": _("queued"),
    "awaiting": _("awaiting"),
    "skipped": _("skipped"),
    "cancelled": _("cancelled"),
    "stale": _("stale"),
    "ended": _("ended"),
    "active": _("active"),
    "disabled": _("disabled"),
    "invited": _("invited"),
    "drained": _("drained"),
    "open": _("open"),
    "paused": _("paused"),
    "idle": _("idle"),
    "busy": _("busy"),
    "accepted": _("accepted"),
    "rejected": _("rejected"),
    "withdrawn": _("withdrawn"),
    "over the soft limit": _("over the soft limit"),
    "used up": _("used up"),
    "used": _("in use"),
    "runs": _("runs"),
    "right": _("can be used"),
}
TYPES = {
    "site": _("site"),
    "container": _("container"),
    "service": _("service"),
    "folder": _("folder"),
    "mfile": _("file"),
    "user": _("user"),
}
RIGHTS = {
    "view": _("look"),
    "read": _("download"),
    "renditions": _("see previews"),
    "usage": _("see usage"),
    "report": _("report usage"),
    "audit": _("see the audit log"),
    "add": _("add"),
    "write": _("change"),
    "remove": _("remove"),
    "process": _("run jobs"),
    "delegate": _("share"),
    "configure": _("configure"),
    "admin": _("administer"),
    "add-service": _("add services"),
    "add-container": _("add containers"),
}
KINDS = {
    "folder": _("Folders"),
    "image": _("Pictures"),
    "video": _("Films"),
    "audio": _("Sound"),
    "text": _("Texts"),
    "pdf": _("PDF"),
}
TRIGGERS = {
    "ingest": _("on ingest"),
    "access": _("on access"),
    "update": _("on update"),
    "periodic": _("by the clock"),
    "manual": _("started by hand"),
}
QUOTAS = {
    "disc_space": _("bytes kept"),
    "file": _("files"),
    "ingest": _("bytes that come in"),
    "access": _("bytes that are read"),
    "jobruntime": _("seconds of jobs"),
}
BUDGETS = {
    "uses": _("requests"),
    "bytes_in": _("bytes that come in"),
    "bytes_out": _("bytes that are read"),
}
ROLES = {
    "mfilereadonly": _("look and download"),
    "renditions": _("look at previews alone"),
    "mfilereadwrite": _("look, download, add and change"),
    "mfileowner": _("add, change, remove, process and share"),
    "dropbox": _("hand files in, and see nothing else"),
    "servicecustomer": _("do all that a customer may"),
    "auditor": _("see usage and the audit log"),
    "serviceadmin": _("administer the service"),
    "containeradmin": _("administer the container"),
    "siteadmin": _("administer the site"),
}
"""By their worth in the choice of who shares something."""
