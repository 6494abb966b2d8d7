"""What a worker keeps of a task's outputs: where they come from, thumbnails, and files of them."""

from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from mserve import database, ingest
from mserve.resources.profile import TaskSet, TaskSpec, Workflow
from mserve.resources.provenance import derived_ids
from mserve.resources.spool import Spool
from mserve.settings import Settings
from mserve.tasks import attempts, engine, thumbnails
from mserve.tasks.outcome import Output, Rendition
from mserve.tasks.queue import Queues
from mserve.tasks.registry import Task, TaskRegistry
from mserve.tasks.runner import Runner
from mserve.tasks.tools import versions
from tests.unit.support import writers


class Desk:
    """A service whose jobs are done at once, by the runner of a real worker."""

    def __init__(self, db: Any, runner: Runner) -> None:
        self.db, self.runner = db, runner

    def see(self, action: Any) -> Any:
        return database.run(self.db, action)

    def profile(self, **workflows: TaskSpec) -> None:
        """Workflows of one task each."""
        made = {name: Workflow((TaskSet("", (spec,)),)) for name, spec in workflows.items()}
        self.see(lambda site: site["demo"]["files"].profiles["default"].change(made))

    def put(self, name: str, body: bytes) -> None:
        spool = Spool(self.db.storage.temporaryDirectory())
        spool.write(body)
        spool.close()
        self.see(lambda site: ingest.put(site["demo"]["files"], name, spool) and None)
        spool.discard()

    def work(self) -> int:
        """Does all that is due, and what comes of it; returns how many task runs that were."""
        done = 0
        while due := self.see(lambda site: [(id, run[0]) for id, run in site.due.items()]):
            assert done < 50, "the workflows go round"
            for id, attempt in due:
                assert self.runner.perform([id], attempt)
                done += 1
        return done

    def names(self, *folders: str) -> list[str]:
        def look(site: Any) -> list[str]:
            folder = site["demo"]["files"]
            for name in folders:
                folder = folder[name]
            return [*folder.children]

        return self.see(look)

    def file(self, name: str, see: Any) -> Any:
        return self.see(lambda site: see(site["demo"]["files"][name]))


@pytest.fixture
def desk(db: Any, queues: Queues, settings: Settings) -> Iterator[Desk]:
    registry = TaskRegistry.load(settings.tasks)
    yield Desk(
        db, Runner(db, registry, queues, settings, worker="here", store=ingest.store_outputs)
    )


def outputs(desk: Desk, name: str) -> Any:
    """The outputs of the newest job of a file."""
    return desk.file(
        name,
        lambda mfile: [
            (each.name, each.mfile, each.fault)
            for run in mfile.page_jobs(1)[0][1].all_runs()
            for each in run.outputs
        ],
    )


def test_a_content_tells_what_it_was_made_of(desk: Desk) -> None:
    desk.profile(ingest=TaskSpec("copy", "copy", {}))
    desk.put("a.txt", b"some bytes")
    assert desk.work() == 1

    def look(mfile: Any) -> Any:
        [(_, job)] = mfile.page_jobs(1)
        [run] = job.all_runs()
        return run.outputs[0].content.origin, run.id, mfile.id, mfile.content.sha256, run.started

    origin, run, mfile, sha256, started = desk.file("a.txt", look)
    assert (origin.task, origin.output, origin.run, origin.worker) == ("copy", "copy", run, "here")
    assert [(each.mfile, each.name, each.sha256) for each in origin.inputs] == [
        (mfile, "a.txt", sha256)
    ]  # fmt: skip
    assert (origin.tools, origin.depth) == ({"mserve": version("mserve")}, 1)
    assert started == origin.started <= origin.ended


def test_a_thumbnail_tells_the_tools_that_made_it(desk: Desk, tmp_path: Path) -> None:
    desk.profile(ingest=TaskSpec("thumbnail", "thumbnail", {"width": 20}))
    Image.new("RGB", (60, 40), "red").save(tmp_path / "a.png")
    desk.put("a.png", (tmp_path / "a.png").read_bytes())
    desk.work()
    origin = desk.file("a.png", lambda mfile: mfile.rendition("thumbnail").content.origin)
    assert origin.arguments == {"width": 20}
    assert {"mserve", "Pillow", "pypdfium2", "PDFium"} <= origin.tools.keys()


@pytest.mark.parametrize(
    ("path", "folders", "name"),
    [
        ("{stem}-{output}.txt", (), "a.b-copy.txt"),
        ("kept/{name}.copy", ("kept",), "a.b.bin.copy"),
        ("/texts/{output}/x.txt", ("texts", "copy"), "x.txt"),
    ],
)
def test_an_output_becomes_a_file(desk: Desk, path: str, folders: Any, name: str) -> None:
    desk.profile(
        ingest=TaskSpec("copy", "copy", {}, mfile=path, condition='mfile.name == "a.b.bin"')
    )
    desk.put("a.b.bin", b"some bytes")
    assert desk.work() == 1
    assert name in desk.names(*folders)
    [(_, made, fault)] = outputs(desk, "a.b.bin")
    assert fault is None
    node, content = desk.see(lambda site: (site.ids[made].__name__, site.ids[made].content._p_oid))
    kept = desk.file(
        "a.b.bin", lambda f: next(f.page_jobs(1)[0][1].all_runs()).outputs[0].content._p_oid
    )
    assert (node, content) == (name, kept), "its content is shared"


def test_a_file_made_again_is_a_new_version(desk: Desk) -> None:
    spec = TaskSpec("copy", "copy", {}, mfile="{stem}.copy", condition='mfile.name == "a.txt"')
    desk.profile(ingest=spec, update=spec)
    desk.put("a.txt", b"one")
    desk.work()
    desk.put("a.txt", b"two")
    desk.work()
    body, number = desk.file("a.copy", lambda f: (Path(f.content.path).read_bytes(), f.version))
    assert (body, number) == (b"two", 2)


def test_workflows_do_not_go_round(desk: Desk) -> None:
    """A file that is made starts its own workflow, and what that makes starts none."""
    spec = TaskSpec("copy", "copy", {}, mfile="{name}+")
    desk.profile(ingest=spec, update=spec)
    desk.put("a", b"x")
    assert desk.work() == 2
    assert desk.names() == ["a", "a+", "a++"]
    assert desk.file("a++", lambda mfile: mfile.content.origin.depth) == 2


def test_two_files_that_make_each_other_come_to_an_end(desk: Desk) -> None:
    spec = TaskSpec("copy", "copy", {}, mfile="b")
    back = TaskSpec("copy", "copy", {}, mfile="a")
    desk.profile(ingest=spec, update=back)
    desk.put("b", b"x")
    desk.work()
    [(_, made, fault)] = outputs(desk, "b")
    assert made is None and "made of" in fault
    desk.put("a", b"x")  # replaces b, whose update replaces a, which starts nothing more
    assert desk.work() == 2


@pytest.mark.parametrize(
    ("path", "words"),
    [("{name}", "made of"), ("taken/{output}", "taken"), ("folder", "folder"), ("{name}/x", "a")],
)
def test_an_output_that_cannot_become_a_file_says_why(desk: Desk, path: str, words: str) -> None:
    desk.profile(ingest=TaskSpec("copy", "copy", {}, mfile=path, condition='mfile.name == "a"'))
    desk.put("taken", b"x")
    desk.see(lambda site: ingest.make_folder(site["demo"]["files"], "folder") and None)
    before = desk.names()
    desk.put("a", b"y")
    desk.work()
    [(_, made, fault)] = outputs(desk, "a")
    assert made is None and words in fault
    assert desk.names() == sorted(["a", *before])
    assert desk.file("a", lambda mfile: mfile.page_jobs(1)[0][1].state) == "done"


def test_a_late_worker_makes_no_file(desk: Desk, monkeypatch: Any) -> None:
    desk.profile(ingest=TaskSpec("copy", "copy", {}, mfile="b"))
    desk.put("a", b"y")
    [(id, _)] = desk.see(lambda site: [*site.due.items()])
    finish = attempts.finish

    def late(site: Any, done: Any) -> Any:
        site.run(id).attempt += 1
        return finish(site, done)

    monkeypatch.setattr(attempts, "finish", late)
    desk.runner.perform([id], 1)
    assert desk.names() == ["a"]


def test_a_file_is_found_from_what_it_was_made_of_until_it_is_gone(desk: Desk) -> None:
    desk.profile(ingest=TaskSpec("copy", "copy", {}, mfile="b", condition='mfile.name == "a"'))
    desk.put("a", b"y")
    desk.work()
    assert desk.see(lambda site: len([*site.derived])) == 1
    desk.see(lambda site: ingest.copy(site["demo"]["files"]["b"], site["demo"]["files"], "c") and 0)
    assert desk.see(lambda site: len([*site.derived])) == 2

    def purge(site: Any, name: str) -> None:
        ingest.purge(ingest.remove(site["demo"]["files"][name]))

    desk.see(partial(purge, name="b"))
    assert desk.see(lambda site: len([*site.derived])) == 1
    desk.see(partial(purge, name="a"))
    assert desk.see(lambda site: [*site.derived]) == []


# Thumbnails


def film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height = 640, 480
        for _ in range(5):
            frame = av.VideoFrame.from_image(Image.new("RGB", (640, 480), "green"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    Image.new("RGB", (900, 600), "red").save(tmp_path / "large.png")
    Image.new("RGB", (900, 600), "red").save(tmp_path / "page.pdf")
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    (tmp_path / "a.txt").write_text("text")
    film(tmp_path / "film.mp4")
    return tmp_path


def plainly(seconds: float, function: Any) -> Any:
    return function()


def made(files: Path, *outputs: Output) -> Any:
    scratch = files / "scratch"
    scratch.mkdir()
    tasks: dict[str, Task] = dict(TaskRegistry.load())
    return thumbnails.make(outputs, tasks, scratch, plainly)


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("large.png", "image/png"), ("page.pdf", "application/pdf"), ("film.mp4", "video/mp4")],
)
def test_pictures_papers_and_films_get_a_thumbnail(files: Path, name: str, mimetype: str) -> None:
    [(output, picture)] = made(files, Output(name, files / name, mimetype)).items()
    with Image.open(picture.spool.path) as image:
        assert output == name and image.size == (picture.rendition.width, picture.rendition.height)
        assert image.width <= 210 and image.height <= 128
    picture.spool.discard()


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("broken.png", "image/png"), ("a.txt", "text/plain"), ("film.mp4", "video/mp2t")],
)
def test_what_is_none_gets_none_and_hurts_nobody(files: Path, name: str, mimetype: str) -> None:
    assert made(files, Output(name, files / name, mimetype)) == {}


def test_a_small_rendition_is_its_own_thumbnail(files: Path, desk: Desk) -> None:
    assert made(files, Rendition("r", files / "large.png", "image/png", 420, 256)) == {}
    desk.profile(ingest=TaskSpec("poster", "poster", {}))
    desk.put("a.png", (files / "large.png").read_bytes())
    desk.work()

    def look(mfile: Any) -> bool:
        content = mfile.rendition("poster").content
        return content.renditions["thumbnail"].content is content

    assert desk.file("a.png", look)


def test_a_large_output_is_kept_with_its_thumbnail(files: Path, desk: Desk) -> None:
    desk.profile(ingest=TaskSpec("poster", "poster", {"width": 800, "height": 600}, mfile="p.jpg"))
    desk.put("a.png", (files / "large.png").read_bytes())
    desk.work()
    width, path = desk.file(
        "p.jpg", lambda f: (f.rendition("thumbnail").width, f.rendition("thumbnail").content.path)
    )
    with Image.open(path) as image:
        assert (image.width, image.format) == (width, "JPEG") and width < 210


def test_a_film_costs_no_more_than_a_few_thumbnails(files: Path) -> None:
    many = [Output(f"{n}", files / "large.png", "image/png") for n in range(thumbnails.MOST + 3)]
    found = made(files, *many)
    assert [*found] == [each.name for each in many[: thumbnails.MOST]]
    for picture in found.values():
        picture.spool.discard()


def test_a_job_of_one_task_stores_nothing_elsewhere(desk: Desk) -> None:
    desk.profile()
    desk.put("a", b"x")

    def start(site: Any) -> None:
        engine.start_task(site["demo"]["files"]["a"], TaskSpec("copy", "copy", {}))

    desk.see(start)
    desk.work()
    assert desk.names() == ["a"]


def test_two_files_are_linked_to_one_source_at_once(desk: Desk) -> None:
    with writers(desk.db, 2) as (first, second):
        first.site.derived["source-2"] = True
        second.site.derived["source-1"] = True
        first.commit()
        second.commit()
    assert desk.see(lambda site: [*derived_ids(site, "source")]) == ["1", "2"]


def test_each_task_names_tools_that_there_are() -> None:
    for task in TaskRegistry.load().values():
        assert versions(task.tools).keys() == {"mserve", *task.tools}, task.name
    assert versions(("Pillow", "nothing-of-that-name")).keys() == {"mserve", "Pillow"}
