"""The documents are true: the README's walk is pasted into a shell, tables are held to the code."""

import re
from pathlib import Path

import pytest

from mserve import (
    dav_settings,
    logins,
    monitoring_settings,
    outlets,
    people_settings,
    usage_settings,
)
from mserve.resources.facets import FACETS
from mserve.resources.roles import ROLES
from mserve.server.options import Options
from mserve.settings import Settings
from tests.functional.stack import Stack
from tests.functional.walk import README, ROOT, follow, section

API = (ROOT / "docs" / "api.md").read_text()


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_walk_shows_what_happens_when_it_is_pasted(
    stack: Stack, tmp_path: Path, shell: str
) -> None:
    follow(README, "A walk by curl", stack, tmp_path, shell)


def test_the_walk_is_the_journey_of_a_first_customer() -> None:
    walk = section(README, "A walk by curl")
    steps = ["/acme/", "-T cat.jpg", "$JOB", "/-/thumbnail", "mfilereadonly", "403", "404"]
    places = [walk.index(step) for step in steps]
    assert places == sorted(places)


def test_the_table_of_settings_has_every_setting_and_its_default(tmp_path: Path) -> None:
    rows = lines_of(section(README, "Settings").partition("[server:main]")[0])
    parts = (people_settings, dav_settings, usage_settings, monitoring_settings)
    own = {*Settings.__dataclass_fields__, *(name for part in parts for name in part.LINES)}
    own -= {"database", "outlets", "people", "logins", "dav", "usage", "monitoring"}
    fields = {f"mserve.{name}" for name in own | {*outlets.LINES, f"{outlets.COMMAND}<name>"}}
    elsewhere = {f"mserve.oidc.<name>.{name}" for name in logins.FIELDS} | {"mserve.openid2"}
    assert sorted(rows) == sorted(fields | elsewhere | {"zodbconn.uri"})
    data = {"mserve.data": str(tmp_path)}
    defaults = {name: default for name, default in rows.items() if default and "<" not in name}
    assert Settings.parse({**defaults, **data}) == Settings.parse(data)


def test_the_table_of_the_web_server_has_every_setting_and_its_default() -> None:
    rows = lines_of(section(README, "Settings").partition("[server:main]")[2])
    assert sorted(rows) == sorted(Options.__dataclass_fields__)
    defaults = {name: default for name, default in rows.items() if default}
    assert Options.parse(defaults) == Options()


def lines_of(text: str) -> dict[str, str]:
    """The lines of an ini that a table tells, with their defaults; each once."""
    rows = re.findall(r"^\| `(\S+)` \| (?:`(.+?)`|.*?) \|", text, re.MULTILINE)
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_the_table_of_roles_has_every_role() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", section(README, "What there is"), re.MULTILINE)
    assert sorted(rows) == sorted(ROLES)


@pytest.mark.parametrize("page", ["README.md", *map(str, (ROOT / "docs").rglob("*.md"))])
def test_every_file_that_is_linked_to_is_there(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_api_page_has_every_facet() -> None:
    table = API.partition("Below `/-/` of a place:")[2].partition("**Pages.**")[0]
    first = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    named = {name.split("/")[0] for cell in first for name in re.findall(r"`(.+?)`", cell)}
    assert named - {"openapi.json", "docs"} == set(FACETS)  # these two are of no node


def test_the_profile_on_the_api_page_is_taken(stack: Stack) -> None:
    document = re.findall(r"```json\n(.*?)```", API, re.DOTALL)[0]
    with stack.client(stack.admin) as client:
        place = "/demo/files/-/profiles/as-documented"
        assert client.put(place, content=document).status_code == 201
        read = client.get(place)
        assert client.put(place, content=read.content).json() == read.json()
