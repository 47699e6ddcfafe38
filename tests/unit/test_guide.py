"""The guide shows what there is: no page shows a picture that is missing, and no picture lies there for no page."""

from tests.ui.screenshots.guide import GUIDE, shown


def test_every_picture_of_the_guide_is_there_and_on_a_page() -> None:
    assert shown() == {picture.name for picture in GUIDE.iterdir()}
