"""What a clinic chooses from instead of writing DEVICE strings."""

from dataclasses import dataclass

from drivers.machines import Machine
from teststation.texts import texts
from ui.station.device_choices import pulses, treadmills

SAY = texts("nb")


@dataclass(frozen=True)
class Port:
    name: str
    description: str = ""


def test_the_clinics_own_machines_are_called_by_their_names() -> None:
    machines = [Machine("trackmaster:COM3,units=kmh", name="Rom 2"), Machine("manual")]
    found = treadmills(machines, "", SAY)
    assert [device for device, _ in found] == ["trackmaster:COM3,units=kmh", "manual", "emulated"]
    assert "Rom 2" in found[0][1]
    assert "uten kabel" in found[1][1]


def test_what_is_chosen_stays_to_be_chosen_whatever_is_found() -> None:
    assert treadmills([], "woodway:COM9,units=kmh", SAY)[0][0] == "woodway:COM9,units=kmh"
    assert [device for device, _ in treadmills([], "emulated", SAY)] == ["emulated", "manual"]
    assert pulses([], "ble:F0:F0:F0:F0:F0:01", SAY)[0][0] == "ble:F0:F0:F0:F0:F0:01"


def test_each_port_may_carry_a_pulse_receiver_and_says_which_it_is() -> None:
    found = pulses([Port("COM4", "USB Serial Port"), Port("COM5")], "bridge:COM5", SAY)
    assert [device for device, _ in found] == ["bridge:COM5", "bridge:COM4", "emulated"]
    assert all(port in words for port, (_, words) in zip(("COM5", "COM4"), found, strict=False))
    assert "USB Serial Port" in found[1][1]
