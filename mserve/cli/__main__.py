"""`python -m mserve.cli`: the same as the `mserve` command."""

from mserve.cli import main

main(prog_name="mserve")
