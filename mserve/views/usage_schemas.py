"""JSON Schemas of usage: what is reported, summed up and billed."""

from mserve.views.schema_words import (
    FLAG,
    ID,
    NUMBER,
    SHORT,
    TEXT,
    TIME,
    URL,
    WHOLE,
    Schema,
    array,
    closed,
    fields,
    may,
    null,
    one_of,
    page,
    ref,
)

OF_A_LINE = {
    **dict.fromkeys(("key", "task", "mimetype", "service"), may(TEXT)),
    **dict.fromkeys(("from", "to"), may(TIME)),
}
USAGE: dict[str, Schema] = {
    "UsageReports": closed(reports=array(ref("UsageReport"), minItems=1, maxItems=1000)),
    "UsageReport": closed(
        metric={**SHORT, "examples": ["http://example.com/frames"]},
        amount=may(NUMBER), rate=may(WHOLE),
    ),
    "Figure": fields(
        metric=TEXT, total=NUMBER, reports=WHOLE, squares=NUMBER, nInProgress=NUMBER,
        rate=NUMBER, rateTime=null(TIME), rateCumulative=NUMBER, **OF_A_LINE,
    ),
    "Figures": page("Figure"),
    "Summary": fields(
        metric=TEXT, n=WHOLE, sum=NUMBER, min=null(NUMBER), max=null(NUMBER), avg=null(NUMBER),
        variance=null(NUMBER), stddev=null(NUMBER), **OF_A_LINE,
    ),
    "Summaries": page("Summary"),
    "Statement": fields(
        node=may(ID), key=may(ID), user=may(ID), name=null(TEXT), url=URL, month=TEXT, to=TIME,
        closed=FLAG, entries=WHOLE, digest=TEXT, items=array(ref("StatementItem")),
        **{"from": TIME},
    ),
    "StatementItem": fields(
        metric=TEXT, unit=null(TEXT), used=NUMBER, reports=WHOLE, at_end=NUMBER,
    ),
    "Metric": fields(
        uri=TEXT, kind=one_of("value", "level", "rate"), unit=TEXT, description=TEXT
    ),
    "Metrics": page("Metric"),
}  # fmt: skip
