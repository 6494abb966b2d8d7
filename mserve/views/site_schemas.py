"""Schemas of what the site's administrators are told: how it does, its settings, what is stored."""

from mserve.views.schema_words import (
    FLAG,
    OBJECT,
    TEXT,
    TIME,
    URL,
    WHOLE,
    Schema,
    array,
    fields,
    null,
    one_of,
    page,
    ref,
    table,
)
from mserve.views.status.check import STATES

SITE: dict[str, Schema] = {
    "Status": fields(
        status=one_of(*STATES), time=TIME, checks=array(ref("Check")), versions=table(TEXT),
    ),
    "Check": fields(name=TEXT, state=one_of(*STATES), detail=TEXT, advice=null(TEXT)),
    "SettingLines": fields(items=array(ref("SettingLine"))),
    "SettingLine": fields(
        name=TEXT, value=null(TEXT), default=TEXT, source=one_of("ini", "environment", "default"),
        secret=FLAG,
    ),
    "StoredObject": fields(
        **{"object": TEXT, "class": TEXT}, url=URL, serial=TEXT, changed=TIME, size=WHOLE,
        attributes=OBJECT, entries=null(page("StoredEntry")),
    ),
    "StoredEntry": fields(key={}, value={}),
}  # fmt: skip
