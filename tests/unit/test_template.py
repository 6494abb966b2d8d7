"""Templates of command lines."""

import pytest

from mserve.template import Template

VALUES = {"input": "/blobs/a b", "output": "/tmp/out", "name": "it's $(x)"}


def fill(text: str, **values: str) -> list[str]:
    return Template.parse(text).fill({**VALUES, **values})


def test_values_stay_within_their_words() -> None:
    assert fill("/bin/cp -v '{input}' {output}/x\\ y --name={name}") == [
        "/bin/cp", "-v", "/blobs/a b", "/tmp/out/x y", "--name=it's $(x)",
    ]  # fmt: skip
    assert fill("/bin/x {a}{b} {a}", a="{b}", b="") == ["/bin/x", "{b}", "{b}"]


def test_what_is_asked() -> None:
    template = Template.parse("/bin/x {input} {output} {name} --page={page} {lang_2}")
    assert template.asked == {"page", "lang_2"}


@pytest.mark.parametrize(
    "text", ["", "  ", "ls", "./ls", "{input}", "/bin/{input}", "/bin/x {", "/bin/x {a b}",
             "/bin/x {A}", "/bin/x {}", "/bin/x }", "/bin/x {1}", "/bin/x '", "/bin/x {a.b}"],
)  # fmt: skip
def test_what_is_no_template(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Template.parse(text)


@pytest.mark.parametrize("text", ["{a}", "{b}{a}", "-l{a}", "-o {a}", "{a} --", "x{a}"])
def test_options_are_not_smuggled_in(text: str) -> None:
    with pytest.raises(ValueError, match=r"a = '-x' begins with '-'"):
        fill(f"/bin/x {text}", a="-x", b="")


@pytest.mark.parametrize("text", ["-- {a}", "--lang={a}", "-- x {b}{a}", "lang={b}{a}"])
def test_where_a_dash_does_no_harm(text: str) -> None:
    assert fill(f"/bin/x {text}", a="-x", b="")[-1].endswith("-x")


def test_a_value_does_not_end_the_options() -> None:
    with pytest.raises(ValueError, match=r"a = '--' begins with '-'"):
        fill("/bin/x {a} {b}", a="--", b="-x")
    with pytest.raises(ValueError, match=r"b = '-x' begins with '-'"):
        fill("/bin/x --{a} {b}", a="", b="-x")
