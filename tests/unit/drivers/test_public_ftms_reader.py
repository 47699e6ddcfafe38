"""A client of fitness machines that nobody here made reads our emulated one to the numbers that our codec reads.

It has no elevation that is not known as Matrix says it, and takes no tail; those layouts are left out.
"""

import pytest

from drivers.radio.ftms_codec import decode_data
from tests.virtual_bluetooth.fitness_machine import DATA, STATUS, FitnessMachine
from teststation.clock import TimeScale

NONE_HERE = "there is no pyftms for this Python"
models = pytest.importorskip("pyftms.models", reason=NONE_HERE)
statuses = pytest.importorskip("pyftms.models.machine_status", reason=NONE_HERE)
reader = pytest.importorskip("pyftms.serializer", reason=NONE_HERE)

LAYOUTS = ("generic", "lifefitness", "cswp8", "startrac")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_public_client_reads_the_emulated_machine_as_we_do(layout: str) -> None:
    machine = FitnessMachine(layout, TimeScale(20), heart_rate=101)
    machine.operator_sets(5.7, 3.5)
    compared = 0
    for tick in range(400):
        for channel, value in machine.due(tick * 0.02):
            if channel != DATA:
                continue
            ours, theirs = decode_data(value), reader.get_serializer(models.TreadmillData).deserialize(value)._asdict()
            assert ours is not None
            told = [
                (ours.speed_kmh, theirs.get("speed_instant")),
                (ours.distance_m, theirs.get("distance_total")),
                (ours.incline_pct, theirs.get("inclination")),
                (ours.elapsed_s, theirs.get("time_elapsed")),
            ]
            for one, other in told:
                assert (one is None) == (other is None), (told, theirs)
                assert one is None or one == pytest.approx(other)
            compared += 1
    assert compared > 50


def test_and_its_safety_key() -> None:
    machine = FitnessMachine("generic", TimeScale(20))
    machine.due(0.0)
    machine.give("e_stop")
    ((_, value),) = [told for told in machine.due(0.01) if told[0] == STATUS]
    assert (
        reader.get_serializer(models.MachineStatusModel).deserialize(value).code
        == statuses.MachineStatusCode.STOP_SAFETY
    )
