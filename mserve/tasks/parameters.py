"""Parameters: what a task can be told, checked against the annotations of its function."""

import inspect
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

SCALARS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
SHAPES = {list: "a list", dict: "a mapping"}
KEYWORD = inspect.Parameter.KEYWORD_ONLY


def read_parameters(function: Callable[..., Any]) -> inspect.Signature:
    """The keyword-only parameters of a task function; raises TypeError if it has others."""
    hints = get_type_hints(function, include_extras=True)
    source, others = _split([*inspect.signature(function).parameters.values()])
    if source is None or any(each.kind is not KEYWORD for each in others):
        raise TypeError(
            f"task {function.__name__} should be f(source, *, …): the source, then keywords only"
        )
    annotated = [each.replace(annotation=hints.get(each.name, each.empty)) for each in others]
    return inspect.Signature(annotated)


def _split(
    parameters: list[inspect.Parameter],
) -> tuple[inspect.Parameter | None, list[inspect.Parameter]]:
    """The parameter that takes the source, and the others."""
    first = parameters[0] if parameters else None
    if first and first.kind in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        return first, parameters[1:]
    return None, parameters


def find_faults(parameters: inspect.Signature, arguments: Mapping[str, Any]) -> list[str]:
    """All that is wrong with `arguments`, each a sentence; an empty list if they will do."""
    known = parameters.parameters
    faults = [
        f"unknown argument {name!r}; known: {', '.join(known) or 'none'}"
        for name in arguments
        if name not in known
    ]
    for name, each in known.items():
        if name in arguments:
            if wanted := _mismatch(arguments[name], each.annotation):
                faults.append(f"{name} should be {wanted}, not {arguments[name]!r:.80}")
        elif each.default is each.empty:
            faults.append(f"{name} is missing")
    return faults


def _mismatch(value: object, annotation: Any) -> str:
    """What `value` should have been, in words; an empty text if it is that."""
    origin, options = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _mismatch(value, options[0]) or _outside(value, options[1:])
    if origin is Literal:
        fits = any(value == option and type(value) is type(option) for option in options)
        return "" if fits else "one of " + ", ".join(map(str, options))
    if origin in (Union, UnionType):
        wanted = [_mismatch(value, option) for option in options]
        return " or ".join(wanted) if all(wanted) else ""
    if annotation is type(None):
        return "" if value is None else "null"
    if annotation in SCALARS:
        return "" if _is_scalar(value, annotation) else SCALARS[annotation]
    shape = origin or annotation
    return SHAPES[shape] if shape in SHAPES and not isinstance(value, shape) else ""


def _is_scalar(value: object, kind: type) -> bool:
    if isinstance(value, bool):  # a bool is an int to Python, but not to whoever wrote the JSON
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _outside(value: object, limits: tuple[Any, ...]) -> str:
    """As _mismatch, for what Annotated[int, range(1, 100)] allows."""
    for limit in limits:
        if isinstance(limit, range) and value not in limit:
            return f"from {limit[0]} to {limit[-1]}"
    return ""
