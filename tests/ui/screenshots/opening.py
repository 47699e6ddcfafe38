"""What stands on the screen before there is a window: a passphrase is chosen, kept, asked for."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.ui.screenshots.camera import Camera
from teststation.records.database import open_record
from ui.desktop.application import ask_passphrase
from ui.desktop.opening.hall import Hall
from ui.desktop.opening.passphrase import ChooseCover
from ui.station.settings import Settings

PASSWORD = "gå tur i skogen"


def first_start(file: Path, camera: Camera) -> None:
    """What is asked before there is a record."""
    settings = Settings(clinic_name="Klinikken", language=camera.language, theme=camera.theme)

    def open_hall() -> Hall:
        return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Hall) and one.isVisible())

    def taken() -> None:
        hall = open_hall()
        choose = hall.findChild(ChooseCover)
        assert isinstance(choose, ChooseCover)
        choose.fresh.setText(PASSWORD)
        choose.again.setText(PASSWORD)
        camera.picture(hall, "80-passphrase-choose")
        choose.take()
        camera.picture(hall, "81-passphrase-keep")
        hall.close()

    QTimer.singleShot(500, taken)
    ask_passphrase(file, "teststation.record", settings)
    with open_record(file, PASSWORD, create=True):
        pass

    def asked() -> None:
        hall = open_hall()
        camera.picture(hall, "82-passphrase-ask")
        hall.close()

    QTimer.singleShot(500, asked)
    ask_passphrase(file, "teststation.record", settings)
