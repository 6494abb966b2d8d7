"""What setup.py has installed suffices: the tests' environment has more, and would hide a lack."""

import subprocess
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

HERE = sysconfig.get_path("purelib")

ALONE = """
import re, sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pkgutil import walk_packages
from packaging.requirements import Requirement

EXTRAS = {
    "mserve.postgres", "mserve.openid.associations", "mserve.openid.guarded", "mserve.openid.two"
}
RUN = ("__main__", "rqconfig")  # which act when they are imported

def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()

def closure(name, extras, found):
    for text in distribution(name).requires or ():
        needed = Requirement(text)
        if needed.marker and not any(needed.marker.evaluate({"extra": e}) for e in ("", *extras)):
            continue
        pair = normal(needed.name), frozenset(needed.extras)
        if pair not in found:
            found.add(pair)
            try:
                closure(needed.name, needed.extras, found)
            except PackageNotFoundError:
                pass
    return found

brought = {name for name, _ in closure("mserve", (), set())} | {"mserve"}
lacking = {
    module for module, names in packages_distributions().items()
    if not brought & set(map(normal, names))
}

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in lacking:
            raise ModuleNotFoundError(f"{name} is brought by no requirement", name=name)

sys.meta_path.insert(0, Lacking())
import mserve
for each in walk_packages(mserve.__path__, "mserve."):
    if each.name not in EXTRAS and not each.name.endswith(RUN):
        import_module(each.name)
print(len(lacking), "velruse" in lacking, "rq" in lacking)
"""


def test_all_but_the_extras_is_imported_with_what_is_required_alone() -> None:
    found = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-600:]
    assert found.stdout.split()[1:] == ["True", "False"]


def test_all_that_is_installed_is_pinned() -> None:
    lines = Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}
    installed = {canonicalize_name(each.metadata["Name"]) for each in distributions(path=[HERE])}
    assert installed - pinned - {"mserve", "pip"} == set()
