"""Chunks against a plain model: whatever comes, in whatever order, is the file at its end."""

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mserve.errors import BadContent, BadInput, Conflict, Missing, MserveError, NameTaken
from mserve.resources import assembly
from mserve.resources.assembly import whole
from mserve.resources.chunk import MOST, placed
from mserve.resources.chunks import Chunks
from mserve.resources.copying import copy, joined
from mserve.resources.spool import Spool

NOTHING: frozenset[str] = frozenset()
EVENTS = st.tuples(
    st.sampled_from(["in turn", "beside", "cut", "killed", "absorbed", "refused end"]),
    st.integers(1, 5),
    st.binary(min_size=1, max_size=9),
)


def receive(chunks: Chunks, name: str, body: bytes, *, beside: bool = False) -> None:
    """As the door does; `beside` another request that has the lease."""
    if not beside:
        with chunks.base().lease() as lease:
            if chunks.is_next(name, lease):
                start = lease.offset
                lease.append(body)
                chunks.mark(name, start, lease)
                return
    spool = chunks.spool()
    spool.write(body)
    spool.close(durable=False)
    chunks.place(name, spool.path)


def absorb(chunks: Chunks) -> None:
    with chunks.base().lease() as lease:
        for name, source in chunks.waiting(lease):
            start = lease.offset
            lease.append(source.read())
            chunks.mark(name, start, lease, source)


def interrupt(chunks: Chunks, name: str, body: bytes) -> None:
    """A chunk of which a part has come when the process is killed."""
    with chunks.base().lease() as lease:
        if chunks.is_next(name, lease):
            lease.append(body)
    Path(chunks.path, "spool-left").write_bytes(body)


def end(chunks: Chunks, total: int | None = None) -> tuple[bytes, str]:
    """The bytes and their SHA-256, or what is raised."""
    with chunks.base().lease() as lease:
        spool = whole(chunks, lease, total, None, NOTHING)
    try:
        return Path(spool.path).read_bytes(), spool.sha256
    finally:
        spool.discard()


def play(chunks: Chunks, what: str, number: int, body: bytes, model: dict[int, bytes]) -> None:
    if what in ("in turn", "beside"):
        receive(chunks, f"{number:04}", body, beside=what == "beside")
        model[number] = body
    elif what in ("cut", "killed"):
        interrupt(chunks, f"{number:04}", body)
    elif what == "absorbed":
        absorb(chunks)
    else:
        with pytest.raises(BadContent if model else Conflict):
            end(chunks, total=10_000)


@given(st.lists(EVENTS, max_size=25))
@settings(max_examples=150)
def test_the_file_is_what_came_last_of_each_chunk(
    events: "list[tuple[str, int, bytes]]",
) -> None:
    model: dict[int, bytes] = {}
    with TemporaryDirectory() as folder:
        chunks = Chunks(folder, "key:1", "one")
        chunks.make(1)
        for event in events:
            play(chunks, *event, model)
        listed = [(each.start, each.size) for each in chunks.listed()]
        assert listed == [(number, len(model[number])) for number in sorted(model)]
        body = b"".join(model[number] for number in sorted(model))
        if model:
            assert end(chunks, len(body)) == (body, sha256(body).hexdigest())
            receive(chunks, "0001", b"after")
            model[1] = b"after"
            body = b"".join(model[number] for number in sorted(model))
            assert end(chunks, len(body))[0] == body


@pytest.fixture
def chunks(tmp_path: Path) -> Chunks:
    made = Chunks(str(tmp_path), "key:1", "one")
    made.make(2)
    return made


def test_the_whole_is_the_base_by_a_link_and_nothing_is_appended_to_it(chunks: Chunks) -> None:
    for name in ("1", "2"):
        receive(chunks, name, name.encode() * 5)
    with chunks.base().lease() as lease:
        spool = whole(chunks, lease, None, None, NOTHING)
    assert os.path.samefile(spool.path, chunks.base().path)
    receive(chunks, "3", b"later")
    assert Path(spool.path).read_bytes() == b"1111122222"
    assert end(chunks)[0] == b"1111122222later"
    chunks.discard()
    assert Path(spool.path).read_bytes() == b"1111122222"


def test_what_comes_while_the_former_is_appended_counts(chunks: Chunks) -> None:
    receive(chunks, "1", b"old", beside=True)
    with chunks.base().lease() as lease:
        for name, source in chunks.waiting(lease):
            lease.append(source.read())
            receive(chunks, "1", b"newer", beside=True)
            chunks.mark(name, 0, lease, source)
    assert end(chunks)[0] == b"newer"


def test_a_chunk_that_comes_while_the_file_is_made_is_not_taken_in_part(
    chunks: Chunks, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("2", "1"):
        receive(chunks, name, b"five!", beside=True)

    def join(*given: Any) -> Spool:
        monkeypatch.undo()
        receive(chunks, "2", b"longer", beside=True)
        return joined(*given)

    monkeypatch.setattr(assembly, "joined", join)
    with pytest.raises(Conflict):
        end(chunks)
    assert end(chunks)[0] == b"five!longer"


@pytest.mark.parametrize("names", [("0-4", "6-9"), ("1-4",), ("1", "0-4"), ("1", "01"), ("2",)])
def test_what_does_not_fit_together_is_no_file(chunks: Chunks, names: Iterable[str]) -> None:
    for name in names:
        receive(chunks, name, b"five!")
    with pytest.raises(Conflict):
        end(chunks)


def test_numbers_may_be_left_out_where_the_length_is_said(chunks: Chunks) -> None:
    for name in ("9", "3", "30"):
        receive(chunks, name, name.encode())
    with pytest.raises(Conflict):
        end(chunks)
    assert end(chunks, 4)[0] == b"3930"


@pytest.mark.parametrize("name", ["", "a", "-1", "1-", "1-0", "1.own", "٣", str(MOST + 1), "1\n"])
def test_a_name_that_tells_no_place_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        placed(name)


def test_what_is_gone_is_missing_to_who_was_at_it(chunks: Chunks) -> None:
    with chunks.base().lease() as lease:
        lease.append(b"bytes")
        spool = chunks.spool()
        chunks.discard()
        for act in (
            lambda: lease.append(b"more"),
            lambda: chunks.mark("1", 0, lease),
            lambda: chunks.place("1", spool.path),
            chunks.listed,
            chunks.spool,
            chunks.base,
            chunks.discard,
        ):
            with pytest.raises(Missing):
                act()
    spool.discard()


def test_of_one_owner_there_are_so_many(chunks: Chunks, tmp_path: Path) -> None:
    with pytest.raises(NameTaken):
        chunks.make(2)
    Chunks(str(tmp_path), "key:1", "two").make(2)
    with pytest.raises(MserveError, match="2 uploads"):
        Chunks(str(tmp_path), "key:1", "three").make(2)
    Chunks(str(tmp_path), "key:2", "three").make(2)


@pytest.mark.parametrize("shares", [True, False])
def test_ranges_are_copied_with_or_without_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shares: bool
) -> None:
    def refuse(*args: object) -> int:
        raise OSError(95, "not supported")

    if not shares:
        monkeypatch.setattr(os, "copy_file_range", refuse)
    body = os.urandom(3_000_000)
    (tmp_path / "source").write_bytes(body)
    spool = Spool(str(tmp_path))
    with (tmp_path / "source").open("rb") as source:
        copy(source, spool, 1_000_001, 1_999_999)
        spool.write(b"between")
        copy(source, spool, 0, 5)
    spool.close()
    made = body[1_000_001:] + b"between" + body[:5]
    assert Path(spool.path).read_bytes() == made
    assert spool.sha256 == sha256(made).hexdigest()
