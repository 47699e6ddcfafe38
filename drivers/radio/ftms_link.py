"""How a fitness machine is found: makers advertise its service in one of two ways, or not at all."""

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers.radio import ftms_codec
from drivers.radio.ble_errors import FITNESS_MACHINE
from drivers.radio.ble_link import BleLink


class FitnessMachineLink(BleLink):
    """The link to one fitness machine."""

    service = ftms_codec.SERVICE
    words = FITNESS_MACHINE

    def _is_chosen(self, device: BLEDevice, advertised: AdvertisementData) -> bool:
        # A machine that is named by its address need not say what it is before it is asked.
        return self._is_address(device) or super()._is_chosen(device, advertised)

    def _advertises(self, advertised: AdvertisementData) -> bool:
        return self.service in advertised.service_uuids or self.service in advertised.service_data
