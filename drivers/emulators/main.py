"""The emulators as a program: ``teststation emulate …`` and ``python -m drivers.emulators …``."""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.faults import STRAP_FAULTS, TREADMILL_FAULTS, Faulty, parse_fault
from drivers.emulators.operated_belt import OperatedBelt
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.treadmills import MAKERS, EmulatedTreadmill, Wanted, device_string, make, wire_of
from drivers.emulators.wire import PtyServer, TcpServer, WireDevice
from drivers.processes import come_first, stdin_lines
from teststation.clock import TimeScale
from teststation.errors import BadInput

Server = TcpServer | PtyServer
KEY_WORDS = f"network key of this emulator, no network's own: set TESTSTATION_ANT_KEY to {DUMMY_KEY.hex()}"
OPERATOR_REACTS_S = 3.0  # from a prompt to a hand at the console, test time


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog}: {message}; see {self.prog} --help")


def main(argv: list[str]) -> int:
    """Serve until Ctrl-C, a signal, or the end of standard input where asked for. Returns the exit status."""
    arguments = _parser().parse_args(argv)
    come_first()  # a treadmill does not wait for a busy computer either
    ending = threading.Event()
    _end_on_signals(ending)
    servers: list[Server] = arguments.serve(arguments, ending)
    try:
        while not ending.wait(0.2):
            pass
    except KeyboardInterrupt:
        return 0
    finally:
        for server in servers:
            server.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="teststation emulate", description="Honest stand-ins on a real wire.")
    kinds = parser.add_subparsers(metavar="treadmill|strap|pair", required=True, parser_class=_OneLineParser)

    treadmill = kinds.add_parser("treadmill", help="a treadmill; add --strap-tcp for a patient walking on it")
    treadmill.add_argument("family", choices=list(MAKERS))
    _wire_options(treadmill)
    treadmill.add_argument("--units", choices=["kmh", "mph"], default="kmh")
    treadmill.add_argument("--zeroing-s", type=float, default=0.0, help="seconds of power-up zeroing")
    treadmill.add_argument("--fault", action="append", default=[], metavar="NAME[@SECONDS]")
    treadmill.add_argument("--operator-stdin", action="store_true", help="JSON loads an operator sets at the console")
    treadmill.add_argument("--strap-tcp", type=int, metavar="PORT", help="also the strap of a patient on this belt")
    _common_options(treadmill)
    treadmill.set_defaults(serve=_serve_treadmill)

    strap = kinds.add_parser("strap", help="a strap behind a serial bridge or an ANT stick, worn at one constant load")
    strap.add_argument("family", choices=["bridge", "ant"])
    _wire_options(strap)
    strap.add_argument("--speed-kmh", type=float, default=0.0)
    strap.add_argument("--incline-pct", type=float, default=0.0)
    strap.add_argument("--plain", action="store_true", help="HR:72 lines instead of JSON")
    strap.add_argument("--number", type=int, default=12345, metavar="N", help="the ANT+ strap's device number")
    strap.add_argument("--fault", action="append", default=[], metavar="NAME[@SECONDS]")
    _common_options(strap)
    strap.set_defaults(serve=_serve_strap)

    pair = kinds.add_parser("pair", help="treadmill, patient and strap together, announced as one JSON line")
    pair.add_argument("--family", choices=list(MAKERS), default="trackmaster")
    pair.add_argument("--strap", choices=["bridge", "ant"], default="bridge")
    pair.add_argument("--units", choices=["kmh", "mph"], default="kmh")
    pair.add_argument("--fault", action="append", default=[], metavar="NAME[@SECONDS]")
    pair.add_argument("--strap-fault", action="append", default=[], metavar="NAME[@SECONDS]")
    pair.add_argument("--until-stdin-closes", action="store_true")
    _common_options(pair)
    pair.set_defaults(serve=_serve_pair)
    return parser


def _wire_options(parser: argparse.ArgumentParser) -> None:
    wire = parser.add_mutually_exclusive_group(required=True)
    wire.add_argument("--pty", action="store_true", help="a pseudo-terminal (not on Windows)")
    wire.add_argument("--tcp", type=int, metavar="PORT", help="a loopback port; 0 takes a free one")


def _common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--time-scale", type=float, default=1.0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which patient")


def _open(device: WireDevice, arguments: argparse.Namespace) -> Server:
    return PtyServer(device) if arguments.pty else TcpServer(device, arguments.tcp)


def _serve_treadmill(arguments: argparse.Namespace, ending: threading.Event) -> list[Server]:
    scale = TimeScale(arguments.time_scale)
    faults = tuple(parse_fault(text, TREADMILL_FAULTS) for text in arguments.fault)
    wanted = Wanted(arguments.family, scale, arguments.units, faults, arguments.zeroing_s)
    device = make(wanted)
    servers: list[Server] = [_open(device, arguments)]
    lines = [f"treadmill: {device_string(wanted, servers[0].url)}"]
    if wire_of(arguments.family) == "ant":
        lines.append(KEY_WORDS)
    if arguments.strap_tcp is not None:
        strap = StrapBridge(_patient(arguments.seed), _load_of(device), scale)
        servers.append(TcpServer(strap, arguments.strap_tcp))
        lines.append(f"heart rate: bridge:{servers[1].url}")
    _say(*lines, "Ctrl-C ends")
    if arguments.operator_stdin and isinstance(device, OperatedBelt):
        threading.Thread(target=_listen, args=(device.operator_sets, ending), daemon=True).start()
    return servers


def _serve_strap(arguments: argparse.Namespace, _: threading.Event) -> list[Server]:
    faults = tuple(parse_fault(text, STRAP_FAULTS) for text in arguments.fault)
    load = (arguments.speed_kmh, arguments.incline_pct)
    scale = TimeScale(arguments.time_scale)
    patient = _patient(arguments.seed)
    if arguments.family == "ant":
        server = _open(AntStick(patient, lambda: load, scale, faults, number=arguments.number), arguments)
        _say(
            f"heart rate: ant:{server.url},number={arguments.number}",
            KEY_WORDS,
            "Ctrl-C ends",
        )
        return [server]
    server = _open(StrapBridge(patient, lambda: load, scale, faults, plain=arguments.plain), arguments)
    _say(f"heart rate: bridge:{server.url}", "Ctrl-C ends")
    return [server]


def _serve_pair(arguments: argparse.Namespace, ending: threading.Event) -> list[Server]:
    scale = TimeScale(arguments.time_scale)
    faults = tuple(parse_fault(text, TREADMILL_FAULTS) for text in arguments.fault)
    strap_faults = tuple(parse_fault(text, STRAP_FAULTS) for text in arguments.strap_fault)
    patient = _patient(arguments.seed)
    # Both on ANT+ and no fault of the strap's own asked for: one stick hears the two.
    one_stick = (arguments.family, arguments.strap) == ("fec", "ant") and not strap_faults
    wanted = Wanted(
        arguments.family,
        scale,
        arguments.units,
        faults,
        reaction_s=OPERATOR_REACTS_S,
        patient=patient if one_stick else None,
    )
    treadmill = make(wanted)
    worn = AntStick if arguments.strap == "ant" else StrapBridge
    servers: list[Server] = [TcpServer(treadmill)]
    if not one_stick:
        servers.append(TcpServer(worn(patient, _load_of(treadmill), scale, strap_faults)))
    strap_options = ",number=12345" if arguments.strap == "ant" else ""
    body = patient.body
    announcement = {
        "treadmill": device_string(wanted, servers[0].url),
        "heart_rate": f"{arguments.strap}:{servers[-1].url}{strap_options}",
        "ant_key": DUMMY_KEY.hex() if "ant" in (arguments.strap, wire_of(arguments.family)) else "",
        "pid": os.getpid(),
        "truth": {
            "vo2max_ml_kg_min": body.vo2max,
            "hr_max_bpm": body.hr_max,
            "sex": body.sex,
            "age_years": body.age_years,
            "weight_kg": body.weight_kg,
            "height_cm": body.height_cm,
        },
    }
    _say(json.dumps(announcement))
    if arguments.until_stdin_closes:
        sets = treadmill.operator_sets if isinstance(treadmill, OperatedBelt) else None
        worn_by = {"treadmill": servers[0], "heart_rate": servers[-1]}
        threading.Thread(target=_listen, args=(sets, ending, worn_by), daemon=True).start()
    return servers


def _patient(seed: int) -> Patient:
    return Patient(draw_body(seed), seed)


def _load_of(device: EmulatedTreadmill) -> Callable[[], tuple[float, float]]:
    return lambda: (device.true_speed_kmh, device.incline_pct)


def _listen(
    sets: Callable[[float, float], None] | None, ending: threading.Event, devices: Mapping[str, Server] | None = None
) -> None:
    """What the operator sets at the belt's own console, from standard input, until it closes with who started us.

    And faults that begin or end now: ``{"fault": "stuck", "of": "treadmill", "on": true}``.
    """
    for line in stdin_lines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            load = json.loads(line)
            if "fault" in load:
                _give(load, devices or {})
            elif sets is not None:
                sets(float(load["speed_kmh"]), float(load["incline_pct"]))
    ending.set()


def _give(told: dict[str, Any], devices: Mapping[str, Server]) -> None:
    name, of = str(told["fault"]), str(told["of"])
    if name not in (TREADMILL_FAULTS if of == "treadmill" else STRAP_FAULTS):
        return
    server = devices[of]
    with server.lock:
        if isinstance(server.device, Faulty):
            (server.device.give if told.get("on", True) else server.device.take)(name)


def _end_on_signals(ending: threading.Event) -> None:
    for name in ("SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: ending.set())


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
