"""Walk through the window with the emulators and save a picture of every screen, without a display.

For the guide, into ``docs/screens``, those that a page shows::

    python -m tests.ui.screenshots

To be looked at, of every size, look and language, each into a folder of its own::

    python -m tests.ui.screenshots --all FOLDER
    python -m tests.ui.screenshots --all FOLDER --sizes 1366x768@1.5 --languages nn --looks dark
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.ui.screenshots.camera import Camera
from tests.ui.screenshots.guide import GUIDE, shown
from tests.ui.screenshots.opening import first_start
from tests.ui.screenshots.walk import SCALE, Walk
from teststation.records.database import open_record
from teststation.texts import LANGUAGES
from ui.desktop.application import _application
from ui.desktop.theme.palette import PALETTES

SIZES = ("1024x600@1", "1366x768@1", "1366x768@1.5", "1920x1080@1", "1920x1080@2", "3840x2160@2")


def main() -> int:
    """The guide's pictures, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", metavar="FOLDER", type=Path)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WIDTHxHEIGHT@SCALE")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES)
    parser.add_argument("--looks", nargs="+", default=tuple(PALETTES))
    parser.add_argument("--one", nargs=2, metavar=("LANGUAGE", "LOOK"), help=argparse.SUPPRESS)
    parser.add_argument("--time-scale", type=float, default=SCALE)
    arguments = parser.parse_args()
    if arguments.one is not None:  # on the screen of a process of its own
        folder, only = (GUIDE, shown()) if arguments.all is None else (arguments.all, None)
        return walked(Camera(folder, *arguments.one, only=only), arguments.time_scale)
    if arguments.all is None:
        return 0 if on_a_screen("1366x768@1", "nb", "light", None, arguments.time_scale) else 1
    return every_one(arguments)


def walked(camera: Camera, time_scale: float) -> int:
    """One walk on the display there is; 1 where the tests of every screen find something in a picture."""
    _application(camera.language, camera.theme)
    with tempfile.TemporaryDirectory() as folder, open_record(Path(folder) / "screens.record", "screens") as record:
        try:
            first_start(Path(folder) / "new.record", camera)
            Walk(record, camera, time_scale).whole()
        finally:
            camera.write()
    sys.stdout.write("".join(f"  {one}\n" for one in dict.fromkeys(camera.amiss)))
    return 1 if camera.amiss else 0


def every_one(arguments: argparse.Namespace) -> int:
    """All that are asked for, one after the other; 1 where something was amiss in one of them."""
    failed = 0
    for size, language, look in itertools.product(arguments.sizes, arguments.languages, arguments.looks):
        folder = arguments.all / f"{size}-{language}-{look}"
        folder.mkdir(parents=True, exist_ok=True)
        well = on_a_screen(size, language, look, folder, arguments.time_scale)
        pictures = len(list(folder.glob("*.png")))
        sys.stdout.write(f"{folder.name}: {pictures} pictures{'' if well else ', not all well'}\n")
        sys.stdout.flush()
        failed += not well
    return 1 if failed else 0


def on_a_screen(size: str, language: str, look: str, folder: Path | None, time_scale: float) -> bool:
    """One walk in a process of its own, as Qt takes a screen, its size and scale once: on one that is nowhere seen."""
    command = [sys.executable, "-m", "tests.ui.screenshots", "--one", language, look]
    command += ["--time-scale", f"{time_scale:g}", *(["--all", str(folder)] if folder is not None else [])]
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as screen:
        json.dump(screen_of(size), screen)
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={screen.name}"}
    try:
        return subprocess.run(command, env=environment, check=False).returncode == 0
    finally:
        Path(screen.name).unlink()


def screen_of(size: str) -> dict[str, object]:
    """What Qt's screenless platform reads: pixels of the glass, and so many of them to a point."""
    pixels, _, scale = size.partition("@")
    width, height = (int(part) for part in pixels.split("x"))
    ratio = float(scale or 1)
    screen = {
        "name": size, "x": 0, "y": 0, "width": round(width / ratio), "height": round(height / ratio),
        "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": ratio,
    }  # fmt: skip
    return {"synchronousWindowSystemEvents": False, "windowFrameMargins": False, "screens": [screen]}


if __name__ == "__main__":
    sys.exit(main())
