"""The port of a DEVICE string: one spelling for each, which kinds there are, and whether a machine can be behind it.

Refused is what pyserial would open beside these: ``spy://``, ``alt://`` and ``hwgrep://`` hide a real port under
another name, past its lock and the clinic's limits, and ``rfc2217://`` cannot bound how long a write may take.
"""

import ipaddress
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from drivers.adapters import is_adapter, read_adapter
from teststation.cause import Cause, Problem
from teststation.errors import BadInput

_SCHEME = "socket"  # bytes over the network, as they are
_ADDRESS = re.compile(r"[0-9A-F]{2}([:-])(?:[0-9A-F]{2}\1){4}[0-9A-F]{2}", re.IGNORECASE)
_COM = re.compile(r"(?:\\\\[.?]\\|//[.?]/)?(COM\d+):?", re.IGNORECASE)


def one_spelling(port: str) -> str:
    r"""A port as it is written everywhere else: ``\\.\com3`` and ``COM3:`` are COM3, hexadecimal digits are small."""
    port = port.strip()
    if is_radio_address(port):
        return port.upper().replace("-", ":")
    if com := _COM.fullmatch(port):
        return com[1].upper()
    if is_adapter(port):
        try:
            return str(read_adapter(port))
        except BadInput:
            return port
    return port


def is_radio_address(port: str) -> bool:
    """Whether a device on Bluetooth is named by its address. (macOS has none: there a device has a name of its own.)"""
    return _ADDRESS.fullmatch(port) is not None


def is_com(port: str) -> bool:
    """Whether the port is a Windows one, of which every name is one port."""
    return _COM.fullmatch(port) is not None


def why_no_port(port: str) -> tuple[Problem, ...]:
    """What is wrong with how a port is written; nothing of whether it is there."""
    if is_adapter(port):
        try:
            read_adapter(port)
        except BadInput as error:
            return error.causes
    if "://" in port and not _is_address(port):
        return (Cause("port_scheme", {"port": port}),)
    return ()


def is_hardware(port: str) -> bool:
    """Whether a machine can be behind the port: any but a pseudo-terminal and a socket of this computer."""
    if "://" in port:
        return not (_is_address(port) and _is_this_computer(port))
    if sys.platform != "win32" and port.startswith("/"):
        return not str(Path(port).resolve()).startswith("/dev/pts/")
    return True


def _is_address(port: str) -> bool:
    try:
        parts = urlsplit(port)
        return parts.scheme == _SCHEME and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def _is_this_computer(port: str) -> bool:
    host = urlsplit(port).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
