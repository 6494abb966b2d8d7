"""`/-/settings`: what is in force, and from where; no secret of it."""

import re
from pathlib import Path
from typing import Any

import pytest

from mserve.settings import Settings
from mserve.views.settings_told import told

README = Path(__file__).parents[3] / "README.md"
SECRETS = {
    "mserve.redis": "redis://user:p4ss@word@queue.example.org:6379/0",
    "zodbconn.uri": "postgresql://mserve:p4ssword@db/mserve?sslpassword=p4ss-two&blob_dir=/b",
    "mserve.oidc.corp.issuer": "https://login.example.com",
    "mserve.oidc.corp.client_id": "us",
    "mserve.oidc.corp.client_secret": "p4ss-three",
}


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {"mserve.data": str(tmp_path), "mserve.lease": "20"}


def by_name(given: dict[str, str]) -> dict[str, Any]:
    return {each.name: each for each in told(given)}


def test_each_line_of_the_readme_is_told_with_its_default(given: dict[str, str]) -> None:
    rows = dict(re.findall(r"^\| `((?:mserve|zodbconn)\.[^`]+)` \| (?:`(.+?)`|.*?) \|",
                           README.read_text(), re.MULTILINE))  # fmt: skip
    found = by_name(given)
    for name, default in rows.items():
        if "<" not in name:
            assert name in found, name
            if default:
                assert found[name].default == default or found[name].value == default, name


def test_it_says_where_a_value_has_come_from(
    given: dict[str, str], monkeypatch: Any, tmp_path: Path
) -> None:
    found = by_name(given)
    assert found["mserve.lease"][1:] == ("20", "15", "ini")
    assert found["mserve.heartbeat"][1:] == ("4", "4", "default")
    assert found["mserve.redis"].source == "default" and "redis.sock" in found["mserve.redis"].value
    monkeypatch.setenv("MSERVE_REDIS", "redis://:p4ss@elsewhere/")
    assert by_name(given)["mserve.redis"][1:] == ("redis://:…@elsewhere/", "", "environment")


def test_no_secret_is_told(given: dict[str, str], monkeypatch: Any) -> None:
    found = by_name(given | SECRETS)
    assert "p4ss" not in repr(found)
    assert found["mserve.oidc.corp.client_secret"][1:] == (None, "", "ini")
    assert found["zodbconn.uri"].value == (
        "postgresql://mserve:…@db/mserve?sslpassword=…&blob_dir=/b"
    )
    monkeypatch.setenv("MSERVE_OIDC_CORP_SECRET", "p4ss-four")
    found = by_name(given | SECRETS)
    assert "p4ss" not in repr(found)
    assert found["mserve.oidc.corp.client_secret"].source == "environment"


def test_it_is_a_page_and_json(admin: Any, settings: Settings) -> None:
    items = {each["name"]: each for each in admin("GET", "/-/settings").json["items"]}
    assert items["mserve.data"]["value"] == str(settings.data)
    assert items["mserve.demo"] == {
        "name": "mserve.demo", "value": "true", "default": "false", "source": "ini",
        "secret": False,
    }  # fmt: skip
    page = admin("GET", "/-/settings", headers={"Accept": "text/html"})
    own, others = page.html.find_all("table")
    assert "mserve.demo" in own.text and "mserve.lease" in others.text
