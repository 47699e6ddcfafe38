"""Faults planted in a module's source: a safety rule counts only where its own test fails without it."""

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def planted_fault(module: types.ModuleType, old: str, new: str) -> Iterator[types.ModuleType]:
    """A copy of ``module`` in whose source ``old``, found exactly once, is replaced by ``new``."""
    source = Path(str(module.__file__)).read_text("utf-8")
    if source.count(old) != 1:
        raise LookupError(
            f"the planted fault no longer fits {module.__name__}: {old!r} stands {source.count(old)} times"
        )
    name = f"{module.__name__}__broken"
    broken = types.ModuleType(name)
    broken.__package__ = module.__package__
    sys.modules[name] = broken  # dataclasses look their module up by name
    try:
        exec(compile(source.replace(old, new), name, "exec"), broken.__dict__)
        yield broken
    finally:
        del sys.modules[name]
