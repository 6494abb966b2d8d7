"""The supervisor: starts parts, waits until they answer, starts again what dies, stops in order."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mserve.cli.child import Child, Part
from mserve.errors import MserveError

SOON, LATER = 0.05, 1.0  # seconds between two looks: while something is amiss, and otherwise


class CannotStart(MserveError):
    """A part did not start; says which, why, and what to do."""


class StopAsked(Exception):
    """Ctrl-C or SIGTERM came."""


class Supervisor:
    """Keeps the children of one `mserve up`.

    wait(seconds) sleeps, wakes up early when a child ends, and is true when a stop was asked for;
    say(words) tells the person; answering(pids) is called when all parts answer again after one
    of them was started anew.
    """

    def __init__(
        self,
        logs: Path,
        wait: Callable[[float], bool],
        say: Callable[[str], None],
        answering: Callable[[Mapping[str, int]], None],
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs, self.wait, self.say, self.answering = logs, wait, say, answering
        self.children: list[Child] = []

    def pids(self) -> dict[str, int]:
        return {child.part.name: child.pid for child in self.children}

    def start(self, *parts: Part) -> None:
        """Starts `parts` and returns when all answer; raises CannotStart, StopAsked."""
        new = [self.add(part) for part in parts]
        for child in new:
            self.await_answer(child)

    def add(self, part: Part) -> Child:
        child = Child(part, self.logs)
        try:
            child.start()
        except OSError as error:
            raise CannotStart(f"{part.name} cannot be started: {error}. {part.hint}") from error
        self.children.append(child)
        return child

    def await_answer(self, child: Child) -> None:
        give_up = child.started + child.part.patience
        while (fault := child.check()) is not None:
            for other in self.children:  # any of them: the awaited one may need it
                if not other.running:
                    raise self.failure(other, "ended")
            if time.monotonic() > give_up:
                raise self.failure(child, f"does not answer: {fault}")
            self.pause(SOON)

    def once(self, part: Part) -> None:
        """Runs a part that is to end by itself; raises CannotStart if it fails."""
        child = self.add(part)
        while child.running:
            self.pause(SOON)
        self.children.remove(child)
        if child.process is None or child.process.returncode != 0:
            raise self.failure(child, "failed")

    def failure(self, child: Child, what: str) -> CannotStart:
        return CannotStart(
            f"{child.part.name} {what}. The end of its log, {child.log}:\n{child.last_lines()}"
            + (f"\n{child.part.hint}" if child.part.hint else "")
        )

    def pause(self, seconds: float) -> None:
        if self.wait(seconds):
            raise StopAsked

    def tend(self) -> None:
        """Keeps all parts running until StopAsked is raised."""
        while True:
            for child in self.children:
                self.look_after(child)
            amiss = not all(child.answers for child in self.children)
            self.pause(SOON if amiss else LATER)

    def look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due:
                child.start()
        elif not child.running:
            self.say(child.bury())
        elif not child.answers and child.check() is None:
            self.say(f"{child.part.name} answers again")
            if all(other.answers and other.running for other in self.children):
                self.answering(self.pids())

    def stop(self) -> None:
        """Ends all parts, the last one first; a stop that is asked for again ends all at once."""
        patient = True
        for child in reversed(self.children):
            if patient and child.running:
                self.say(f"stopping {child.part.name}")
                child.terminate()
                patient = self.await_end(child)
            child.kill()

    def await_end(self, child: Child) -> bool:
        """Whether to be patient with the next ones too."""
        give_up = time.monotonic() + child.part.grace
        while child.running and time.monotonic() < give_up:
            if self.wait(SOON):
                self.say("ending everything at once")
                return False
        if child.running:
            self.say(f"{child.part.name} has not ended in {child.part.grace:.0f} s and is killed")
        return True
