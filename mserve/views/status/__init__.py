"""Status: whether all is well, part by part, and what is to be done where it is not."""

from typing import Any

from redis.exceptions import RedisError

from mserve.resources import clock
from mserve.views.status import copies, disks, tree, versions, work
from mserve.views.status.check import FINE, WRONG, Check, worst

Json = dict[str, Any]


def look(request: Any) -> tuple[list[Check], dict[str, str]]:
    """All checks, and the versions of what runs here. Parts that are away are told as such."""
    registry, site = request.registry, request.site
    checks = [tree.database(site), *_of_redis(registry)]
    checks += disks.checks(registry.mserve, site._p_jar.db())
    checks += [tree.usage(site), tree.search(site), *copies.checks(registry.mserve, site)]
    found = versions.libraries()
    if (redis := _info(registry)) is not None:
        found["redis-server"] = str(redis.get("redis_version", "?"))
    return checks, found


def _of_redis(registry: Any) -> list[Check]:
    try:
        return [work.redis(registry.queues.redis), *work.checks(registry)]
    except RedisError:
        return [work.away()]


def _info(registry: Any) -> Json | None:
    try:
        found: Json = registry.queues.redis.info("server")
    except RedisError:
        return None
    return found


def told(request: Any) -> Json:
    """The same as JSON, in English."""
    checks, found = look(request)
    return {
        "status": worst(checks),
        "time": clock.rfc3339(clock.now()),
        "checks": [each.json() for each in checks],
        "versions": found,
    }


__all__ = ["FINE", "WRONG", "Check", "look", "told", "worst"]
