"""``python -m tests.process.faulty_child MODULE OLD NEW WORDS...``: the command line with a planted fault."""

import importlib.util
import sys
import types
from pathlib import Path


def faulty_source(name: str, old: str, new: str) -> str:
    """A module's source with ``old``, found exactly once, replaced by ``new``."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text("utf-8")
    if source.count(old) != 1:
        raise LookupError(f"the planted fault no longer fits {name}: {old!r} stands {source.count(old)} times")
    return source.replace(old, new)


def main(name: str, old: str, new: str, *words: str) -> int:
    """Run the command line on a module with a fault."""
    source = faulty_source(name, old, new)
    spec = importlib.util.find_spec(name)
    assert spec is not None
    broken = types.ModuleType(name)
    broken.__file__, broken.__package__, broken.__spec__ = spec.origin, name.rpartition(".")[0], spec
    sys.modules[name] = broken
    exec(compile(source, name, "exec"), broken.__dict__)
    if name == "ui.cli":
        return broken.main(list(words))
    from ui.cli import main as command_line

    return command_line(list(words))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
