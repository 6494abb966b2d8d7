"""Which modules of substanced can be imported, and which names they miss in Pyramid."""

import ast
import importlib
import pkgutil
import re
import warnings
from collections import Counter
from pathlib import Path

import substanced

warnings.simplefilter("ignore")
TESTS = re.compile(r"\btests?\b|scaffolds")


def importing() -> None:
    modules = pkgutil.walk_packages(substanced.__path__, "substanced.", onerror=lambda name: None)
    names = [module.name for module in modules if not TESTS.search(module.name)]
    faults = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as fault:
            faults.append(f"{fault}"[:90])
    print(f"{len(faults)} of {len(names)} modules cannot be imported")
    for words, count in Counter(faults).most_common():
        print(f"{count:4}  {words}")


def names_of_pyramid() -> None:
    gone = Counter()
    for path in Path(substanced.__path__[0]).rglob("*.py"):
        if not TESTS.search(str(path)):
            gone.update(name for name in imported(path) if not there(*name))
    print(f"{len(gone)} names that they import are gone from Pyramid:")
    for (module, name), count in sorted(gone.items()):
        print(f"{count:4}  {module}.{name}")


def imported(path: Path) -> set[tuple[str, str]]:
    """The (module, name) pairs that a file imports from Pyramid."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if is_of_pyramid(node)]
    return {(node.module, alias.name) for node in found for alias in node.names}


def is_of_pyramid(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pyramid"


def there(module: str, name: str) -> bool:
    try:
        return hasattr(importlib.import_module(module), name)
    except ImportError:
        return False


importing()
names_of_pyramid()
