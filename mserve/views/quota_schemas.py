"""JSON Schemas of quotas."""

from mserve.resources import limiting
from mserve.resources.limits import LIMITED
from mserve.resources.metrics import short
from mserve.views.schema_words import (
    NUMBER,
    TEXT,
    TIME,
    Schema,
    array,
    closed,
    fields,
    may,
    null,
    one_of,
)

MOST: Schema = {"type": "integer", "minimum": 0, "maximum": 1 << 60}
OVER: Schema = null(one_of("soft", "hard")) | {"enum": ["soft", "hard", None]}
LIMITS: Schema = fields(hard=null(MOST), soft=null(MOST), over=OVER)
LIMIT_CHANGE: Schema = null(closed(hard=may(null(MOST)), soft=may(null(MOST))))
NAMES = [short(metric) for metric in LIMITED]
QUOTA: Schema = fields(
    hard=null(MOST), soft=null(MOST), used=NUMBER, over=OVER, resets=null(TIME), unit=TEXT,
)  # fmt: skip
COUNTS: Schema = array(one_of(*limiting.KINDS), maxItems=10)
SPACE: Schema = fields(**QUOTA["properties"], counts=COUNTS)
SPACE_CHANGE: Schema = null(
    closed(hard=may(null(MOST)), soft=may(null(MOST)), counts=may(null(COUNTS)))
)

QUOTAS: dict[str, Schema] = {
    "Quotas": fields(
        of=one_of("container", "service", "user"),
        quotas=fields(**{**dict.fromkeys(NAMES, QUOTA), "disc_space": SPACE}),
    ),
    "QuotaChange": closed(
        quotas=may(null(closed(**{
            **{name: may(LIMIT_CHANGE) for name in NAMES}, "disc_space": may(SPACE_CHANGE),
        }))),
    ),
}  # fmt: skip
