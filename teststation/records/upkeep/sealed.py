"""Whether every row is the one that the audit log tells of, and the log tells of every row."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from teststation.cause import Cause
from teststation.records.access.actions import Action
from teststation.records.access.audit import NOT_TAKEN, detail_of
from teststation.records.access.head_keeping import HEAD_KEY
from teststation.records.access.seals import SEALED_SETTINGS, SEALS, UNSEALED, every_seal
from teststation.records.several_stations.handover import STATION
from teststation.records.storage.tables import AUDIT, PERSON_VERSION, RUN_NOW, SETTING

_STATION = "audit_of_"  # a setting of a server's record: how many of a station's audit rows it has


@dataclass(frozen=True, slots=True)
class _Sealed:
    seal: str
    seq: int
    at: str


def seal_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Rows that were changed, put in or taken out, each by its table and key; and a log that tells of nothing."""
    rows = list(every_seal(connection))
    if rows and not connection.execute(select(func.count()).select_from(AUDIT)).scalar():
        yield Cause("verify_log_empty", {"name": name, "rows": len(rows)})
        return
    told: dict[str, _Sealed] = {}
    query = select(AUDIT.c.seq, AUDIT.c.at, AUDIT.c.action, AUDIT.c.person_id, AUDIT.c.detail).order_by(AUDIT.c.seq)
    for row in connection.execute(query).all():
        detail = detail_of(row.detail)
        if NOT_TAKEN in detail:
            continue
        if row.action == Action.PERSON_ERASED:
            # Also what was taken out by hand before: of somebody who is erased nobody asks any more.
            former = f"{PERSON_VERSION.name} {row.person_id}:"
            for key in [key for key in told if key.startswith(former)]:
                del told[key]
        seals = detail.get(SEALS)
        for key, seal in (seals if isinstance(seals, dict) else {}).items():
            if row.action == Action.RECORD_SEALED and key in told and told[key].seal != seal:
                yield Cause("verify_sealed_anew", {"name": name, "row": key, "seq": row.seq, "at": row.at})
            told[key] = _Sealed(seal, row.seq, row.at)
        unsealed = detail.get(UNSEALED)
        for key in unsealed if isinstance(unsealed, list) else ():
            told.pop(key, None)
    for shown, key, seal in rows:
        known = told.pop(key, None)
        if known is None:
            yield Cause("verify_row_unknown", {"name": name, "row": shown})
        elif known.seal != seal:
            yield Cause("verify_row_changed", {"name": name, "row": shown, "seq": known.seq, "at": known.at})
    for key, known in told.items():
        yield Cause("verify_row_gone", {"name": name, "row": key, "seq": known.seq, "at": known.at})


def sealed_since(connection: Connection) -> str | None:
    """When what an earlier version had kept was sealed as it was found; None where nothing was there before."""
    query = select(AUDIT.c.at).where(AUDIT.c.action == Action.RECORD_SEALED.value).order_by(AUDIT.c.seq).limit(1)
    return connection.execute(query).scalar()


def setting_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Counts of what stations have handed over that the log does not bear out, and rows that belong to nothing."""
    counted: dict[str, int] = {}
    for detail in connection.execute(select(AUDIT.c.detail).where(AUDIT.c.detail.contains('"station"'))).scalars():
        station = detail_of(detail).get("station")
        if station is not None:
            counted[f"{_STATION}{station}"] = counted.get(f"{_STATION}{station}", 0) + 1
    rows = connection.execute(select(SETTING.c.name, SETTING.c.value).where(SETTING.c.name.startswith(_STATION)))
    found = {row.name: row.value for row in rows}
    for key in sorted(found.keys() | counted.keys()):
        if found.get(key) != str(counted.get(key)):
            yield Cause("verify_station_count", {"name": name, "station": key.removeprefix(_STATION)})
    own = ~SETTING.c.name.startswith(_STATION) & SETTING.c.name.not_in((*SEALED_SETTINGS, HEAD_KEY, STATION))
    for strange in connection.execute(select(SETTING.c.name).where(own).order_by(SETTING.c.name)).scalars():
        yield Cause("verify_row_unknown", {"name": name, "row": f"setting {strange}"})
    if connection.dialect.name == "sqlite":  # marks of runs are for stations that share a server
        for run_id in connection.execute(select(RUN_NOW.c.run_id).order_by(RUN_NOW.c.run_id)).scalars():
            yield Cause("verify_row_unknown", {"name": name, "row": f"{RUN_NOW.name} {run_id}"})
