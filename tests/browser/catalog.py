"""Every page there is, by a name: who opens it, and where it is in a world (world.py)."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from tests.browser.world import HARD, World


class Shown(NamedTuple):
    """A page; `person`: it is for somebody who has logged in; `status`: what answers."""

    where: Callable[[World], str]
    person: bool = False
    status: int = 200


def of_site(path: str, status: int = 200) -> Shown:
    """Below the site's address, without a key."""
    return Shown(lambda world: f"{world.url}{path}", status=status)


def of_admin(path: str) -> Shown:
    """By the key of who administers the site."""
    return Shown(lambda world: f"{world.admin}{path}")


def of_customer(path: str) -> Shown:
    """By the key of the demo service."""
    return Shown(lambda world: f"{world.customer}{path}")


PAGES = {
    "stranger": of_site("/", 404),
    "login": of_site("/-/login"),
    "forgotten": of_site("/-/reset"),
    "docs": of_site("/-/docs"),
    "account": Shown(lambda world: f"{world.url}/-/account", person=True),
    "own-quotas": Shown(lambda world: f"{world.url}/-/account/quotas", person=True),
    "own-statement": Shown(lambda world: f"{world.url}/-/account/statement", person=True),
    "site": of_admin("/"),
    "nodes": of_admin("/-/nodes"),
    "users": of_admin("/-/users"),
    "user": Shown(lambda world: f"{world.admin}/-/users/{world.user}"),
    "site-audit": of_admin("/-/audit"),
    "status": of_admin("/-/status"),
    "settings": of_admin("/-/settings"),
    "objects": of_admin("/-/objects"),
    "container": of_admin("/demo/"),
    "requests": of_admin("/demo/-/requests"),
    "service": of_admin("/demo/files/"),
    "history": of_admin("/demo/files/trip/-/history"),
    "audit": of_admin("/demo/files/trip/-/audit?deep=true"),
    "home": of_customer("/"),
    "folder": of_customer("/trip/"),
    "grid": of_customer("/trip/?view=grid"),
    "empty": of_customer("/empty/"),
    "picture": of_customer("/trip/sea.jpg"),
    "markdown": of_customer("/trip/notes.md"),
    "code": of_customer("/trip/tool.py"),
    "table": of_customer("/trip/places.csv"),
    "film": of_customer("/trip/film.mkv"),
    "paper": of_customer("/trip/paper.pdf"),
    "carrying": of_customer("/trip/sea.jpg/-/copy"),
    "metadata": of_customer("/trip/sea.jpg/-/metadata"),
    "versions": of_admin("/demo/files/trip/notes.md/-/versions"),
    "compare": of_customer("/trip/notes.md/-/versions?old=1&new=2"),
    "compare-pictures": of_customer("/trip/sky.jpg/-/versions?old=1&new=2"),
    "provenance": of_customer("/trip/film.mkv/-/provenance"),
    "shared-file": Shown(lambda world: world.shared),
    "odd-name": of_customer(f"/trip/{quote(HARD)}"),
    "share": of_customer("/-/keys"),
    "reach": of_admin("/demo/files/trip/-/keys"),
    "container-properties": of_admin("/demo/-/properties"),
    "properties": of_admin("/demo/files/-/properties"),
    "webdav": of_customer("/-/webdav"),
    "profiles": of_admin("/demo/files/-/profiles"),
    "container-profiles": of_admin("/demo/-/profiles"),
    "profile": of_admin("/demo/files/-/profiles/default"),
    "workflow": of_admin("/demo/files/-/profiles/default/workflows/ingest"),
    "schedule": of_admin("/demo/files/-/profiles/default/workflows/fixity"),
    "profile-task": of_admin("/demo/files/-/profiles/default/workflows/ingest/sets/1/tasks/1"),
    "new-task": of_admin("/demo/files/-/profiles/default/workflows/ingest/sets/1/tasks?task=email"),
    "explain": of_admin("/demo/files/-/profiles/default/explain?workflow=ingest&path=trip/sea.jpg"),
    "explain-walk": of_admin("/demo/files/-/profiles/default/explain?workflow=ingest&at=trip"),
    "profile-versions": of_admin("/demo/files/-/profiles/transcode/versions"),
    "profile-version": of_admin("/demo/files/-/profiles/transcode/versions/1"),
    "schedules": of_admin("/demo/files/-/schedules"),
    "quotas": of_admin("/demo/files/-/quotas"),
    "file-jobs": of_customer("/trip/sea.jpg/-/jobs"),
    "job": Shown(lambda world: f"{world.customer}{world.job.removeprefix('/demo/files')}"),
    "landing": Shown(lambda world: f"{world.admin}{world.output}/mfile"),
    "jobs": of_customer("/-/jobs"),
    "folder-jobs": of_customer("/trip/-/jobs"),
    "no-such-file": Shown(lambda world: f"{world.customer}/nothing.txt", status=404),
    "rounds": of_customer("/-/rounds"),
    "tasks": of_customer("/-/tasks"),
    "trash": of_customer("/-/trash"),
    "usage": of_customer("/-/usage"),
    "statement": of_customer("/-/statement"),
    "dropbox": Shown(lambda world: world.dropbox),
}
