"""Qt's own dialogs in the window's language: no Bokmål comes with Qt, and its Nynorsk not with every build.

On Windows and macOS the dialogs for files are the system's own, in the system's language; these are Qt's elsewhere, its
question buttons and its menus in text fields everywhere.
"""

from PySide6.QtCore import QObject, QTranslator

from ui.desktop.i18n import tr

# As Qt's source has them, without the mark of the letter that opens them.
SOURCES = {
    "OK": "qt.ok",
    "Cancel": "qt.cancel",
    "Save": "qt.save",
    "Open": "qt.open",
    "Close": "qt.close",
    "Yes": "qt.yes",
    "No": "qt.no",
    "Choose": "qt.choose",
    "Delete": "qt.delete",
    "Rename": "qt.rename",
    "Undo": "qt.undo",
    "Redo": "qt.redo",
    "Cut": "qt.cut",
    "Copy": "qt.copy",
    "Paste": "qt.paste",
    "Select All": "qt.select_all",
    "Look in:": "qt.look_in",
    "File name:": "qt.file_name",
    "Directory:": "qt.directory",
    "Files of type:": "qt.file_type",
    "Name": "qt.name",
    "Size": "qt.size",
    "Type": "qt.type",
    "Kind": "qt.type",
    "Date Modified": "qt.modified",
    "Back": "qt.back",
    "Forward": "qt.forward",
    "Parent Directory": "qt.parent",
    "Create New Folder": "qt.new_folder",
    "New Folder": "qt.new_folder",
    "List View": "qt.list_view",
    "Detail View": "qt.detail_view",
    "Computer": "qt.computer",
    "All Files (*)": "qt.all_files",
    "Show hidden files": "qt.hidden_files",
    "Print": "qt.print",
    "Options >>": "qt.more_options",
    "Options <<": "qt.fewer_options",
    "%1 already exists.\nDo you want to replace it?": "qt.replace",
    "%1\nFile not found.\nPlease verify the correct file name was given.": "qt.not_found",
    "%1\nDirectory not found.\nPlease verify the correct directory name was given.": "qt.no_directory",
}


class QtWords(QTranslator):
    """Answers for the words above, in the language of the moment; for all others Qt's own stand."""

    NAME = "words"

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(self.NAME)

    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str:  # noqa: N803 - Qt's name
        """The words for one of Qt's texts; nothing where it is not known."""
        key = SOURCES.get(sourceText) or SOURCES.get(sourceText.replace("&", ""))
        return "" if key is None else tr(key)

    def isEmpty(self) -> bool:
        """Never: Qt asks nobody that has nothing."""
        return False
