"""pyqtgraph without what no plot of the station uses. Everything else imports it from here.

``import pyqtgraph`` reads trees of parameters, images, colour maps, consoles and remote views, too, and asks Qt for
each of its 2000 names, which PySide makes only when they are asked for. Here pyqtgraph's own ``__init__`` runs, whole;
what it would read in vain is stood in for while it does, and each of Qt's names is made when it is used. What was left
out is still there: who asks pyqtgraph for it, or imports it by its own name, gets the real one.

Measured on pyqtgraph 0.14.0 and PySide 6.11.3, beside numpy and Qt: 13 MB instead of 28, of them 6 instead of 18 of
the process's own, in a third of the time.
"""

import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

# By name, so that whatever a newer pyqtgraph adds is read: a part too much costs memory, one too few a window.
_LEFT_OUT = (
    "PySide6.QtSvg", "PySide6.QtTest", "pyqtgraph.SRTTransform", "pyqtgraph.SRTTransform3D", "pyqtgraph.Transform3D",
    "pyqtgraph.Vector", "pyqtgraph.colormap", "pyqtgraph.imageview",
    *(f"pyqtgraph.graphicsItems.{name}" for name in (
        "ArrowItem", "BoxplotItem", "ColorBarItem", "CurvePoint", "DateAxisItem", "GradientEditorItem",
        "GradientLegend", "GraphItem", "GraphicsLayout", "GridItem", "HistogramLUTItem", "ImageItem", "IsocurveItem",
        "PColorMeshItem", "ROI", "ScaleBar", "TargetItem", "VTickGroup",
    )),
    *(f"pyqtgraph.widgets.{name}" for name in (
        "BusyCursor", "CheckTable", "ColorButton", "ColorMapMenu", "ColorMapWidget", "ComboBox", "DataFilterWidget",
        "DataTreeWidget", "DiffTreeWidget", "FeedbackButton", "GradientWidget", "GraphicsLayoutWidget", "GroupBox",
        "HistogramLUTWidget", "JoystickButton", "LayoutWidget", "PathButton", "ProgressDialog", "RawImageWidget",
        "RemoteGraphicsView", "ScatterPlotWidget", "SpinBox", "TableWidget", "TreeWidget", "ValueLabel",
        "VerticalLabel",
    )),
)  # fmt: skip
_COPIED = ("pyqtgraph.Qt.QtCore", "pyqtgraph.Qt.QtGui", "pyqtgraph.Qt.QtWidgets")
# Which of pyqtgraph's modules only name what they import, and use it, if at all, in functions of others.
_ONLY_NAME = ("pyqtgraph", "pyqtgraph.Qt")


class _StandIn(ModuleType):
    """A module that is read when somebody asks it for something; ``import *`` takes nothing from it."""

    __all__ = ()

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            if sys._getframe(1).f_globals.get("__name__") in _ONLY_NAME:
                return self
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _NamesWhenUsed(ModuleType):
    """What pyqtgraph copies a module of Qt's into, name by name: each when it is used."""

    def __getattr__(self, name: str) -> object:
        if sys._getframe(1).f_code.co_name == "_copy_attrs":
            return None  # it copies what is not there yet
        found = getattr(importlib.import_module(f"PySide6.{self.__name__.rpartition('.')[2]}"), name)
        setattr(self, name, found)
        return found


def _names_when_used(spec: ModuleSpec) -> ModuleType | None:
    """The module, with whatever its file says; None where pyqtgraph has it no more."""
    if spec.loader is None:
        return None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    made.__class__ = _NamesWhenUsed
    return made


@contextmanager
def _light() -> Generator[None]:
    """While pyqtgraph is imported. Where it is there already, nothing can be saved any more."""
    spec = None if "pyqtgraph" in sys.modules else find_spec("pyqtgraph")
    if spec is None:
        yield
        return
    stand_ins = {name: _StandIn(name) for name in _LEFT_OUT if name not in sys.modules}
    sys.modules.update(stand_ins)
    folders = [f"{folder}/Qt" for folder in spec.submodule_search_locations or ()]
    for name in _COPIED:
        of_it = PathFinder.find_spec(name, folders)
        if of_it is not None and (made := _names_when_used(of_it)) is not None:
            sys.modules[name] = made
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
    _ask_later(sys.modules["pyqtgraph"])


def _ask_later(package: ModuleType) -> None:
    """What it was not given is imported when it is asked for: all of it, by pyqtgraph's own ``__init__``."""
    there = vars(package)
    for name in [name for name, value in there.items() if isinstance(value, _StandIn)]:
        del there[name]

    def whole(name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        del there["__getattr__"]
        options = dict(package.CONFIG_OPTIONS)
        importlib.reload(package)
        package.setConfigOptions(**options)
        return getattr(package, name)

    there["__getattr__"] = whole


with _light():
    import pyqtgraph as pg

__all__ = ["pg"]
