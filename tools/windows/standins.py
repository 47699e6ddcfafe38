"""Small DLLs in place of what Wine's own lack, built from the C files beside this one."""

import struct
import subprocess
from pathlib import Path

COMPILER = "x86_64-w64-mingw32-gcc"
NM = "x86_64-w64-mingw32-nm"
SOURCES = Path(__file__).parent / "standins"
SERIAL = SOURCES / "serial_win32.txt"
WHOLE = ("bcryptprimitives", "icuuc")
# Ours in front of Wine's own, and the name Wine's own then has: no two letters longer than eight need be told apart.
IN_FRONT = {"ucrtbase": "ucrtwine", "cfgmgr32": "cfgwine"}
_OWN = "own_"


def build(folder: Path, wine_dlls: Path) -> None:
    """Compile every stand-in into a folder, with a copy of Wine's DLL beside each that stands in front of one.

    Raises subprocess.CalledProcessError where the compiler refuses.
    """
    for name in WHOLE:
        _compile(["-shared", "-o", str(folder / f"{name}.dll"), str(SOURCES / f"{name}.c"), "-ladvapi32"])
    for name, behind in IN_FRONT.items():
        wines = wine_dlls / f"{name}.dll"
        (folder / f"{behind}.dll").write_bytes(wines.read_bytes())
        _in_front(folder, name, behind, exports(wines.read_bytes()))


def python3_dll(folder: Path, import_library: Path, version: str) -> None:
    """The DLL of the stable interface, which only passes on: the packed CPython leaves it out."""
    names = sorted(name.removeprefix("__imp_") for _, name in _symbols(import_library) if name.startswith("__imp_"))
    definition = folder / "python3.def"
    definition.write_text(_definition("python3", {name: f'"{version}.{name}"' for name in names}), "utf-8")
    _compile(["-shared", "-nostdlib", "-Wl,--entry=0", "-o", str(folder / "python3.dll"), str(definition)])
    definition.unlink()


def exports(image: bytes) -> list[str]:
    """The names a 64-bit DLL exports."""
    header = struct.unpack_from("<I", image, 0x3C)[0]
    sections, optional_size = (
        struct.unpack_from("<H", image, header + 6)[0],
        struct.unpack_from("<H", image, header + 20)[0],
    )
    table = [struct.unpack_from("<8x4I", image, header + 24 + optional_size + 40 * i) for i in range(sections)]

    def offset(address: int) -> int:
        for size, begin, raw_size, raw_begin in table:
            if begin <= address < begin + max(size, raw_size):
                return address - begin + raw_begin
        raise ValueError(f"no section holds {address:#x}")

    directory = offset(struct.unpack_from("<I", image, header + 24 + 112)[0])
    count, names_at = (
        struct.unpack_from("<I", image, directory + 24)[0],
        struct.unpack_from("<I", image, directory + 32)[0],
    )
    found = []
    for i in range(count):
        at = offset(struct.unpack_from("<I", image, offset(names_at) + 4 * i)[0])
        found.append(image[at : image.index(b"\0", at)].decode("ascii"))
    return found


def _in_front(folder: Path, name: str, behind: str, passed_on: list[str]) -> None:
    code, definition = folder / f"{name}.o", folder / f"{name}.def"
    _compile(["-O1", "-c", "-o", str(code), str(SOURCES / f"{name}.c")])
    own = {name.removeprefix(_OWN) for kind, name in _symbols(code) if kind == "T" and name.startswith(_OWN)}
    targets = {export: f'"{behind}.{export}"' for export in passed_on} | {export: _OWN + export for export in own}
    definition.write_text(_definition(name, targets), "utf-8")
    _compile(["-shared", "-static-libgcc", "-o", str(folder / f"{name}.dll"), str(code), str(definition)])
    code.unlink()
    definition.unlink()


def _symbols(file: Path) -> set[tuple[str, str]]:
    listed = subprocess.run([NM, str(file)], check=True, capture_output=True, encoding="utf-8").stdout
    return {(words[-2], words[-1]) for words in map(str.split, listed.splitlines()) if len(words) >= 2}


def _definition(library: str, targets: dict[str, str]) -> str:
    return "\n".join([f"LIBRARY {library}.dll", "EXPORTS", *(f'  "{name}" = {to}' for name, to in targets.items()), ""])


def _compile(words: list[str]) -> None:
    subprocess.run([COMPILER, *words], check=True, capture_output=True)
