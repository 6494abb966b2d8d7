"""JSON Schemas of where contents come from."""

from mserve.views.schema_words import (
    FLAG,
    ID,
    OBJECT,
    SHA256,
    TEXT,
    TIME,
    URL,
    WHOLE,
    Schema,
    array,
    closed,
    fields,
    null,
    one_of,
    ref,
    table,
)

PROVENANCE: dict[str, Schema] = {
    "Origin": fields(task=TEXT, output=TEXT, made=TIME, inputs=array(ref("Input"))),
    "Input": fields(id=ID, name=TEXT, sha256=SHA256, url=null(URL), stale=FLAG),
    "Provenance": fields(
        mfile=URL, entity=TEXT, stale=FLAG, entities=array(ref("Entity")),
        activities=array(ref("Activity")),
    ),
    "Entity": fields(
        id=TEXT, type=one_of("mfile", "output", "rendition"), name=TEXT, sha256=SHA256,
        mfile=null(ID), url=null(URL), stale=FLAG, complete=FLAG, provenance=null(URL),
    ),
    "Activity": fields(
        id=TEXT, task=TEXT, arguments=null(OBJECT), tools=table(TEXT), worker=null(TEXT),
        started=TIME, ended=TIME, job=null(URL), used=array(TEXT), generated=array(TEXT),
        unseen=WHOLE,
    ),
    "Prov": fields(
        prefix=table(TEXT), entity=OBJECT, activity=OBJECT, agent=OBJECT, used=OBJECT,
        wasGeneratedBy=OBJECT, wasDerivedFrom=OBJECT, wasAssociatedWith=OBJECT,
    ),
    "ProvenanceAction": closed(action=one_of("again")),
}  # fmt: skip
