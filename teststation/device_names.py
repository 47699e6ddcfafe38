"""What a device is called on paper and in files: the clinic's own name, else its kind; never the port it hung on.

A port tells the technician of one day something, and the archive of twenty years nothing. What names the thing itself
stays: a strap's number, an address on the air, the family whose order it follows.
"""

from collections.abc import Mapping

from teststation.texts import Texts

_ON_THE_AIR = ("ble", "ftms")  # what stands behind the colon is the device's own address or name
_DEMONSTRATED = ("emulated", "replay")


def device_name(device: str, say: Texts, names: Mapping[str, str] | None = None) -> str:
    """A DEVICE string as a name.

    Args:
        names: The clinic's own names by DEVICE string without options.
    """
    family, _, rest = device.partition(":")
    port, *options = rest.split(",")
    own = (names or {}).get(f"{family}:{port}" if port else family) or (names or {}).get(device)
    kind = say(f"device_name.{family}") if say.knows(f"device_name.{family}") else family
    if own and family not in _DEMONSTRATED:
        return f"{own} ({kind})"
    number = next((option.removeprefix("number=") for option in options if option.startswith("number=")), "")
    if family == "emulated":
        inner = port and say.knows(f"device_name.{port}") and say(f"device_name.{port}")
        return f"{kind} ({inner})" if inner else kind
    return " ".join(part for part in (kind, port if family in _ON_THE_AIR else "", number) if part)
