"""Which clinic, which machines, which test by default."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from drivers.adapters import ports_here
from drivers.machines import Machine, load_machines
from drivers.radio.ant_key import parse_key
from drivers.registry import HEART_RATE, TREADMILL, parse_device
from teststation.errors import BadInput
from teststation.physiology.result import EITHER, HEADLINES
from teststation.texts import LANGUAGES
from ui.desktop.i18n import core_texts, knows, told, tr
from ui.desktop.i18n.numbers import number, parse_number
from ui.desktop.machines.strap_finder import StrapFinder
from ui.desktop.theme.palette import PALETTES
from ui.desktop.widgets.base import button, column, frame, label, problem_label, row, show_problems
from ui.desktop.widgets.fields import Bounds, form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.station.device_choices import Choice, pulses, treadmills
from ui.station.settings import LOCK_MAX, LOCK_MIN, Settings, ant_key
from ui.station.station import Station
from ui.station.strap_search import search

LOCK_AFTER_MIN = Bounds(LOCK_MIN, LOCK_MAX, "unit.minutes")


def serial_ports() -> list[str]:
    """Names of the serial ports of this machine, with what they call themselves."""
    return [f"{here.name} ({here.description})" if here.description else here.name for here in ports_here()]


def known_machines() -> Sequence[Machine]:
    """The clinic's machines; none where their file cannot be read, which is told where one is put into use."""
    try:
        return load_machines()
    except BadInput:
        return ()


def _picker(name: str, choices: Sequence[Choice]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(tr(name))
    box.addItem(tr("settings.nothing"), "")
    for device, words in choices:
        box.addItem(words, device)
    return box


def _keep_in_step(picker: QComboBox, written: QLineEdit) -> None:
    """What is picked is written, and what is written is picked, as it stands where it is on no list."""

    def show() -> None:
        device = written.text().strip()
        if picker.findData(device) < 0:
            picker.addItem(device, device)
        picker.setCurrentIndex(picker.findData(device))

    picker.activated.connect(lambda index: written.setText(picker.itemData(index)))
    written.textChanged.connect(lambda _: show())
    show()


class SettingsSheet(Sheet):
    """Device strings are checked before they are kept; every problem is said at once."""

    help_page = "settings"

    def __init__(
        self,
        window: QWidget,
        station: Station,
        saved: Callable[[Settings], None],
        open_record: Callable[[], None] | None = None,
        commission: Callable[[], None] | None = None,
        open_papers: Callable[[], None] | None = None,
        group: Callable[[], None] | None = None,
        open_protocols: Callable[[], None] | None = None,
    ) -> None:
        """``open_record``: shows where the record and its backups are; ``commission``: puts a treadmill into use;
        ``open_papers``: what stands on pages; ``group``: the page for management; ``open_protocols``: their library.

        Each is there for who may.
        """
        self._station, self._saved = station, saved
        now = station.settings
        self.clinic = line_edit(now.clinic_name, tr("settings.clinic"))
        self.operator = line_edit(now.operator, tr("settings.operator"))
        self.treadmill = line_edit(now.treadmill, tr("settings.treadmill"), "trackmaster:COM3,units=kmh")
        self.commission = button(tr("commission.open"), lambda: self._leave_for(commission))
        self.heart_rate = line_edit(now.heart_rate, tr("settings.heart_rate"), "bridge:COM4")
        self.straps = StrapFinder(
            window, self.heart_rate.setText, lambda: search(self.heart_rate.text().strip(), self._key())
        )
        self.treadmills = _picker("settings.treadmill", treadmills(known_machines(), now.treadmill, core_texts()))
        self.pulses = _picker("settings.heart_rate", pulses(ports_here(), now.heart_rate, core_texts()))
        for picker, written in ((self.treadmills, self.treadmill), (self.pulses, self.heart_rate)):
            _keep_in_step(picker, written)
        self.ant_key = line_edit(now.ant_network_key, tr("settings.ant_key"), tr("settings.ant_key_hint"))
        self.ant_key.setEchoMode(QLineEdit.EchoMode.Password)
        self.language = QComboBox()
        self.language.setAccessibleName(tr("settings.language"))
        for language in LANGUAGES:
            self.language.addItem(tr(f"language.{language}"), language)
        self.language.setCurrentIndex(self.language.findData(now.language))
        self.theme = QComboBox()
        self.theme.setAccessibleName(tr("settings.theme"))
        for theme in PALETTES:
            self.theme.addItem(tr(f"theme.{theme}"), theme)
        self.theme.setCurrentIndex(self.theme.findData(now.theme))
        self.lock_after = line_edit(str(now.lock_after_min), tr("settings.lock_after"))
        self.headline = QComboBox()
        self.headline.setAccessibleName(tr("settings.headline"))
        for name in (*HEADLINES, EITHER):
            self.headline.addItem(tr(f"method.{name}"), name)
        self.headline.setCurrentIndex(self.headline.findData(now.headline))
        self.earlier = QCheckBox(tr("settings.use_earlier"))
        self.earlier.setChecked(now.use_earlier_tests)
        self.ledger = QCheckBox(tr("settings.report_ledger"))
        self.ledger.setChecked(now.report_ledger)
        self.may_run = QCheckBox(tr("settings.intervals_may_run"))
        self.may_run.setChecked(now.intervals_may_run)
        self.patient_screen = QCheckBox(tr("settings.patient_screen"))
        self.patient_screen.setChecked(now.patient_screen)
        self.protocol, self.speed = QComboBox(), QComboBox()
        self.protocol.setAccessibleName(tr("settings.protocol"))
        self.speed.setAccessibleName(tr("settings.speed"))
        for identifier, title in station.protocols():
            self.protocol.addItem(core_texts().name_of(title), identifier)
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(now.default_protocol)))
        self.protocol.currentIndexChanged.connect(lambda *_: self._fill_speeds(""))
        self._fill_speeds(now.default_speed)
        self.protocols_button = button(tr("protocols.open"), lambda: self._leave_for(open_protocols))
        ports = serial_ports()
        found = tr("settings.ports", ports=", ".join(ports)) if ports else tr("settings.no_ports")
        self.problems = problem_label()
        machine = [] if commission is None else [self.commission]
        fields = form(
            (tr("settings.clinic"), self.clinic),
            (tr("settings.operator"), self.operator),
            (
                tr("settings.language"),
                row(self.language, label(tr("settings.theme")), self.theme, gap=8, shares=(1, 0, 1)),
            ),
            (tr("settings.treadmill"), row(self.treadmills, *machine, gap=8, shares=(1,))),
            (tr("settings.heart_rate"), self.pulses),
            (tr("settings.straps"), self.straps),
            (tr("settings.ant_key"), self.ant_key),
            (tr("settings.protocol"), row(self.protocol, self.protocols_button, gap=8, shares=(1,))),
            (tr("settings.speed"), self.speed),
            (tr("settings.headline"), self.headline),
            (tr("settings.lock_after"), self.lock_after),
        )
        self.advanced = frame(
            column(
                form((tr("settings.raw_treadmill"), self.treadmill), (tr("settings.raw_heart_rate"), self.heart_rate)),
                label(f"{tr('settings.hint')} {found}", "soft", wrap=True),
            ),
            "plain",
        )
        self.advanced_button = button(tr("settings.advanced"), role="link")
        self.advanced_button.setCheckable(True)
        self.advanced_button.toggled.connect(self.advanced.setVisible)
        content = column(
            fields,
            self.earlier,
            self.ledger,
            self.may_run,
            self.patient_screen,
            row(self.advanced_button, 1),
            self.advanced,
            self.problems,
        )
        super().__init__(window, tr("settings.title"), content, width=1500)
        self.advanced.hide()
        self.add_cancel(tr("common.cancel"))
        self.record_button = button(tr("place.open"), open_record, "touch")
        self.papers_button = button(tr("paper_settings.open"), open_papers, "touch")
        self.group_button = button(tr("group.open"), group, "touch")
        asides = (self.record_button, open_record), (self.papers_button, open_papers), (self.group_button, group)
        for place, (one, opens) in enumerate(asides, start=1):
            self.foot.insertWidget(place, one)
            one.setHidden(opens is None)  # once it has its place: before, showing it would open a window of its own
        self.save_button = button(tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)

    def save(self) -> None:
        """Hand over the settings, or say what is wrong with them."""
        problems: list[str] = []
        for field, kind in ((self.treadmill, TREADMILL), (self.heart_rate, HEART_RATE)):
            if field.text().strip():
                try:
                    parse_device(field.text().strip(), kind)
                except BadInput as error:
                    problems.extend(told(error))
        key = self.ant_key.text().strip()
        if key:
            try:
                parse_key(key)
            except BadInput:
                problems.append(tr("settings.ant_key_wrong"))
        minutes = parse_number(self.lock_after.text())
        if minutes is None or not LOCK_AFTER_MIN.holds(minutes) or minutes != round(minutes):
            problems.append(LOCK_AFTER_MIN.sentence(tr("settings.lock_after")))
        if problems:
            show_problems(self.problems, [tr("settings.wrong"), *problems])
            return
        assert minutes is not None
        self.finish()
        self._saved(
            msgspec.structs.replace(
                self._station.settings,
                clinic_name=self.clinic.text().strip(),
                operator=self.operator.text().strip(),
                language=self.language.currentData(),
                theme=self.theme.currentData(),
                treadmill=self.treadmill.text().strip(),
                heart_rate=self.heart_rate.text().strip(),
                ant_network_key=key,
                lock_after_min=round(minutes),
                headline=self.headline.currentData(),
                use_earlier_tests=self.earlier.isChecked(),
                report_ledger=self.ledger.isChecked(),
                intervals_may_run=self.may_run.isChecked(),
                patient_screen=self.patient_screen.isChecked(),
                default_protocol=self.protocol.currentData(),
                default_speed=self.speed.currentData() or self._station.settings.default_speed,
            )
        )

    def _key(self) -> str:
        return ant_key(msgspec.structs.replace(self._station.settings, ant_network_key=self.ant_key.text().strip()))

    def _leave_for(self, begin: Callable[[], None] | None) -> None:
        self.leave(begin or (lambda: None))

    def _fill_speeds(self, wanted: str) -> None:
        self.speed.clear()
        for name, speed_kmh in self._station.speeds(self.protocol.currentData()).items():
            words = tr(f"speed.{name}") if knows(f"speed.{name}") else name
            self.speed.addItem(tr("pretest.speed_item", name=words, speed=number(speed_kmh, 1)), name)
        self.speed.setCurrentIndex(max(0, self.speed.findData(wanted)))
        self.speed.setEnabled(self.speed.count() > 0)
