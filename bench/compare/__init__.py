"""COMPARE: the same work on mserve and its peers in one run, in turn, and the medians' ratios.

QUESTIONS has all questions by the names that `python -m bench` takes.
"""

import time
from collections.abc import Callable, Sequence

from bench.compare import judge
from bench.compare.field import Field
from bench.compare.large import GET_LARGE, PUT_LARGE
from bench.compare.memory import MEMORY
from bench.compare.question import CLIENTS, Question, Sample, Scale, Turn
from bench.compare.small import FACTS, GET_SMALL, PAGE_EIGHT, PAGE_ONE, PUT_SMALL
from bench.compare.tools import versions
from bench.report import Report

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "get-large": (GET_LARGE,),
    "get-small": (GET_SMALL,),
    "json": (FACTS,),
    "put-large": (PUT_LARGE,),
    "put-small": (PUT_SMALL,),
    "page": (PAGE_ONE, PAGE_EIGHT),
    "memory": (MEMORY,),
}


def compare(names: Sequence[str], share: float) -> Report:
    """Asks the questions of these names, of all that they concern."""
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True)

    scale = Scale(share)
    field = Field(scale, say)
    try:
        asked = [question for name in names for question in QUESTIONS[name]]
        found = [(question, ask(question, field, say)) for question in asked]
        return report(found, field, scale)
    finally:
        field.end()


def ask(question: Question, field: Field, say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """All peers in turn, round after round, so that the machine's moods hit all of them."""
    say(f"-- {question.title}")
    field.require(question.peers, question.needs)
    samples: dict[str, list[Sample]] = {name: [] for name in question.peers}
    for number in range(field.scale.rounds if question.always else 1):
        for name in question.peers if number == 0 else question.always:
            with field.peer(name) as peer:
                sample = question.turn(Turn(peer, field.scale, number, field.file))
                samples[name].append(sample)
                say(f"{peer.title}: {judge.number(sample.value)} {question.unit}")
    field.forget_files()
    return samples


def report(
    found: Sequence[tuple[Question, dict[str, list[Sample]]]], field: Field, scale: Scale
) -> Report:
    return Report(
        question="How does mserve compare with its peers?",
        columns=judge.COLUMNS,
        rows=[row for question, samples in found for row in judge.verdicts(question, samples)],
        settings=versions(),
        notes=notes(scale),
        parts=[part(question, samples) for question, samples in found],
        texts=field.configurations,
    )


def notes(scale: Scale) -> list[str]:
    quick = [] if scale.share >= 1 else ["A quick run, to see that it works: no figure counts."]
    return [
        *quick,
        f"{CLIENTS} clients where not said, on kept connections, on the same machine as the "
        f"servers; {scale.rounds} rounds, the peers in turn in each; wrk for {scale.seconds:g} s a "
        f"turn, or curl for bodies of {scale.large >> 20} MiB; {scale.many} small files.",
        "An answer with an error, or without all of its bytes, ends the run.",
        "Processor time is that of all of a server's processes, its database too, without the "
        "clients'.",
    ]


def part(question: Question, samples: dict[str, list[Sample]]) -> Report:
    processes = [
        f"{judge.PEERS[name].title}: {', '.join(f'{who} {mb}' for who, mb in each.details.items())}"
        for name, found in samples.items()
        for each in found
        if each.details
    ]
    return Report(
        question=question.title,
        columns=judge.columns(question),
        rows=judge.rows(question, samples),
        settings={},
        notes=(*question.notes, *processes),
        samples={name: [each.value for each in found] for name, found in samples.items()},
    )
