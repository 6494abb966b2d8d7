"""From samples to tables: medians, ratios, and whether goals are met."""

from collections.abc import Mapping, Sequence

from bench.compare.question import Goal, Question, Sample
from bench.peers import PEERS
from bench.report import median

Samples = Mapping[str, Sequence[Sample]]
REFERENCES = ("nginx", "guillotina")
COLUMNS = ("question", "of", "against", "figure", "goal", "met")


def medians(samples: Samples) -> dict[str, float]:
    return {name: median([each.value for each in found]) for name, found in samples.items()}


def columns(question: Question) -> list[str]:
    """Of the table of one question."""
    against = [f"ratio to {PEERS[name].title}" for name in references(question)]
    cpu = [question.cpu_unit] if question.cpu_unit else []
    return ["", f"median, {question.unit}", "of", *against, *cpu]


def references(question: Question) -> list[str]:
    return [name for name in REFERENCES if question.ratios and name in question.peers]


def rows(question: Question, samples: Samples) -> list[list[str]]:
    """Each peer's median, the samples that it is of, its ratios, its processor time."""
    found = medians(samples)
    return [
        [
            PEERS[name].title,
            number(found[name]),
            " ".join(number(each.value) for each in samples[name]),
            *(ratio(found[name], found[other]) for other in references(question)),
            *([number(median([s.cpu for s in samples[name]]))] if question.cpu_unit else []),
        ]
        for name in question.peers
    ]


def verdicts(question: Question, samples: Samples) -> list[list[str]]:
    """A line of COLUMNS for each goal."""
    found = medians(samples)
    return [
        [
            question.title,
            PEERS[goal.of].title,
            PEERS[goal.against].title if goal.against else "",
            number(figure := figure_of(goal, found))
            + ("" if goal.against else f" {question.unit}"),
            f"≤ {goal.most:g}" if goal.most is not None else f"≥ {goal.least:g}",
            "yes" if is_met(goal, figure) else "no",
        ]
        for goal in question.goals
    ]


def figure_of(goal: Goal, found: Mapping[str, float]) -> float:
    return found[goal.of] / found[goal.against] if goal.against else found[goal.of]


def is_met(goal: Goal, figure: float) -> bool:
    least = goal.least is None or figure >= goal.least
    return least and (goal.most is None or figure <= goal.most)


def ratio(figure: float, reference: float) -> str:
    return number(figure / reference) if reference else "–"


def number(figure: float) -> str:
    """In three digits that mean something."""
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
