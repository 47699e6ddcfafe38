"""``python -m tools.pictures FOLDER SETUP OUT``: the pictures of installing, each the whole of a real screen.

``setup.exe`` and the installed program on a Windows made of Wine, and the same on this Linux, each on a display of its
own (Xvfb, xterm, xdotool). Wine speaks the language of ``LANG`` where this computer has it: the guide's are Norwegian.
Look at each before it goes into ``docs/screens``.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

from PIL import Image, ImageChops, ImageGrab

from tools.windows.installed import Installation
from tools.windows.steps import Failed
from tools.windows.system import ROOT, NoWindows, Windows

SIZE = "1366x768"
LOOK_S, STILL, WITHIN_S = 1.0, 5, 300.0  # a screen that has not changed in so many looks has come to its end
OPENS = 40  # so many while the station opens, which says so and else stands still
CURSOR = 4  # pixels wide: one that blinks is no change
SEEN = {"WINEQT_QPA_PLATFORM": "windows"}
INSTALL = 'python3 -m uv tool install --quiet ".[ant-usb,postgresql]"'
THERE = ("teststation --version", "teststation devices list", "teststation demo --headless --time-scale 20")


def main() -> int:
    """0 all taken, 1 not, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures")
    parser.add_argument("folder", type=Path, help="where tools.windows has its Windows, or makes it")
    parser.add_argument("setup", type=Path, help="the setup.exe to install")
    parser.add_argument("out", type=Path, help="the folder for the pictures")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    windows = Windows(arguments.folder)
    try:
        with _display():  # Wine has the one that was there as its first program began
            windows.set_up(lambda said: print("windows:", said, flush=True))
            on_linux(arguments.out)
            on_windows(windows, arguments.setup.resolve(), arguments.out)
    except (NoWindows, Failed, OSError, subprocess.SubprocessError) as reason:
        print(f"pictures: not taken: {reason}", file=sys.stderr)
        return 1
    finally:
        windows.end()
    return 0


@contextlib.contextmanager
def _display() -> Generator[None]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read, encoding="ascii") as told:
            os.environ["DISPLAY"] = f":{told.readline().strip()}"
        yield
    finally:
        server.terminate()
        server.wait()


def on_linux(out: Path) -> None:
    """A terminal in which the station has been installed, and shows that it is there."""
    with tempfile.TemporaryDirectory(prefix="clinic-") as home:
        done = Path(home, "done")
        lines = [f"echo '$ {words}'; {words}; echo" for words in THERE]
        script = "; ".join([f"PATH={home}/.local/bin:$PATH", INSTALL, *lines, f"touch {done}", "sleep 600"])
        # Of this Python's own environment nothing: a clinic's terminal has none.
        own = os.environ.get("VIRTUAL_ENV", "")
        path = ":".join(one for one in os.environ["PATH"].split(":") if not own or not one.startswith(own))
        clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | {"PATH": path}
        asked = ["python3", "-m", "uv", "cache", "dir"]
        cache = subprocess.check_output(asked, env=clean, encoding="utf-8").strip()
        environment = {**clean, "HOME": home, "UV_CACHE_DIR": cache, "UV_LINK_MODE": "copy"}
        look = ["-fa", "DejaVu Sans Mono", "-fs", "11", "-bg", "white", "-fg", "black", "-geometry", "150x40+0+0"]
        with _begun(["xterm", *look, "-e", "bash", "-c", script], environment, ROOT):
            picture = _settled(done.exists)
            paper = picture.crop((2, 2, picture.width - 20, picture.height - 20))  # without the terminal's rim
            written = ImageChops.invert(paper).getbbox()
            paper.crop((0, 0, paper.width, written[3] if written else paper.height)).save(out / "linux-install.png")


def on_windows(windows: Windows, setup: Path, out: Path) -> None:
    """Installed, started, refused over a station that is in use, with a backup before an upgrade, removed."""
    here = Installation(windows, setup)
    program = {name: str(here.program / f"{name}.exe") for name in ("teststationw", "uninstall")}

    def save(name: str, looks: int = STILL) -> None:
        picture = _settled(looks=looks)
        picture.crop(picture.getbbox()).save(out / f"windows-{name}.png")  # without what no window covers

    here.clear()
    with windows.started(str(setup), more=SEEN, cwd=windows.folder):
        _settled((here.program / "uninstall.exe").exists)
        save("90-setup")
    windows.end()
    with windows.started(program["teststationw"], more=SEEN, cwd=windows.drive):
        save("91-first-start", looks=OPENS)
    windows.end()
    here.kept.mkdir(parents=True, exist_ok=True)
    settings = here.kept / "settings.toml"
    settings.write_text("language = 4\n", "utf-8")
    with windows.started(program["teststationw"], more=SEEN, cwd=windows.drive):
        save("92-does-not-open")
    windows.end()
    settings.unlink()
    with windows.started(program["teststationw"], "demo", more=SEEN, cwd=windows.drive):
        _settled(looks=OPENS)
        with windows.started(str(setup), more=SEEN, cwd=windows.folder):
            save("93-in-use")
            _key("Escape")
        with windows.started(program["uninstall"], more=SEEN, cwd=windows.folder):
            _settled()
            _key("Return")
            save("94-in-use-removal")
    windows.end()
    here.keeps_a_test()
    with windows.started(str(setup), more=SEEN, cwd=windows.folder):  # without the passphrase
        save("95-no-backup", looks=OPENS)
    windows.end()
    here.clear()


def _settled(ready: Callable[[], bool] = lambda: True, looks: int = STILL) -> Image.Image:
    """The screen, once it shows something and changes no more. Raises Failed."""
    until_s, last, still = time.monotonic() + WITHIN_S, None, 0
    while time.monotonic() < until_s:
        time.sleep(LOOK_S)
        now = ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).convert("RGB")
        changed = None if last is None else ImageChops.difference(now, last).getbbox()
        blinked = changed is not None and changed[2] - changed[0] <= CURSOR
        still = still + 1 if last is not None and (changed is None or blinked) else 0
        last = now
        if still >= looks and now.getbbox() is not None and ready():
            return now
    raise Failed(f"the screen did not come to rest within {WITHIN_S:.0f} s")


def _key(name: str) -> None:
    subprocess.run(["xdotool", "key", name], check=True)


@contextlib.contextmanager
def _begun(command: list[str], environment: dict[str, str], folder: Path) -> Generator[None]:
    process = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
