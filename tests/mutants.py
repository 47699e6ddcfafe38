"""Faults planted in a module's source: a safety rule counts only where its own test fails without it."""

import sys
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

_OURS = ("teststation", "drivers", "ui", "tests")
_OF_A_TOOL = "from mutmut."  # in a module that ``tests.mutation`` tries
_HELD: set[Callable[[], None]] = set()  # facts that held in this process: the next fault need not ask them again


@contextmanager
def planted_fault(module: types.ModuleType, old: str, new: str) -> Generator[types.ModuleType]:
    """A copy of ``module`` in whose source ``old``, found exactly once, is replaced by ``new``."""
    source = Path(str(module.__file__)).read_text("utf-8")
    if _OF_A_TOOL in source:
        pytest.skip("a tool has planted its own faults here: this one stands among them many times, or not at all")
    if source.count(old) != 1:
        raise LookupError(
            f"the planted fault no longer fits {module.__name__}: {old!r} stands {source.count(old)} times"
        )
    name = f"{module.__name__}__broken"
    broken = types.ModuleType(name)
    broken.__package__ = module.__package__
    broken.__file__ = module.__file__
    sys.modules[name] = broken  # dataclasses look their module up by name
    try:
        exec(compile(source.replace(old, new), name, "exec"), broken.__dict__)
        yield broken
    finally:
        del sys.modules[name]


def fails_with(module: types.ModuleType, old: str, new: str, fact: Callable[[], None]) -> None:
    """Check that ``fact`` holds on ``module`` as it stands, and fails with the fault planted in it.

    The broken functions and classes are put wherever the project and its tests have imported the whole ones, so that a
    fact need not know which module its rule is kept in.
    """
    if fact not in _HELD:
        fact()
        _HELD.add(fact)
    with _put_in_place(module, old, new), pytest.raises((AssertionError, pytest.fail.Exception)):
        fact()


@contextmanager
def _put_in_place(module: types.ModuleType, old: str, new: str) -> Generator[None]:
    with planted_fault(module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        twins = {
            id(whole): vars(broken)[name]
            for name, whole in vars(module).items()
            if getattr(whole, "__module__", None) == module.__name__ and callable(whole) and name in vars(broken)
        }
        for name, other in list(sys.modules.items()):
            if other is broken or name.partition(".")[0] not in _OURS:
                continue
            for attribute, value in list(vars(other).items()):
                if id(value) in twins:
                    patch.setattr(other, attribute, twins[id(value)])
        yield
