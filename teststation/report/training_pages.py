"""Pages of training for the patient's hand and the journal: the diary, blank or filled, and the talk on one page."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from teststation.physiology.advice import symptoms_told
from teststation.report.archive import archive
from teststation.report.layout import (
    ACCENT,
    BAND,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    PALE,
    QUIET,
    REGULAR,
    RULE,
    WIDTH,
    Page,
    name_lines,
    new_canvas,
    register_fonts,
    wrap,
)
from teststation.texts import Texts
from teststation.texts.writing import day as day_words
from teststation.training.diary import Attendance, Entry, Overview, State, Week
from teststation.training.interview import Form, Interview, answered, read_form
from teststation.training.interview import say as in_words
from teststation.training.words import answer_words, pulse_words

ROW = 19.0
BOTTOM = 52.0
CHART = 118.0
BLANK_ROWS = 24
COMMENT_SIZE, COMMENT_LINE = 7.0, 7.5
MOST_LINES = 60  # of a comment in one row; it goes on in the next
COLUMNS = (("number", 24.0), ("day", 74.0), ("what", 92.0), ("minutes", 44.0), ("bouts", 40.0), ("borg", 38.0),
           ("felt", 50.0), ("comment", INNER - 362.0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whose:
    """Who the page is of and who made it; nothing that cannot be printed."""

    say: Texts
    clinic: str
    name: str
    family: str
    born: str | None  # ISO date
    printed_on: date
    made_with: str
    demo: bool = False
    draft: bool = False

    def day(self, day: str) -> str:
        """A date as it is written here."""
        return day_words(self.say.language, day)

    def weekday(self, day: str) -> str:
        """A date with its weekday before it."""
        return f"{self.say(f'diary.weekday.{date.fromisoformat(day).isoweekday()}')} {self.day(day)}"


@dataclass(frozen=True, slots=True)
class DiaryPage:
    """What a diary's page shows: planned sessions with what came of them, and rows that no session stands for."""

    whose: Whose
    overview: Overview | None
    entries: Sequence[Entry]
    weeks: Sequence[Week] = ()
    blank: bool = False
    goals: Sequence[str] = field(default=())
    waits: str = ""  # why no session may be held yet, as ``why_it_waits`` says


def diary_pdf(page: DiaryPage) -> bytes:
    """The diary as PDF/A. The same diary gives the same bytes."""
    register_fonts()
    rows = _rows(_blank_lines(page) if page.blank else _filled_lines(page))
    room = HEIGHT - MARGIN - 118 - BOTTOM
    with_chart = bool(page.weeks) and not page.blank
    sheets: list[list[_Row]] = [[]]
    for row in rows:
        if sum(one.height for one in sheets[-1]) + row.height > room:
            sheets.append([])
        sheets[-1].append(row)
    if with_chart and sum(one.height for one in sheets[-1]) + CHART > room:
        sheets.append([])

    def draw(number: int) -> Callable[[Page], None]:
        def one(paper: Page) -> None:
            _head(paper, page.whose, page.whose.say("diary.title"))
            if number == 0:
                _summary(paper, page)
            if sheets[number]:
                _grid(paper, page.whose, sheets[number])
            if with_chart and number == len(sheets) - 1:
                _chart(paper, page)

        return one

    return _pdf(page.whose, page.whose.say("diary.title"), [draw(number) for number in range(len(sheets))])


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the grid: its cells but the last, and the comment's lines."""

    cells: tuple[str, ...]
    comment: tuple[str, ...]

    @property
    def height(self) -> float:
        return max(ROW, len(self.comment) * COMMENT_LINE + 4.0)


def _rows(lines: Sequence[tuple[str, ...]]) -> list[_Row]:
    """As high as their comments are long: what somebody wrote is never cut off."""
    made: list[_Row] = []
    for *cells, comment in lines:
        wrapped = wrap(comment, REGULAR, COMMENT_SIZE, COLUMNS[-1][1] - 8)
        made.append(_Row(tuple(cells), tuple(wrapped[:MOST_LINES])))
        for at in range(MOST_LINES, len(wrapped), MOST_LINES):
            made.append(_Row(("",) * len(cells), tuple(wrapped[at : at + MOST_LINES])))
    return made


def _summary(paper: Page, page: DiaryPage) -> None:
    say = page.whose.say
    if page.overview is not None and not page.blank:
        found = page.overview
        paper.paragraph(say("diary.so_far", done=found.done, so_far=found.so_far, planned=found.planned), 11, bold=True)
    if page.waits and page.overview is not None:
        paper.paragraph(say(f"diary.waits.{page.waits}"), 11, bold=True)
    paper.paragraph(say("diary.how_to" if page.blank else "diary.legend"), 8.5, color=QUIET, most=2)
    if page.goals:
        paper.paragraph(say("diary.goal", goal=page.goals[0]), 9.5, most=2)


def _blank_lines(page: DiaryPage) -> list[tuple[str, ...]]:
    """Lines to be written on; the planned days are printed where there is a plan."""
    planned = [] if page.overview is None else [standing.session for standing in page.overview.sessions]
    made = [
        (str(one.number), page.whose.weekday(one.day), page.whose.say(f"diary.kind.{one.kind}"), "", "", "", "", "")
        for one in planned
    ]
    return made + [("",) * len(COLUMNS)] * max(0, BLANK_ROWS - len(made))


def _filled_lines(page: DiaryPage) -> list[tuple[str, ...]]:
    whose = page.whose
    dated: list[tuple[str, int, tuple[str, ...]]] = []
    extra: Sequence[int] = range(len(page.entries))
    if page.overview is not None:
        extra = page.overview.extra
        for standing in page.overview.sessions:
            session = standing.session
            entry = None if standing.entry is None else page.entries[standing.entry]
            day = session.day if entry is None else entry.day
            line = _line(whose, str(session.number), day, session.kind, standing.state, entry)
            dated.append((day, session.number, line))
    for place in extra:
        entry = page.entries[place]
        state = State.DONE if entry.attendance is Attendance.DONE else State(entry.attendance.value)
        dated.append((entry.day, 0, _line(whose, "+", entry.day, entry.kind, state, entry)))
    return [line for *_, line in sorted(dated, key=lambda one: one[:2])]


def _line(whose: Whose, number: str, day: str, kind: str, state: State, entry: Entry | None) -> tuple[str, ...]:
    say = whose.say
    if entry is None or state in (State.EXCUSED, State.ABSENT):
        note = "" if state in (State.COMING, State.TODAY) else say(f"diary.state.{state.value}")
        if entry is not None and entry.reason:
            note += f" ({say(f'diary.reason.{entry.reason}')})"
        comment = "" if entry is None else entry.comment
        told = "" if entry is None else symptoms_told(entry.symptoms, say)
        words = " · ".join(filter(None, (note, told, comment)))
        return (number, whose.weekday(day), say(f"diary.kind.{kind}"), "", "", "", "", words)
    bouts = ""
    if entry.bouts_done is not None:
        bouts = say("diary.bouts_of", done=entry.bouts_done, planned=entry.bouts_planned or "–")
    minutes = "" if entry.minutes is None else f"{entry.minutes:.0f}"
    words = [entry.what, *(_sets(say, one.exercise, one.load_kg, one.repetitions) for one in entry.sets)]
    words += [say(f"diary.stopped.{entry.stopped_because}")] if entry.stopped_because else []
    words += [symptoms_told(entry.symptoms, say), pulse_words(say, entry), entry.comment, entry.therapist]
    return (
        number,
        whose.weekday(entry.day),
        say(f"diary.kind.{entry.kind}"),
        minutes,
        bouts,
        "" if entry.borg is None else str(entry.borg),
        "" if entry.felt is None else f"{entry.felt}",
        " · ".join(word for word in words if word),
    )


def _sets(say: Texts, exercise: str, load_kg: float, repetitions: Sequence[int]) -> str:
    name = say(f"diary.exercise.{exercise}") if f"diary.exercise.{exercise}" in say.keys() else exercise  # noqa: SIM118
    return say("diary.sets", exercise=name, kg=float(load_kg), sets="/".join(str(n) for n in repetitions))


def _grid(paper: Page, whose: Whose, rows: Sequence[_Row]) -> None:
    paper.y -= 8
    top, canvas = paper.y, paper.canvas
    canvas.setFillColor(PALE)
    canvas.rect(MARGIN, top - ROW, INNER, ROW, stroke=0, fill=1)
    _cells(paper, [whose.say(f"diary.column.{name}") for name, _ in COLUMNS], top - ROW, head=True)
    edges = [top, top - ROW]
    for row in rows:
        y = edges[-1] - row.height
        single = row.comment if len(row.comment) == 1 else ("",)
        _cells(paper, [*row.cells, *(single or ("",))], edges[-1] - ROW)
        for place, line in enumerate(row.comment if len(row.comment) > 1 else ()):
            at = edges[-1] - 8.0 - place * COMMENT_LINE
            paper.text(MARGIN + INNER - COLUMNS[-1][1] + 4, at, line, COMMENT_SIZE, width=COLUMNS[-1][1] - 8)
        edges.append(y)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    for edge in edges:
        canvas.line(MARGIN, edge, MARGIN + INNER, edge)
    x = MARGIN
    for _, width in (*COLUMNS, ("", 0.0)):
        canvas.line(x, top, x, edges[-1])
        x += width
    paper.y = edges[-1]


def _cells(paper: Page, cells: Sequence[str], y: float, *, head: bool = False) -> None:
    x = MARGIN
    for cell, (_, width) in zip(cells, COLUMNS, strict=True):
        paper.text(x + 4, y + 6, cell, 8, bold=head, color=QUIET if head else INK, width=width - 8)
        x += width


def _chart(paper: Page, page: DiaryPage) -> None:
    """Sessions done of planned and minutes, week by week: a frame for what was planned, filled by what was done."""
    say, weeks, canvas = page.whose.say, page.weeks, paper.canvas
    paper.heading(say("diary.chart"), 20)
    left, right, bottom = MARGIN + 14, MARGIN + INNER, paper.y - 62
    step = min(52.0, (right - left) / len(weeks))
    most = max([3, *(max(week.planned, week.done + week.extra) for week in weeks)])
    for place, week in enumerate(weeks):
        x, width = left + place * step + 3, step - 8
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(0.9)
        canvas.setFillColor(ACCENT)
        canvas.rect(x, bottom, width, 46 * week.done / most, stroke=0, fill=1)
        if week.extra:
            canvas.setFillColor(BAND)
            beside = 46 * week.extra / most
            canvas.rect(x, bottom + 46 * week.done / most, width, beside, stroke=0, fill=1)
        if week.planned:
            canvas.rect(x, bottom, width, 46 * week.planned / most, stroke=1, fill=0)
        paper.text(x, bottom - 9, say("diary.week", n=week.monday.isocalendar().week), 7, color=QUIET, width=width + 5)
        paper.text(x, bottom - 18, say("diary.minutes", n=f"{week.minutes:.0f}"), 7, width=width + 5)
        if week.load is not None:
            paper.text(x, bottom - 27, say("diary.load", n=f"{week.load:.0f}"), 6.5, color=QUIET, width=width + 5)
    paper.y = bottom - 30
    paper.paragraph(say("diary.chart_legend"), 7, color=QUIET, most=2)


# --- the talk ---


def interview_pdf(whose: Whose, interview: Interview) -> bytes:
    """The talk as PDF/A: on one page where its words find room at a size that can be read, else on more."""
    form = read_form(interview.form_text, "interview.toml")
    title = in_words(form.title, whose.say.language)
    register_fonts()
    for size in (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5):
        lines = _talk_lines(whose, form, interview, size)
        sheets = _sheets(lines, HEIGHT - MARGIN - 74 - BOTTOM)
        if len(sheets) == 1:
            break
    else:
        size = 8.0
        sheets = _sheets(_talk_lines(whose, form, interview, size), HEIGHT - MARGIN - 74 - BOTTOM)

    def draw(lines: list["_Line"]) -> Callable[[Page], None]:
        def one(paper: Page) -> None:
            _head(paper, whose, title, whose.say("diary.talk_on", day=whose.day(interview.day)))
            for line in lines:
                paper.y -= line.height
                paper.text(MARGIN + line.indent, paper.y, line.text, line.size, bold=line.bold, color=line.color)

        return one

    return _pdf(whose, title, [draw(lines) for lines in sheets])


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    height: float
    bold: bool = False
    indent: float = 0.0
    quiet: bool = False
    heading: bool = False

    @property
    def color(self):
        return ACCENT if self.heading else QUIET if self.quiet else INK


def _talk_lines(whose: Whose, form: Form, interview: Interview, size: float) -> list[_Line]:
    """Parts in order, each question with its answer; a question without one is left out, a part without any, too."""
    said = {question.id: answer for question, answer in answered(interview)}
    made: list[_Line] = []
    for part in form.parts:
        asked = [question for question in part.questions if question.id in said]
        if asked:
            title = in_words(part.title, whose.say.language)
            made.append(_Line(title, size + 1.5, size * 2.1, bold=True, heading=True))
        for question in asked:
            words = in_words(question.words, whose.say.language)
            made += [_Line(one, size - 1, size * 1.45, quiet=True) for one in wrap(words, REGULAR, size - 1, INNER)]
            answer = answer_words(whose.say, question, said[question.id])
            made += [_Line(one, size, size * 1.3, indent=10) for one in wrap(answer, REGULAR, size, INNER - 10)]
    return made


def _sheets(lines: list[_Line], room: float) -> list[list[_Line]]:
    sheets: list[list[_Line]] = [[]]
    left = room
    for line in lines:
        if line.height > left:
            sheets.append([])
            left = room
        sheets[-1].append(line)
        left -= line.height
    return sheets


# --- what every page has ---


def _head(paper: Page, whose: Whose, title: str, under: str = "") -> None:
    say, top, right = whose.say, paper.y, WIDTH - MARGIN
    paper.text(MARGIN, top - 14, title, 15, bold=True, color=ACCENT, width=INNER * 0.55)
    paper.text(MARGIN, top - 29, " · ".join(filter(None, (whose.clinic, under))), 9, color=QUIET, width=INNER * 0.55)
    names, size = name_lines(whose.name, whose.family, 12, INNER * 0.42)
    y = top - 12
    for line in names:
        paper.text(right, y, line, size, bold=True, right=True)
        y -= size + 2.5
    if whose.born:
        paper.text(right, y, say("report.born", day=whose.day(whose.born)), 9, color=QUIET, right=True)
    paper.canvas.setStrokeColor(ACCENT)
    paper.canvas.setLineWidth(1.6)
    paper.canvas.line(MARGIN, top - 46, right, top - 46)
    marks = [say("diary.demo")] if whose.demo else []
    marks += [say("diary.draft")] if whose.draft else []
    paper.y = top - 52
    if marks:
        paper.paragraph(" · ".join(marks), 10, bold=True, most=1)


def _pdf(whose: Whose, title: str, pages: Sequence[Callable[[Page], None]]) -> bytes:
    register_fonts()
    out = io.BytesIO()
    canvas = new_canvas(out)
    canvas.setTitle(f"{whose.say('diary.demo')} – {title}" if whose.demo else title)
    canvas.setCreator(f"teststation {whose.made_with}")
    for number, draw in enumerate(pages, start=1):
        paper = Page(canvas)
        draw(paper)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, 40, WIDTH - MARGIN, 40)
        paper.text(MARGIN, 30, whose.say("report.intended_use"), 7, color=QUIET, width=INNER)
        printed = whose.say("diary.printed", day=whose.day(whose.printed_on.isoformat()))
        paper.text(MARGIN, 20, printed, 7, color=QUIET, width=INNER - 70)
        told = whose.say("report.page", number=number, of=len(pages))
        paper.text(WIDTH - MARGIN, 20, told, 7, color=QUIET, right=True)
        canvas.showPage()
    canvas.save()
    return archive(out.getvalue())
