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
    "site": of_admin("/"),
    "nodes": of_admin("/-/nodes"),
    "users": of_admin("/-/users"),
    "user": Shown(lambda world: f"{world.admin}/-/users/{world.user}"),
    "site-audit": of_admin("/-/audit"),
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
    "metadata": of_customer("/trip/sea.jpg/-/metadata"),
    "versions": of_admin("/demo/files/trip/notes.md/-/versions"),
    "compare": of_customer("/trip/notes.md/-/versions?old=1&new=2"),
    "compare-pictures": of_customer("/trip/sky.jpg/-/versions?old=1&new=2"),
    "provenance": of_customer("/trip/film.mkv/-/provenance"),
    "shared-file": Shown(lambda world: world.shared),
    "odd-name": of_customer(f"/trip/{quote(HARD)}"),
    "share": of_customer("/-/keys"),
    "reach": of_admin("/demo/files/trip/-/keys"),
    "quotas": of_admin("/demo/files/-/quotas"),
    "file-jobs": of_customer("/trip/sea.jpg/-/jobs"),
    "job": Shown(lambda world: f"{world.customer}{world.job.removeprefix('/demo/files')}"),
    "jobs": of_customer("/-/jobs"),
    "rounds": of_customer("/-/rounds"),
    "tasks": of_customer("/-/tasks"),
    "trash": of_customer("/-/trash"),
    "usage": of_customer("/-/usage"),
    "statement": of_customer("/-/statement"),
    "dropbox": Shown(lambda world: world.dropbox),
}
