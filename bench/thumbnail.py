"""How soon is there a thumbnail? From the answer to the upload of a 10-megapixel JPEG."""

import time
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

from bench.client import Client, settings, timed, warm_up
from bench.report import Report, median, ms
from tests.functional.stack import Stack

PICTURES = 10
SIZE = (3872, 2592)  # pixels, 10.04 million
LOOK = 0.005  # seconds between two looks for the thumbnail


def measure(stack: Stack, share: float) -> Report:
    client = Client(stack.demo_url)
    warm_up(client)
    client.await_job(upload(client, picture(0), "warm-up.jpg")["job"])
    uploads, thumbnails, jobs, sizes = [], [], [], []
    for number in range(max(3, int(PICTURES * share))):
        body = picture(number)
        seconds, mfile = timed(upload, client, body, f"{number}.jpg")
        uploads.append(seconds)
        thumbnails.append(timed(await_thumbnail, stack, mfile["url"])[0])
        jobs.append(thumbnails[-1] + timed(client.await_job, mfile["job"])[0])
        sizes.append(len(body))
    rows = [("upload", uploads), ("answer → thumbnail", thumbnails), ("answer → job done", jobs)]
    return Report(
        question="How soon is there a thumbnail of a 10-megapixel JPEG?",
        columns=("ms", "median", "shortest", "longest"),
        rows=[[name, *map(ms, (median(each), min(each), max(each)))] for name, each in rows],
        settings=settings(stack),
        notes=(
            f"{len(jobs)} different pictures of {SIZE[0]} × {SIZE[1]} pixels, one after another on "
            f"an idle stack; {median(sizes) / 1e6:.1f} MB each, JPEG of quality 90, like a photo.",
            "The job: mime; then md5, thumbnail and poster in parallel on two workers.",
        ),
        samples=dict(rows),
    )


def upload(client: Client, body: bytes, name: str) -> dict[str, str]:
    mfile: dict[str, str] = client.json("PUT", f"pictures/{name}", body)
    return mfile


def await_thumbnail(stack: Stack, url: str) -> None:
    looking = Client(stack.demo_url)
    place = urlsplit(url).path.removeprefix(looking.path)
    while "thumbnail" not in looking.json("GET", place)["renditions"]:
        time.sleep(LOOK)
    assert Image.open(BytesIO(looking("GET", f"{place}/-/thumbnail"))).height == 128


def picture(number: int) -> bytes:
    """A JPEG with the detail of a photo: a coarse picture, enlarged, and grain on it."""
    coarse = [Image.effect_noise((48, 32), 100 + number) for _ in "RGB"]
    large = Image.merge("RGB", coarse).resize(SIZE, Image.Resampling.BICUBIC)
    grain = Image.merge("RGB", [Image.effect_noise(SIZE, 30)] * 3)
    file = BytesIO()
    Image.blend(large, grain, 0.25).save(file, "JPEG", quality=90)
    return file.getvalue()
