"""Whatever is done in whatever order: every report at every level is what a naive model says."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count, product
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from pytest import MonkeyPatch

from mserve import booking, check, database, evolve, ingest
from mserve.errors import Conflict
from mserve.folding import fold_some
from mserve.ingest import trash
from mserve.provision import make_container, make_service
from mserve.resources import clock, expiry, metering
from mserve.resources.account import Account, Of
from mserve.resources.asker import Asker, asked_by
from mserve.resources.figure import Figure
from mserve.resources.mark import paid
from mserve.resources.metrics import (
    ACCESS,
    CLASSES,
    DISC,
    DISC_SPACE,
    FILE,
    INGEST,
    INTERRUPTED,
    RESPONSE_TIME,
    TASK,
    TASK_FAILURE,
    TRASH,
    short,
)
from mserve.resources.node import Branch
from mserve.resources.period import DAY_LONG, FINE_FIRST, HOUR_LONG, Grain, around
from mserve.resources.report import Asked, Line, lines
from mserve.resources.rows import Dimension
from mserve.settings import Settings
from mserve.tasks import ending
from tests.unit.applications import embedded
from tests.unit.support import spool
from tests.unit.usage_model import Model, Report, Stay
from tests.unit.usage_reads import Seen, Web

SERVICES = ("one", "two")
FOLDERS = ("", "a", "a/b")
NAMES = ("x.jpg", "y.txt", "z")
TYPES = {"x.jpg": "image/jpeg", "y.txt": "text/plain", "z": ""}
PLACES = st.tuples(st.sampled_from(SERVICES), st.sampled_from(FOLDERS), st.sampled_from(NAMES))
PARTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=3)
MOSTS = st.one_of(st.just(10**6), st.integers(0, 80))
READS = st.tuples(st.integers(0, 20), st.booleans(), PARTS, MOSTS)
WAITS = st.one_of(st.integers(0, 10**6), st.integers(-(10**6), 0), st.integers(0, 40 * DAY_LONG))
Wanted = Callable[[Stay], bool]


class Use(RuleBasedStateMachine):
    """The use cases on a tree with two services, by a key and by one made from it."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ms-"))
        self.patch = MonkeyPatch()
        self.now = clock.parse("2026-01-30T22:10:00Z")
        self.latest = self.now
        self.patch.setattr(clock, "now", lambda: self.now)
        found = Settings.parse(embedded(self.folder))
        evolve.ensure(found)
        self.db = database.open_database(found)
        self.model, self.trashed, self.numbers, self.web = Model(), {}, count(1), Web()
        self.keys = self.do(self.make)
        for number, place in enumerate(
            (("one", "a", "x.jpg"), ("one", "a/b", "z"), ("two", "", "z"))
        ):
            self.put(place=place, size=40 + number, which=number)

    def make(self, site: Any) -> list[tuple[str, ...]]:
        container, _ = make_container(site, "acme")
        keys: list[tuple[str, ...]] = []
        for name in SERVICES:
            service, made = make_service(container, name)
            service.properties = {"versions": 2}
            ingest.make_folders(service, ("a", "b"))
            first = made[1][0]
            child, _ = service.add_key("servicecustomer", first)
            keys += [(first.id,), (child.id, first.id)]
        return keys

    def do(self, action: Callable[[Any], Any], payer: tuple[str, ...] = ()) -> Any:
        def asked(site: Any) -> Any:
            with asked_by(Asker("key:x", "rest", payer=payer)):
                return action(site)

        return database.run(self.db, asked)

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.patch.undo()
            shutil.rmtree(self.folder)

    # what is done, and what the model is told of it

    @rule(wait=WAITS)
    def wait(self, wait: int) -> None:
        if wait > HOUR_LONG:  # the scheduler has folded and booked long since
            self.fold(again=False)
            self.do(lambda site: booking.book_some(site, 10**6))
            self.do(booking.pour_all)
        self.now = max(self.now + wait, self.latest - 10**6)
        self.latest = max(self.latest, self.now)

    @rule(place=PLACES, size=st.integers(0, 50), which=st.integers(0, 3))
    def put(self, place: Any, size: int, which: int) -> None:
        payer, body = self.keys[which], spool(self.db, bytes(size))

        def act(site: Any) -> None:
            folder = branch(site, place)
            known = folder.get(place[2])
            stored = ingest.put(folder, place[2], body)
            self.note_put(stored.mfile, known is None, size, payer)

        self.do(act, payer)
        body.clear()

    def note_put(self, mfile: Any, is_new: bool, size: int, payer: tuple[str, ...]) -> None:
        type = TYPES[mfile.__name__] or "application/octet-stream"
        accounts = accounts_of(mfile, payer)
        tags = {"key": "/".join(payer), "mimetype": type}
        stay = Stay(accounts, size, 0, tags["key"], type, self.now)
        if is_new:
            self.model.begin(f"{mfile.id} file", stay._replace(size=0, files=1))
        self.model.begin(f"{mfile.id} {mfile.version}", stay)
        self.model.reports.append(Report(accounts, INGEST, size, self.now, tags))
        for number in range(1, mfile.version - 2):
            if f"{mfile.id} {number}" in self.model.present:
                self.model.end(f"{mfile.id} {number}", self.now)

    @rule(
        place=PLACES,
        name=st.sampled_from(("thumbnail", "mime")),
        which=st.integers(0, 3),
        metric=st.sampled_from((TASK, TASK_FAILURE)),
    )
    def task(self, place: Any, name: str, which: int, metric: str) -> None:
        payer = self.keys[which]

        def act(site: Any) -> None:
            mfile = branch(site, place).get(place[2])
            if mfile is not None:
                tags = (*paid(payer), ("task", name))
                changes = {metric: Figure.of(1, 1)}
                metering.enter(mfile.lineage(), changes, self.now, payer, tags)
                for _ in range(2):
                    told = {"key": "/".join(payer), "task": name}
                    accounts = accounts_of(mfile, payer)
                    self.model.reports.append(Report(accounts, metric, 1, self.now, told))

        self.do(act, payer)

    @rule(reads=st.lists(READS, min_size=1, max_size=5), fold=st.booleans(), again=st.booleans())
    def read(self, reads: Any, fold: bool, again: bool) -> None:
        """Contents of files are read, or of their oldest versions; their owners pay."""

        def act(site: Any) -> None:
            files = [each for each in site.walk() if each.type == "mfile"]
            for which, former, parts, most in reads if files else ():
                mfile = files[which % len(files)]
                number = min(n for n in mfile.marks if n) if former else mfile.version
                self.web.read(mfile, mfile.content_of(number), parts, most)

        self.do(act)
        if fold:
            self.fold(again=again)

    @rule(again=st.booleans())
    def fold(self, again: bool) -> None:
        """It counts where it was read, as far as that is there still; and however often told."""

        def act(site: Any) -> None:
            there = {each.id for each in (site, *site.walk())}
            for seen in self.web.seen:
                self.note_read(seen, seen.nodes & there | {*seen.payer})
            fold_some(self.web.parcels(again), site)

        self.do(act)

    def note_read(self, seen: Seen, accounts: frozenset[str]) -> None:
        tags, told = {"key": "/".join(seen.payer)}, {ACCESS: seen.sent, RESPONSE_TIME: seen.first}
        for metric, amount in (told | ({INTERRUPTED: 1} if seen.cut else {})).items():
            self.model.reports.append(Report(accounts, metric, amount, seen.moment, tags))

    @rule(place=PLACES, found=st.sampled_from(("image/png", "text/plain")))
    def look_at(self, place: Any, found: str) -> None:
        """A task finds out the media type."""

        def act(site: Any) -> None:
            mfile = branch(site, place).get(place[2])
            if mfile is None or mfile.content.mimetype is not None:
                return
            content = mfile.content
            content.learn({"mimetype": found})
            mine = [n for n in mfile.marks if n and mfile.content_of(n) is content]
            ending.retype(mfile, content)
            for name in (f"{mfile.id} {mine[0]}", *[f"{mfile.id} file"]):
                self.model.change(name, self.now, mimetype=found)

        self.do(act)

    @rule(place=PLACES, to=PLACES, whole=st.booleans(), which=st.integers(0, 3))
    def copy(self, place: Any, to: Any, whole: bool, which: int) -> None:
        payer = self.keys[which]

        def act(site: Any) -> None:
            node, parent = self.ends(site, place, to, whole)
            if node is None or len(self.model.present) > 60:
                return
            name = f"copy {next(self.numbers)}" if whole or to[2] in parent else to[2]
            try:
                made = ingest.copy(node, parent, name)
            except Conflict:
                return
            below = [made, *(made.walk() if made.type == "folder" else ())]
            for each in below:
                if each.type == "mfile":
                    self.note_copy(each, payer)

        self.do(act, payer)

    def note_copy(self, mfile: Any, payer: tuple[str, ...]) -> None:
        accounts, size = accounts_of(mfile, payer), mfile.content.size
        stay = Stay(accounts, size, 0, "/".join(payer), mfile.mimetype, self.now)
        self.model.begin(f"{mfile.id} file", stay._replace(size=0, files=1))
        self.model.begin(f"{mfile.id} {mfile.version}", stay)

    @rule(place=PLACES, to=PLACES, whole=st.booleans())
    def move(self, place: Any, to: Any, whole: bool) -> None:
        def act(site: Any) -> None:
            node, parent = self.ends(site, place, to, whole)
            if node is None or node.__name__ in parent:
                return
            former = frozenset(accounts_of(node.__parent__))
            try:
                ingest.move(node, parent, str(node.__name__))
            except Conflict:
                return
            self.shift(node, former, frozenset(accounts_of(parent)))

        self.do(act)

    def ends(self, site: Any, place: Any, to: Any, whole: bool) -> tuple[Any, Any]:
        folder = branch(site, place)
        node = folder if whole and folder.type == "folder" else folder.get(place[2])
        return node, branch(site, to)

    def shift(self, node: Any, left: frozenset[str], joined: frozenset[str], **more: Any) -> None:
        for name in self.names(node):
            accounts = self.model.present[name].accounts - left | joined
            self.model.change(name, self.now, accounts=accounts, **more)

    def names(self, node: Any) -> list[str]:
        below = [node, *(node.walk() if node.type == "folder" else ())]
        ids = {each.id for each in below}
        return [name for name in self.model.present if name.partition(" ")[0] in ids]

    @rule(place=PLACES, whole=st.booleans())
    def remove(self, place: Any, whole: bool) -> None:
        def act(site: Any) -> None:
            node, _ = self.ends(site, place, place, whole)
            if node is None:
                return
            folders = frozenset(each.id for each in node.above() if each.type == "folder")
            trashed = ingest.remove(node)
            assert trashed is not None
            self.shift(node, folders, frozenset())
            self.trashed[trashed.__name__] = (place[0], folders)
            for name in self.names(node):
                if name.endswith(" file"):
                    upper = self.upper(trashed.__parent__, name)
                    stay = self.model.present[name]
                    self.model.begin(f"{name} gone", stay._replace(files=-1, accounts=upper))

        self.do(act)

    def upper(self, service: Any, name: str) -> frozenset[str]:
        """The accounts of the service, those above it, and of who pays for the file."""
        stay = self.model.present[name]
        return frozenset(accounts_of(service, tuple(filter(None, stay.key.split("/")))))

    @precondition(lambda self: self.trashed)
    @rule(data=st.data(), to=PLACES, purge=st.booleans())
    def from_the_trash(self, data: Any, to: Any, purge: bool) -> None:
        id = data.draw(st.sampled_from(sorted(self.trashed)))
        name, _ = self.trashed.pop(id)

        def act(site: Any) -> None:
            trashed = site["acme"][name].trash[id]
            below = self.names(trashed.node)
            for each in [each for each in below if each.endswith(" gone")]:
                self.model.end(each, self.now)
            below = self.names(trashed.node)
            if purge:
                trash.purge(trashed)
                for each in below:
                    self.end_above(each, trashed.node)
                return
            parent = branch(site, (name, to[1], ""))
            ingest.restore(trashed, parent, f"back {next(self.numbers)}")
            joined = frozenset(each.id for each in parent.lineage() if each.type == "folder")
            self.shift(trashed.node, frozenset(), joined)

        self.do(act)

    def end_above(self, name: str, top: Any) -> None:
        """It is kept no more by those above; what was removed with it says what it did."""
        below = {top.id, *(each.id for each in top.walk())} if top.type == "folder" else {top.id}
        stay = self.model.present[name]
        self.model.change(name, self.now, accounts=stay.accounts & below)

    @rule(limit=st.sampled_from((1, 3, 100)))
    def book(self, limit: int) -> None:
        self.do(lambda site: booking.book_some(site, limit))

    @rule()
    def pour(self) -> None:
        self.do(booking.pour_all)

    @rule(hours=st.integers(0, 50), days=st.integers(0, 50))
    def expire(self, hours: int, days: int) -> None:
        ends = {Grain.HOUR: hours, Grain.DAY: hours + days}
        moments = {grain: self.latest - ends[grain] * DAY_LONG for grain in ends}
        self.do(lambda site: expiry.keep_from(site.series, moments))
        while self.do(lambda site: expiry.expire(site.series, 3, 7)):
            pass

    # what is told of it

    @invariant()
    def the_sums_are_those_of_the_model(self) -> None:
        if hasattr(self, "db"):
            self.now = self.latest
            self.do(self.compare)

    def compare(self, site: Any) -> None:
        for node in (site, *site.walk()):
            self.compare_account(Account(site, node.id, node), node.id)
        for key in self.keys:
            self.compare_account(Account(site, key[0]), key[0])
            self.compare_kinds(site, key[0])
        assert [*check.usage.check(site, False)] == []

    def compare_kinds(self, site: Any, key: str) -> None:
        """Of what a key has brought, what is former, copied, and in the trash."""
        trashed = [each.node for name in SERVICES for each in site["acme"][name].all_trash()]
        below = {id(each) for top in trashed for each in (top, *walk(top))}
        found = dict.fromkeys(CLASSES, 0)
        for mfile in files_of(site, trashed):
            for number, mark in mfile.marks.items():
                kind = TRASH if id(mfile) in below else mfile.class_of(number)
                if number and kind and key in mark.payer:
                    found[kind] += mfile.content_of(number).size
        account = Account(site, key)
        assert {kind: account.now(Of(short(kind))).total for kind in CLASSES} == found

    def compare_account(self, account: Account, id: str) -> None:
        self.compare_now(account, id, Dimension.WHOLE, "", lambda stay: True)
        for key in {"/".join(key) for key in self.keys}:
            self.compare_now(account, id, Dimension.KEY, key, lambda s, k=key: s.key == k)
        for type in {stay.mimetype for stay in self.model.present.values()}:
            self.compare_now(
                account, id, Dimension.MIMETYPE, type, lambda s, t=type: s.mimetype == t
            )
        self.compare_reports(account, id)

    def compare_now(
        self, account: Account, id: str, dimension: Dimension, value: str, wanted: Wanted
    ) -> None:
        disc = account.now(Of(short(DISC), dimension, value))
        size = self.model.level(id, "size", wanted)
        used = self.model.byte_time(id, 0, self.now, wanted)
        assert disc.rate == size
        assert disc.rate * self.now - disc.offset == used
        assert account.now(Of(short(DISC_SPACE), dimension, value)).total == size
        files = self.model.level(id, "files", wanted)
        assert account.now(Of(short(FILE), dimension, value)).total == files

    def compare_reports(self, account: Account, id: str) -> None:
        for metric in (INGEST, TASK, TASK_FAILURE, ACCESS, RESPONSE_TIME, INTERRUPTED):
            told = [each.amount for each in self.model.reported(id, metric)]
            figure = account.now(Of(short(metric)))
            assert figure == Figure.of(*told) if told else figure.reports == 0
        for key in {"/".join(key) for key in self.keys}:
            told = [each.amount for each in self.model.reported(id, ACCESS, key=key)]
            assert account.now(Of("access", Dimension.KEY, key)).total == sum(told)
        for metric, name in product((TASK, TASK_FAILURE), ("thumbnail", "mime")):
            told = [each.amount for each in self.model.reported(id, metric, task=name)]
            assert account.now(Of(short(metric), Dimension.TASK, name)).total == sum(told)

    @rule(by=st.sampled_from((Grain.DAY, Grain.MONTH, Grain.HOUR)), data=st.data())
    def the_times_are_those_of_the_model(self, by: Grain, data: Any) -> None:
        self.now = self.latest
        long = {Grain.HOUR: HOUR_LONG, Grain.DAY: DAY_LONG, Grain.MONTH: 31 * DAY_LONG}[by]
        steps = data.draw(st.integers(1, 4))
        kept = self.do(lambda site: dict(site.series.kept_from))
        start = aligned(kept, max(self.now - steps * long, kept.get(by, 0)))
        end = data.draw(st.sampled_from((None, aligned(kept, start + steps * long // 2))))
        asked = Asked(
            ("disc", "ingest", "access", "disc_space"), start, end if end != start else None, by
        )
        self.do(lambda site: self.compare_times(site, asked))

    def compare_times(self, site: Any, asked: Asked) -> None:
        for node in (site, site["acme"], site["acme"]["one"], branch(site, ("two", "a", ""))):
            for line in lines(Account(site, node.id, node), asked):
                self.compare_line(node.id, line)
        for key in self.keys:
            for line in lines(Account(site, key[0]), asked):
                self.compare_line(key[0], line)

    def compare_line(self, id: str, line: Line) -> None:
        assert line.span is not None
        start, end = line.span.start, min(line.span.end, self.now)
        if line.metric == DISC:
            used = self.model.byte_time(id, start, max(start, end), lambda stay: True)
            assert round(line.used * clock.SECOND) == used
        if line.metric in (INGEST, ACCESS):
            told = self.model.reported(id, line.metric)
            within = [each.amount for each in told if start <= each.moment < line.span.end]
            assert line.figure == Figure.of(*within)


def walk(node: Any) -> Iterator[Any]:
    return node.walk() if isinstance(node, Branch) else iter(())


def files_of(site: Any, trashed: list[Any]) -> Iterator[Any]:
    """All files, those too that are in the trash."""
    tops = [*site.walk(), *trashed, *(each for top in trashed for each in walk(top))]
    return (each for each in tops if each.type == "mfile")


def branch(site: Any, place: Any) -> Any:
    node = site["acme"][place[0]]
    for name in filter(None, place[1].split("/")):
        found = node.get(name)
        node = node if found is None or found.type != "folder" else found
    return node


def aligned(kept: dict[str, int], moment: int) -> int:
    """Where a period begins of the finest grain by which it is told."""
    grain = next(each for each in FINE_FIRST if moment >= kept.get(each, 0))
    return around(grain, moment).start


def accounts_of(node: Any, payer: tuple[str, ...] = ()) -> frozenset[str]:
    return frozenset((*(each.id for each in node.lineage()), *payer))


TestUse = Use.TestCase
TestUse.settings = settings(max_examples=30, stateful_step_count=30)
