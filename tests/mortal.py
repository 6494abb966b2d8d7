"""What a test has started ends with the process of the tests, also where that is killed.

Fixtures end what they have started; those of a process that is killed have no time for it.
"""


def mortal(*command: str, by: str = "TERM") -> list[str]:
    """`command`, to be started by the main thread: it gets the signal when that has ended."""
    return ["setpriv", "--pdeathsig", by, *command]
