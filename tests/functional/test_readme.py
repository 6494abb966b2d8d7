"""The documents are true: the README's walk is pasted into a shell, tables are held to the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mserve import outlets
from mserve.resources.facets import FACETS
from mserve.resources.roles import ROLES
from mserve.server.options import Options
from mserve.settings import Settings
from tests.functional.stack import Stack

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
WRITTEN_URL = "http://127.0.0.1:6543"
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
MARK = "---- end of block"


def section(title: str) -> str:
    """The README's text between `## title` and the next heading of that rank."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def pattern(shown: str) -> re.Pattern[str]:
    """What is shown, as an expression in which `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))), re.DOTALL)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_the_walk_shows_what_happens_when_it_is_pasted(
    stack: Stack, tmp_path: Path, shell: str
) -> None:
    """In a folder that looks like the repository's after `make run`; only the port is another."""
    (tmp_path / "var").symlink_to(stack.data)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    blocks = BLOCK.findall(section("A walk by curl"))
    commands = f"\necho '{MARK}'\n".join(block for block, _ in blocks)
    done = subprocess.run(
        [shell, "-e"],
        input=commands.replace(WRITTEN_URL, stack.url),
        cwd=tmp_path,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.replace(stack.url, WRITTEN_URL).split(MARK)
    for (block, shown), said in zip(blocks, told, strict=True):
        assert pattern(shown).fullmatch(said.strip()), f"{block}\nshown:\n{shown}\nsaid:\n{said}"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "var"]


def test_the_walk_is_the_journey_of_a_first_customer() -> None:
    walk = section("A walk by curl")
    steps = ["/acme/", "-T cat.jpg", "$JOB", "/-/thumbnail", "mfilereadonly", "403", "404"]
    places = [walk.index(step) for step in steps]
    assert places == sorted(places)


def test_the_table_of_settings_has_every_setting_and_its_default(tmp_path: Path) -> None:
    rows = lines_of(section("Settings").partition("[server:main]")[0])
    own = {*Settings.__dataclass_fields__} - {"database", "outlets"}
    fields = {f"mserve.{name}" for name in own | {*outlets.LINES, f"{outlets.COMMAND}<name>"}}
    assert sorted(rows) == sorted(fields | {"zodbconn.uri"})
    data = {"mserve.data": str(tmp_path)}
    defaults = {name: default for name, default in rows.items() if default}
    assert Settings.parse({**defaults, **data}) == Settings.parse(data)


def test_the_table_of_the_web_server_has_every_setting_and_its_default() -> None:
    rows = lines_of(section("Settings").partition("[server:main]")[2])
    assert sorted(rows) == sorted(Options.__dataclass_fields__)
    defaults = {name: default for name, default in rows.items() if default}
    assert Options.parse(defaults) == Options()


def lines_of(text: str) -> dict[str, str]:
    """The lines of an ini that a table tells, with their defaults; each once."""
    rows = re.findall(r"^\| `(\S+)` \| (?:`(.+?)`|.*?) \|", text, re.MULTILINE)
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_the_table_of_roles_has_every_role() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", section("What there is"), re.MULTILINE)
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
