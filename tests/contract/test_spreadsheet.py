"""An exported table opens in columns, numbers as numbers, in a spreadsheet nobody here made."""

import shutil
import subprocess
from pathlib import Path

import pytest

from teststation.exchange.columns import Column
from teststation.exchange.tables import SEMICOLON, csv_of

# Semicolon, quotation mark, UTF-8, from the first line, no column's kind told, Bokmål: what the import dialog of a
# Norwegian LibreOffice has for such a file.
FILTER = "CSV:59,34,76,1,,1044"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_norwegian_libreoffice_opens_it_in_columns(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice Calc (soffice)")
    columns = (Column("navn", ""), Column("kondisjon", "", digits=1), Column("puls", ""))
    rows = [
        {"navn": "Ærlig; «Åse»", "kondisjon": 31.5, "puls": 152},
        {"navn": "=1+1", "kondisjon": -4.25, "puls": None},
    ]
    (tmp_path / "tabell.csv").write_bytes(csv_of(rows, columns, SEMICOLON))
    profile = (tmp_path / "profil").as_uri()
    command = [
        office, "--headless", f"-env:UserInstallation={profile}", f"--infilter={FILTER}", "--convert-to", "fods",
        "--outdir", str(tmp_path), str(tmp_path / "tabell.csv"),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=240, check=True)
    opened = (tmp_path / "tabell.fods").read_text("utf-8")
    assert 'office:value-type="float" office:value="31.5"' in opened
    assert 'office:value-type="float" office:value="152"' in opened
    assert "Ærlig; «Åse»" in opened
    assert "table:formula" not in opened, "nothing that was typed is run"
