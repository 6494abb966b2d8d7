"""The settings of RQ's own commands: `rq worker --config mserve.cli.rqconfig …`, `rq info …`.

RQ imports it and takes the names in capitals. The Redis is that of the ini in MSERVE_INI, so that
its password is on no command line.
"""

from mserve.cli.rqworker import ini_settings

REDIS_URL = ini_settings().redis
