"""Reads that were told are counted once, whatever happens between Redis and the tree."""

from threading import Thread
from typing import Any

import pytest
from ZODB.POSException import ConflictError

from mserve import database, ingest
from mserve.booking import book
from mserve.check import accounts
from mserve.folding import BATCH, FOLDING, fold, fold_some, forget_tellers
from mserve.ingest import trash
from mserve.resources import clock, tellers
from mserve.resources.account import Account
from mserve.resources.figure import Figure
from mserve.resources.metrics import ACCESS, ACCESS_TIME, INTERRUPTED, RESPONSE_TIME
from mserve.resources.period import HOUR_LONG, Grain
from mserve.resources.report import Asked
from mserve.resources.report import lines as told
from mserve.resources.rows import Dimension
from mserve.resources.tellers import Told
from mserve.settings import Settings
from mserve.tasks.queue import Queues
from mserve.tasks.reads import FIELD, READS, Group, Place, Read, pack
from tests.unit.support import Clock, spool, writers
from tests.unit.tasks.support import RedisServer

WHOLE, CUT = Read(4096, 0, 16, 32), Read(1000, 1, 160, 2560)
HANDED_OVER = Read(10, 0, 64, None)
SECOND = clock.SECOND
Key = tuple[str, ...]


@pytest.fixture
def lines(lines: dict[str, str], redis: RedisServer) -> dict[str, str]:
    return {**lines, "mserve.redis": redis.url}


@pytest.fixture
def payer(see: Any) -> Key:
    """A key, and that of which it was made."""

    def make(site: Any) -> Key:
        service = site["demo"]["files"]
        first = next(iter(service.keys.values()))
        child, _ = service.add_key("mfilereadonly", first)
        return child.id, first.id

    found: Key = see(make)
    return found


@pytest.fixture
def place(db: Any, see: Any, payer: Key) -> Place:
    """/demo/files/in/a.txt."""

    def make(site: Any) -> tuple[str, ...]:
        folder = ingest.make_folders(site["demo"]["files"], ("in",))
        stored = ingest.create(folder, "a.txt", spool(db, b"abc"), "text/plain")
        return tuple(node.id for node in stored.mfile.lineage())

    return Place(see(make), payer, "text/plain")


class Telling:
    """A web process that tells of reads of one place. Parcels may be told again."""

    def __init__(self, queues: Queues, place: Place, teller: str = "one") -> None:
        self.queues, self.place, self.teller, self.number = queues, place, teller, 0

    def __call__(self, *reads: Read, moment: int | None = None, again: bool = False) -> None:
        now = clock.now()
        self.number += not again
        group = self.plain(*reads)._replace(hour=(now if moment is None else moment) // HOUR_LONG)
        text = pack(Told(self.teller, self.number, now), [group])
        self.queues.redis.xadd(READS, {FIELD: text})

    def plain(self, *reads: Any) -> Group:
        return Group(self.place, clock.now() // HOUR_LONG, [*reads])


@pytest.fixture
def tell(queues: Queues, place: Place) -> Telling:
    return Telling(queues, place)


@pytest.fixture
def count(db: Any, settings: Settings, queues: Queues) -> Any:
    """A scheduler's round."""

    def count() -> None:
        fold(db, settings, queues)
        book(db, settings, queues)

    return count


def access(see: Any, *path: str) -> Figure:
    """What was read of the node."""

    def look(site: Any) -> Figure:
        node = site
        for name in path:
            node = node[name]
        return node.usage.get(ACCESS)  # type: ignore[no-any-return]  # the tree has no types

    found: Figure = see(look)
    return found


FILE = ("demo", "files", "in", "a.txt")


def test_each_level_and_each_key_has_the_sums(
    see: Any, queues: Queues, tell: Telling, count: Any, place: Place
) -> None:
    tell(WHOLE, CUT)
    tell(WHOLE, HANDED_OVER)
    count()
    expected = {
        ACCESS: Figure.of(4096, 1000, 4096, 10),
        RESPONSE_TIME: Figure.of(0.25, 2.5, 0.25, 1.0),
        ACCESS_TIME: Figure.of(0.5, 40.0, 0.5),
        INTERRUPTED: Figure.of(1),
    }

    def look(site: Any) -> None:
        for id in place.nodes:
            usage = site.ids[id].usage if id != site.id else site.usage
            assert {metric: usage.get(metric) for metric in expected} == expected
        for key in place.payer:
            [line] = told(Account(site, key), Asked(("access",)))
            assert line.figure == expected[ACCESS]
        assert [*accounts.check(site, False)] == []

    see(look)
    assert queues.redis.xlen(READS) == 0


def test_they_are_told_apart(see: Any, tell: Telling, count: Any, place: Place) -> None:
    tell(WHOLE, CUT)
    count()

    def look(site: Any) -> None:
        account = Account(site, site["demo"]["files"].id)
        for by, value in (
            (Dimension.KEY, "/".join(place.payer)),
            (Dimension.MIMETYPE, "text/plain"),
        ):
            [line] = told(account, Asked(("access",), by=by))
            assert (line.value, line.figure.total) == (value, 5096)

    see(look)


def test_they_count_in_the_hour_of_their_end(
    see: Any, tell: Telling, count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, "2026-05-15T13:30:00Z")
    hour = clock.parse("2026-05-15T12:00:00Z")
    tell(WHOLE, moment=hour + 3599 * SECOND)
    tell(WHOLE, WHOLE, moment=hour + 3600 * SECOND)
    tell(CUT, moment=hour)
    count()

    def look(site: Any) -> list[tuple[int, float]]:
        asked = Asked(("access",), hour, hour + 2 * 3600 * SECOND, Grain.HOUR)
        found = told(Account(site, site["demo"].id), asked)
        return [(line.figure.reports, line.figure.total) for line in found]

    assert see(look) == [(2, 5096), (2, 8192)]


def test_who_is_killed_before_redis_knows_counts_nothing_twice(
    see: Any, queues: Queues, tell: Telling, count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(WHOLE)
    with monkeypatch.context() as patch:
        patch.setattr(queues.redis, "xdel", lambda *args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            count()
    assert (queues.redis.xlen(READS), access(see, *FILE).total) == (1, 4096)
    tell(CUT)
    count()
    assert (queues.redis.xlen(READS), access(see, *FILE).total) == (0, 5096)


def test_a_parcel_that_is_told_again_counts_once(see: Any, tell: Telling, count: Any) -> None:
    tell(WHOLE), tell(WHOLE, again=True), tell(CUT)
    count()
    tell(CUT, again=True)
    count()
    assert access(see, "demo") == Figure.of(4096, 1000)


def test_a_redis_that_lost_all_or_came_back_with_what_was_counts_right(
    see: Any, queues: Queues, tell: Telling, count: Any, redis: RedisServer
) -> None:
    """Its ids begin anew; those of tellers go on."""
    redis_: Any = queues.redis
    tell(WHOLE)
    saved = redis_.xrange(READS)
    count()
    redis_.flushall()
    redis_.xadd(READS, saved[0][1], id="1-1")
    tell.queues.redis.xadd(READS, {"parcel": "not a parcel"})
    tell(CUT)
    count()
    assert access(see, "demo") == Figure.of(4096, 1000)
    assert redis_.xlen(READS) == 0


def test_schedulers_at_once_count_once(
    db: Any, settings: Settings, queues: Queues, see: Any, tell: Telling, place: Place
) -> None:
    others = [tell, *(Telling(queues, place, str(number)) for number in range(3))]
    threads = [Thread(target=fold, args=(db, settings, Queues.from_url(settings.redis)))
               for _ in range(4)]  # fmt: skip
    for number in range(40):
        for each in others:
            each(WHOLE)
        if number % 10 == 0:
            queues.redis.delete(FOLDING)  # who held it for too long has lost it
            threads[number // 10].start()
    for thread in threads:
        thread.join()
    fold(db, settings, queues)
    assert access(see, "demo") == Figure.of(*[4096] * 160)


def test_of_two_who_count_the_same_parcels_one_conflicts(
    db: Any, queues: Queues, see: Any, tell: Telling
) -> None:
    tell(WHOLE)
    redis: Any = queues.redis
    parcels = [fields for _, fields in redis.xrange(READS)]
    with writers(db, 2) as (first, second):
        fold_some(parcels, first.site)
        fold_some(parcels, second.site)
        first.commit()
        with pytest.raises(ConflictError):
            second.commit()
    database.run(db, lambda site: fold_some(parcels, site))
    assert access(see, "demo") == Figure.of(4096)


def test_what_has_moved_is_charged_where_it_was_read(see: Any, tell: Telling, count: Any) -> None:
    tell(WHOLE)

    def move(site: Any) -> None:
        service = site["demo"]["files"]
        ingest.move(service["in"]["a.txt"], service, "b.txt")

    see(move)
    count()
    assert access(see, "demo", "files", "b.txt") == access(see, "demo", "files", "in")
    assert access(see, "demo", "files") == Figure.of(4096)


def test_what_is_gone_is_charged_to_what_is_left_above(see: Any, tell: Telling, count: Any) -> None:
    tell(WHOLE)
    see(lambda site: trash.remove(site["demo"]["files"]["in"], recursive=True))
    count()
    assert access(see, "demo", "files") == Figure.of(4096)
    tell(CUT)
    see(lambda site: trash.purge(site.expired(clock.now() * 2, 1)[0]))
    count()
    assert access(see, "demo", "files") == access(see) == Figure.of(4096, 1000)
    assert see(lambda site: [*accounts.check(site, False)]) == []


def test_those_who_go_on_to_tell_hold_no_scheduler(
    db: Any, settings: Settings, queues: Queues, tell: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(BATCH + 1):
        tell(WHOLE)
    run = database.run
    batches = []

    def slow(*args: Any) -> Any:
        tell(CUT)
        batches.append(args)
        assert len(batches) < 4
        return run(*args)

    with monkeypatch.context() as patch:
        patch.setattr(database, "run", slow)
        fold(db, settings, queues)
    assert queues.redis.xlen(READS) == 1


def test_what_is_no_parcel_is_left_out(
    see: Any, queues: Queues, tell: Telling, count: Any, caplog: pytest.LogCaptureFixture
) -> None:
    good = pack(Told("two", 1, clock.now()), [])
    odd = pack(Told("two", 1, clock.now()), [tell.plain(("much", 0, 1, 1))])
    for text in (odd, "{", "[]", "[[1,2],[]]", good.replace("[]]", "[1]]"), '[["x",1,"y"],[]]'):
        queues.redis.xadd(READS, {FIELD: text})
    queues.redis.xadd(READS, {"other": good})
    tell(WHOLE)
    count()
    assert access(see, "demo") == Figure.of(4096)
    assert caplog.text.count("tells of no reads") == 7


def test_tellers_are_forgotten_with_what_they_could_tell_again(
    db: Any, settings: Settings, queues: Queues, see: Any, tell: Telling, count: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    time = Clock(monkeypatch, "2026-05-01T12:00:00Z")
    redis: Any = queues.redis
    tell(WHOLE)
    saved = redis.xrange(READS)[0][1]
    count()
    forget_tellers(db, settings, queues)
    assert len(see(lambda site: [*site.tellers])) == 1
    time.pass_by(tellers.KEPT / SECOND + 1)
    forget_tellers(db, settings, queues)
    assert len(see(lambda site: [*site.tellers])) == 0
    redis.xadd(READS, saved)
    tell(CUT)
    count()
    assert access(see, "demo") == Figure.of(4096, 1000)
