"""The window: Qt is imported here and in the rooms below, nowhere else."""

import builtins
import gc

# What is read and made while the window opens stays to its end, and Python's collector would look through it again and
# again meanwhile. Once there is an application, ``collecting`` looks, in the window's thread alone.
gc.disable()

from ui.desktop.bytecode import kept_bytecode, place  # noqa: E402
from ui.desktop.one_heap import keep_one_heap  # noqa: E402

keep_one_heap()
with kept_bytecode(place()):
    import PySide6.QtCore  # noqa: F401 - first: it puts an import of its own in the place of Python's

# That import reads the source of every module that any other one imports, to know whether it asks for PySide's other
# spelling of names (``from __feature__ import snake_case``). None here does; a tenth of the opening would go to it.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
