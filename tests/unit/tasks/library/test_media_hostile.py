"""Files that mean harm: they read nothing but themselves, and end in words or at a limit."""

import errno
import io
import random
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
from PIL import Image

from mserve.errors import TaskError
from mserve.tasks.confine import MIB, Limits, confine
from mserve.tasks.interrupt import Interrupts, TaskTimeout
from mserve.tasks.library.media import FORMATS, open_media
from mserve.tasks.source import Source
from tests.unit.tasks.library.films import TASKS, done, film, plain, tone
from tests.unit.tasks.library.pictures import GREEN, RED, quarters
from tests.unit.tasks.support import wait_for

VIDEO = ["video_metadata", "video_thumbnail", "video_poster", "video_proxy", "hls"]
AUDIO = ["audio_metadata", "waveform"]


class Site:
    """An HTTP server on loopback that offers a film, and keeps what it was asked for."""

    def __init__(self, content: bytes) -> None:
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(film("mpegts", [plain(RED)] * 5, sounds=0))
    yield site
    site.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A film beside the file."""
    path = tmp_path / "secret.ts"
    path.write_bytes(film("mpegts", [plain(GREEN)] * 5))
    return path


def playlist(address: str) -> bytes:
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\n"
    return f"{head}{address}\n#EXT-X-ENDLIST\n".encode()


def lists(address: str) -> dict[str, bytes]:
    """All the ways to name another film."""
    host, _, path = address.removeprefix("http://").partition("/")
    return {
        "hls": playlist(address),
        "concat": f"ffconcat version 1.0\nfile '{address}'\n".encode(),
        "dash": (
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
            'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp2t">'
            f'<Representation id="1" bandwidth="1"><BaseURL>{address}</BaseURL></Representation>'
            "</AdaptationSet></Period></MPD>"
        ).encode(),
        "sdp": (
            b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
            b"m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
        ),
        "smil": f'<smil><body><video src="{host}/{path}"/></body></smil>'.encode(),
        "rtsp": f"[Reference]\nRef1={address}\n".encode(),
        "subfile": f"subfile,,start,0,end,0,,:{address}".encode(),
        "image2": f"{address}".encode(),
    }


def test_the_lists_would_be_followed(site: Site, secret: Path, tmp_path: Path) -> None:
    """Otherwise the next tests would say nothing."""
    for address, seen in ((f"{site.url}/a.ts", True), (str(secret), False)):
        (tmp_path / "list.m3u8").write_bytes(playlist(address))
        options = {"protocol_whitelist": "file,http,tcp"}
        with av.open(str(tmp_path / "list.m3u8"), options=options) as container:
            assert len([*container.decode(video=0)]) == 5
        assert bool(site.asked) is seen or site.asked
    (tmp_path / "list").write_bytes(lists(str(secret))["concat"])
    with av.open(str(tmp_path / "list"), options={"safe": "0"}) as container:
        assert len([*container.decode(video=0)]) == 5


@pytest.mark.parametrize("kind", lists(""))
def test_no_list_is_followed(source_of: Any, site: Site, secret: Path, kind: str) -> None:
    for address in (f"{site.url}/a.ts", str(secret), f"file:{secret}", secret.name):
        source = source_of(lists(address)[kind], "film.mp4")
        for name in (*VIDEO, *AUDIO):
            with pytest.raises(TaskError, match="no film or sound that can be read"):
                done(name, source)
        assert not [*source.scratch.iterdir()]
    assert not site.asked


def test_no_format_is_known_that_follows_lists() -> None:
    known = {part for name in av.formats_available for part in name.split(",")}
    assert set(FORMATS) <= known and [*FORMATS] == sorted(FORMATS)
    others = {
        "hls",
        "dash",
        "concat",
        "sdp",
        "rtsp",
        "image2",
        "lavfi",
        "imf",
        "tee",
        "webm_dash_manifest",
    }
    assert not others & set(FORMATS)


JUNK = {
    "empty": b"", "text": b"To be, or not to be\n" * 99, "zeros": bytes(100_000),
    "random": random.Random(1).randbytes(200_000), "picture": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "zip": b"PK\3\4" + bytes(999), "box": b"\0\0\0\x18ftypisom" + bytes(12),
    "riff": b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(99), "ebml": b"\x1aE\xdf\xa3" + bytes(99),
}  # fmt: skip


@pytest.mark.parametrize("kind", JUNK)
@pytest.mark.parametrize("name", [*VIDEO, *AUDIO])
def test_what_is_no_medium(source_of: Any, name: str, kind: str) -> None:
    with pytest.raises(TaskError, match=r"no film or sound|empty|broken|no moving|no sound"):
        done(name, source_of(JUNK[kind]))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["mp4", "matroska", "mpegts", "avi"])
def test_truncated_files(source_of: Any, kind: str, share: float) -> None:
    whole = film(kind, [quarters(160, 80)] * 50, sounds=0)
    source = source_of(whole[: int(len(whole) * share)])
    for name in VIDEO:
        try:
            outcome = done(name, source)
        except TaskError as fault:
            assert len(str(fault)) > 10
        else:
            assert outcome.result or outcome.outputs


def test_a_file_whose_end_is_missing_is_told_so(source_of: Any) -> None:
    """Its head announces what does not come."""
    content = film(pictures=[quarters(160, 80)] * 100, sounds=0)
    (output,) = done("transcode", source_of(content), preset="mp4-480p").outputs
    whole = output.path.read_bytes()
    source = source_of(whole[: len(whole) * 3 // 5])
    assert done("video_metadata", source).result["streams"][0]["frames"] == 100
    with pytest.raises(TaskError, match="broken"):
        done("video_proxy", source)


@pytest.mark.parametrize("kind", ["matroska", "mp4", "mpegts", "flv", "avi"])
def test_bits_that_have_changed(source_of: Any, kind: str) -> None:
    chance = random.Random(7)
    whole = film(kind, [quarters(64, 32)] * 30, sounds=0 if kind == "avi" else 1)
    for number in range(8):
        content = bytearray(whole)
        for _ in range(12):
            place = chance.randrange(min(len(content), (100_000, 1500)[number % 2]))
            content[place] = chance.choice([0, 127, 255, chance.randrange(256)])
        for name in ("video_metadata", "video_thumbnail", "waveform", "video_proxy"):
            try:
                done(name, source_of(bytes(content)))
            except TaskError as fault:
                assert len(str(fault)) > 10
            except MemoryError:  # confined it is told in words
                continue


def test_a_place_outside_the_file(source_of: Any) -> None:
    """The system refuses to go there."""
    content = bytearray(tone("aiff", codec="pcm_s16be"))
    for place in range(4, len(content[:200]), 4):
        broken = bytearray(content)
        broken[place : place + 4] = b"\xff\xff\xff\xff"
        try:
            assert done("audio_metadata", source_of(bytes(broken))).result["streams"]
        except TaskError as fault:
            assert len(str(fault)) > 10


@pytest.mark.parametrize("name", ["video_proxy", "hls"])
def test_gaps_without_end_are_not_filled(source_of: Any, name: str) -> None:
    pictures, times = [plain(RED)] * 3, [0, 0.04, 90_000]
    source = source_of(film("matroska", pictures, times=times, sounds=0))
    with pytest.raises(TaskError, match="a time of 90000 s follows one of 0 s"):
        done(name, source)


def test_faults_of_reading_are_none_of_the_file(source_of: Any) -> None:
    """Another attempt may fare better."""
    for number, fault in ((errno.EIO, OSError), (errno.EINVAL, TaskError)):
        with pytest.raises(fault), open_media(source_of(film()).path):
            raise OSError(number, "a fault")
    for number, fault in ((errno.ENOSPC, OSError), (errno.ENOMEM, MemoryError)):
        with pytest.raises(fault), open_media(source_of(film()).path):
            raise av.error.classes[number](number, "a fault")


def huge_gif(width: int, height: int) -> bytes:
    """One pixel on a large screen."""
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0;"
    return b"GIF89a" + struct.pack("<2H3B", width, height, 0x80, 0, 0) + bytes(6) + frame


def huge_raw(width: int, height: int) -> bytes:
    return f"YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420\nFRAME\n".encode() + bytes(1000)


@pytest.mark.parametrize(
    "content",
    [huge_gif(65535, 65535), huge_raw(30000, 30000), huge_raw(9000, 9000)],
    ids=["gif", "larger", "large"],
)
def test_huge_pictures(source_of: Any, content: bytes) -> None:
    source = source_of(content)
    for name in VIDEO:
        with pytest.raises(TaskError, match=r"pixels|broken|no film"):
            TASKS[name].run(source, {})


def test_a_limit_of_memory_is_met_in_words(source_of: Any) -> None:
    content = film(pictures=[plain(RED, (1920, 1080))] * 20, sounds=0)
    with pytest.raises(TaskError, match=r"48 MiB|more memory"):
        limits = Limits(memory=48 * MIB, cpu=60)
        confine(TASKS["video_proxy"].function, source_of(content), {}, limits)


def test_a_limit_of_a_file_is_met_in_words(source_of: Any) -> None:
    with pytest.raises(TaskError, match="100000 bytes"):
        limits = Limits(file=100_000)
        confine(TASKS["transcode"].function, source_of(tone(seconds=10)), {"preset": "wav"}, limits)


def noise(number: int, size: tuple[int, int] = (640, 360)) -> bytes:
    """A film that is hard to compress."""
    pictures = [Image.effect_noise(size, 90).convert("RGB") for _ in range(10)]
    return film("avi", [pictures[place % 10] for place in range(number)], codec="mpeg4", sounds=0)


def test_a_limit_of_processor_is_met_in_words(source_of: Any) -> None:
    with pytest.raises(TaskError, match="1 s of processor"):
        limits, arguments = Limits(cpu=1.0), {"preset": "webm-720p"}
        confine(TASKS["transcode"].function, source_of(noise(200)), arguments, limits)


def test_an_interrupt_leaves_the_scratch_folder_alone(source_of: Any, tmp_path: Path) -> None:
    content = noise(250)
    begun = threading.Event()
    source: Source = source_of(content, report=lambda *_: begun.set())
    before = {*tmp_path.iterdir()}
    interrupts = Interrupts()
    with pytest.raises(TaskTimeout):
        interrupts.run("it", 2.0, lambda: TASKS["transcode"].run(source, {"preset": "webm-720p"}))
    assert begun.is_set() and (source.scratch / "webm-720p.webm").exists()
    wait_for(lambda: not _readers(source.path), 5)
    assert {*tmp_path.iterdir()} == before
    assert source.path.read_bytes() == content


def _readers(path: Path) -> list[int]:
    """Processes that have the file open."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            found += [process.pid for each in process.open_files() if each.path == str(path)]
        except psutil.Error:
            continue
    return found


def test_the_source_is_never_written(source_of: Any) -> None:
    content = film()
    source = source_of(content)
    source.path.chmod(0o400)
    for name in (*VIDEO, *AUDIO):
        done(name, source)
    assert source.path.read_bytes() == content


def test_a_confined_task_gives_the_same(source_of: Any) -> None:
    told: list[float] = []
    source = source_of(film(), report=lambda fraction, words: told.append(fraction))
    outcome = TASKS["video_proxy"].run(source, {"height": 60})
    assert outcome.result["height"] == 60 and told[-1] > 0.9
    with av.open(io.BytesIO(outcome.outputs[0].path.read_bytes())) as proxy:
        assert proxy.streams.video[0].height == 60
