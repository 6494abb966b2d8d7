"""PROV-JSON (W3C member submission, 2013-04-24) of a graph of provenance, out of its JSON.

Entities are files and outputs, activities are task runs, agents the software that they used and the
workers that ran them.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
SPACE = {"mserve": "urn:mserve:"}
SOFTWARE = {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}


def prov(document: Json) -> Json:
    activities = document["activities"]
    return {
        "prefix": SPACE,
        "entity": {_name(each["id"]): _entity(each) for each in document["entities"]},
        "activity": {_name(each["id"]): _activity(each) for each in activities},
        "agent": {name: agent for each in activities for name, agent in _agents(each)},
        "used": _relations("u", activities, _used),
        "wasGeneratedBy": _relations("g", activities, _generated),
        "wasDerivedFrom": _relations("d", activities, _derived),
        "wasAssociatedWith": _relations("a", activities, _associated),
    }


def _name(id: str) -> str:
    """A qualified name; what cannot stand in one is escaped."""
    return f"mserve:{quote(id, safe='%')}"


def _entity(each: Json) -> Json:
    facts = {name: each[name] for name in ("sha256", "url", "mfile") if each[name] is not None}
    return {
        "prov:label": each["name"],
        "prov:type": {"$": f"mserve:{each['type']}", "type": "prov:QUALIFIED_NAME"},
        **{f"mserve:{name}": value for name, value in facts.items()},
    }


def _activity(each: Json) -> Json:
    told: Json = {} if each["arguments"] is None else {
        "mserve:arguments": json.dumps(each["arguments"], sort_keys=True)
    }  # fmt: skip
    return {
        "prov:startTime": each["started"],
        "prov:endTime": each["ended"],
        "prov:label": each["task"],
        **told,
    }


def _agents(each: Json) -> Iterator[tuple[str, Json]]:
    for tool, version in each["tools"].items():
        facts = {"prov:label": tool, "mserve:version": version}
        yield _name(f"tool-{tool}-{version}"), {"prov:type": SOFTWARE, **facts}
    if each["worker"] is not None:
        facts = {"prov:label": each["worker"]}
        yield _name(f"worker-{each['worker']}"), {"prov:type": SOFTWARE, **facts}


def _relations(letter: str, activities: list[Json], made: Any) -> Json:
    """Relations without names of their own, which blank nodes stand for."""
    found = [relation for each in activities for relation in made(each)]
    return {f"_:{letter}{number}": relation for number, relation in enumerate(found)}


def _used(each: Json) -> Iterator[Json]:
    for entity in each["used"]:
        yield {"prov:activity": _name(each["id"]), "prov:entity": _name(entity)}


def _generated(each: Json) -> Iterator[Json]:
    for entity in each["generated"]:
        yield {"prov:entity": _name(entity), "prov:activity": _name(each["id"])}


def _derived(each: Json) -> Iterator[Json]:
    for made in each["generated"]:
        for used in each["used"]:
            yield {
                "prov:generatedEntity": _name(made),
                "prov:usedEntity": _name(used),
                "prov:activity": _name(each["id"]),
            }


def _associated(each: Json) -> Iterator[Json]:
    for agent, _ in _agents(each):
        yield {"prov:activity": _name(each["id"]), "prov:agent": agent}
