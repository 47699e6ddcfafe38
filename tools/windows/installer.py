"""``python -m tools.windows.installer FOLDER OUT``: one ``setup.exe`` for Windows, built on Linux.

The program is laid out as CPython's own embeddable packages are: Python, its library, the product with what it needs,
and two small programs in front. Not frozen into one program, since the station starts its drivers as processes of the
same Python, and a frozen one has none.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.windows.bill import VALIDATES, VALIDATOR, Unnamed, bill, parts
from tools.windows.steps import IMPORTS
from tools.windows.system import CPYTHON_VERSION, ROOT, TAG, VERSION, NoWindows, Windows, run, uv

SETUP = Path(__file__).parent / "setup"
COMPILER = "x86_64-w64-mingw32-gcc"
EXTRAS = "ant-usb,postgresql"
# Of Qt's essentials what a window of widgets needs: its libraries, and the plugins that these load.
QT = {"Qt6Core", "Qt6Gui", "Qt6Widgets", "Qt6PrintSupport", "Qt6Svg", "Qt6Test", "Qt6OpenGL", "Qt6OpenGLWidgets"}
QT_MODULES = {"QtCore", "QtGui", "QtWidgets", "QtPrintSupport", "QtSvg", "QtTest", "QtOpenGL", "QtOpenGLWidgets"}
QT_PLUGINS = {"platforms", "styles", "imageformats", "iconengines", "printsupport"}
# Python's own tests, documentation and build files, wherever a package brings them along.
NOT_SHIPPED = {"tests", "test", "testing", "__pycache__", "include", "bin", "benchmarks", "docs"}
NEEDED_THOUGH = {"numpy/testing", "sqlalchemy/testing"}
PRODUCT = {"teststation", "ui", "drivers", "protocols"}


def main() -> int:
    """0 built, 1 not, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.windows.installer")
    parser.add_argument("folder", type=Path, help="where tools.windows has its Windows, or makes it")
    parser.add_argument("out", type=Path, help="the setup.exe to write")
    arguments = parser.parse_args()
    try:
        windows = Windows(arguments.folder)
        windows.set_up(lambda said: print("windows:", said, flush=True))
        try:
            build(windows, arguments.out.resolve())
        finally:
            windows.end()
    except NoWindows as reason:
        print(f"installer: not built: {reason}", file=sys.stderr)
        return 1
    except (subprocess.SubprocessError, OSError) as error:
        said = (getattr(error, "stderr", None) or b"").decode("utf-8", "replace")[-2000:]
        print(f"installer: not built: {error} {said}", file=sys.stderr)
        return 1
    return 0


def version() -> str:
    """The product's version, from the one place that has it."""
    found = re.search(r'^__version__ = "([^"]+)"$', (ROOT / "teststation/__init__.py").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def build(windows: Windows, out: Path) -> None:
    """Lay the program out beside that Windows and pack it. Raises NoWindows, OSError, subprocess.SubprocessError."""
    if shutil.which("makensis") is None:
        raise NoWindows("makensis is not installed here; on Debian: apt-get install nsis")
    program = windows.folder / "program"
    shutil.rmtree(program, ignore_errors=True)
    _lay_out(windows, program)
    size = sum(file.stat().st_size for file in program.rglob("*") if file.is_file())
    print(f"installer: {size / 1e6:.0f} MB laid out", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    run(
        "makensis", "-V2", "-INPUTCHARSET", "UTF8", f"-DVERSION={version()}", f"-DSOURCE={program}", f"-DOUT={out}",
        f"-DKILOBYTES={size // 1024}", str(SETUP / "setup.nsi"),
    )  # fmt: skip
    print(f"installer: {out} has {out.stat().st_size / 1e6:.1f} MB", flush=True)


def _lay_out(windows: Windows, program: Path) -> None:
    home = windows.python_home
    shutil.copytree(home, program, ignore=shutil.ignore_patterns("site-packages", "include", "__pycache__"))
    packages = program / "Lib" / "site-packages"
    packages.mkdir()
    _install(windows, packages)
    _leave_out(packages)
    # Python beside this file looks nowhere else: not in the environment, not in the registry, not in the user's folder.
    (program / f"{TAG}._pth").write_text("Lib\nDLLs\n.\nLib\\site-packages\n", "utf-8")
    for name, more in (("teststation", ["-municode"]), ("teststationw", ["-municode", "-mwindows", "-DWINDOWED"])):
        run(
            COMPILER, "-O2", "-s", *more, "-I", str(home / "include"), "-o", str(program / f"{name}.exe"),
            str(SETUP / "launcher.c"), str(home / f"{TAG}.dll"),
        )  # fmt: skip
    tried = windows.wine(windows.path(program / "python.exe"), "-c", IMPORTS, within_s=600)
    print("installer:", tried.rpartition("\n")[2].strip(), flush=True)
    shutil.copyfile(ROOT / "LICENSE", program / "LICENSE.txt")
    _write_bill(program, packages)
    done = windows.python(
        "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash", windows.path(program / "Lib"),
        more={"PYTHONPYCACHEPREFIX": ""},
    )  # fmt: skip
    if done.status:
        raise NoWindows(f"the library did not compile: {done.said[-400:]}")


def _write_bill(program: Path, packages: Path) -> None:
    sbom = program / "sbom.cdx.json"
    try:
        components = list(parts(packages, CPYTHON_VERSION, program))
    except Unnamed as unnamed:
        raise NoWindows(str(unnamed)) from unnamed
    sbom.write_text(json.dumps(bill(components, version()), indent=1, ensure_ascii=False), "utf-8")
    uv("run", "--quiet", "--no-project", "--with", VALIDATOR, "python", "-c", VALIDATES, str(sbom))
    print(f"installer: {len(components)} components, valid by the schema of CycloneDX", flush=True)


def _install(windows: Windows, packages: Path) -> None:
    wheels = windows.folder / "wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    uv("build", "--quiet", "--wheel", "--out-dir", str(wheels), str(ROOT))
    (wheel,) = wheels.glob("*.whl")
    pinned = windows.folder / "constraints.txt"
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pinned.write_text("\n".join(settings["tool"]["uv"]["constraint-dependencies"]), "utf-8")
    uv(
        "pip", "install", "--quiet", "--target", str(packages), "--python-platform", "x86_64-pc-windows-msvc",
        "--python-version", VERSION, "--only-binary", ":all:", "--constraints", str(pinned), f"{wheel}[{EXTRAS}]",
    )  # fmt: skip


def _leave_out(packages: Path) -> None:
    for folder in sorted(packages.rglob("*"), reverse=True):
        inside = folder.relative_to(packages)
        ours = inside.parts[0] in PRODUCT  # where records/tests is a room of its own
        if folder.is_dir() and folder.name in NOT_SHIPPED and not ours and inside.as_posix() not in NEEDED_THOUGH:
            shutil.rmtree(folder)
    qt = packages / "PySide6"
    for file in list(qt.rglob("*")):
        inside = file.relative_to(qt)
        if file.is_file() and not _qt_ships(inside):
            file.unlink()
    for folder in sorted((f for f in qt.rglob("*") if f.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _qt_ships(inside: Path) -> bool:
    first, name = inside.parts[0], inside.name
    if first == "plugins":
        return inside.parts[1] in QT_PLUGINS and name.endswith(".dll")
    if first == "translations":
        return name.startswith("qtbase_")
    if len(inside.parts) > 1:
        return name.endswith(".py")
    if name.startswith("Qt6"):
        return inside.stem in QT
    if name.startswith("Qt"):
        return inside.stem in QT_MODULES and inside.suffix == ".pyd"
    if name.lower().startswith(("msvcp", "vcruntime", "concrt")):
        return True
    return name.startswith("pyside6") or name.endswith(".py") or inside.suffix == ".abi3"


if __name__ == "__main__":
    raise SystemExit(main())
