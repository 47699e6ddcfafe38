"""The small part of SVG that a logo is made of: paths, rectangles, circles, ellipses, lines, polygons; groups that move
and paint them; plain colours. Anything else is refused with its name.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color, toColor
from reportlab.pdfgen.canvas import Canvas

Matrix = tuple[float, float, float, float, float, float]
Move = tuple[str, tuple[float, ...]]  # M, L, C with absolute points, or Z
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_SILENT = {"title", "desc", "metadata", "defs", "namedview", "style"}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBERS = re.compile(_NUMBER)
_PATH = re.compile(rf"([MmLlHhVvCcSsQqTtAaZz])|({_NUMBER})")
_TRANSFORM = re.compile(r"(\w+)\s*\(([^)]*)\)")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_CIRCLE = 0.5522847498  # control points of a quarter circle


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape in the picture's own units, y downwards."""

    moves: tuple[Move, ...]
    matrix: Matrix
    fill: Color | None
    stroke: Color | None
    width: float
    even_odd: bool

    def draw(self, canvas: Canvas) -> None:
        """Draw it."""
        canvas.saveState()
        canvas.transform(*self.matrix)
        path: Any = canvas.beginPath()
        for kind, points in self.moves:
            {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}[kind](*points)
        if self.fill is not None:
            canvas.setFillColor(self.fill)
        if self.stroke is not None:
            canvas.setStrokeColor(self.stroke)
            canvas.setLineWidth(self.width)
        canvas.drawPath(
            path,
            fill=int(self.fill is not None),
            stroke=int(self.stroke is not None),
            fillMode=0 if self.even_odd else 1,
        )
        canvas.restoreState()


def drawn_of(root: Any) -> tuple[float, float, tuple[Drawn, ...]]:
    """Width, height and shapes of an SVG. Raises ValueError with what cannot be drawn."""
    if _tag(root) != "svg":
        raise ValueError("no SVG")
    box = [float(number) for number in _NUMBERS.findall(root.get("viewBox", ""))]
    if len(box) != 4:
        box = [0.0, 0.0, _length(root.get("width", "0")), _length(root.get("height", "0"))]
    if not (box[2] > 0 and box[3] > 0):
        raise ValueError("no size")
    shapes = tuple(_walk(root, (1.0, 0.0, 0.0, 1.0, -box[0], -box[1]), {}))
    if not shapes:
        raise ValueError("nothing drawn")
    return box[2], box[3], shapes


def _walk(element: Any, matrix: Matrix, inherited: dict[str, str]) -> Iterator[Drawn]:
    for child in element:
        if not isinstance(child.tag, str) or _tag(child) in _SILENT:
            continue
        paint = inherited | _paint(child)
        if paint.get("display") == "none":
            continue
        here = _times(matrix, _transform(child.get("transform", "")))
        if _tag(child) in ("g", "svg", "a"):
            yield from _walk(child, here, paint)
            continue
        moves = tuple(_moves(child))
        if moves:
            yield Drawn(
                moves,
                here,
                _color(paint.get("fill", "black")),
                _color(paint.get("stroke", "none")),
                _length(paint.get("stroke-width", "1")),
                paint.get("fill-rule") == "evenodd",
            )


def _paint(element: Any) -> dict[str, str]:
    names = ("fill", "stroke", "stroke-width", "fill-rule", "display")
    said = {name: element.get(name) for name in names if element.get(name) is not None}
    for part in element.get("style", "").split(";"):
        name, _, value = part.partition(":")
        if name.strip() in names:
            said[name.strip()] = value.strip()
    if "class" in element.attrib and "fill" not in said and "style" not in element.attrib:
        raise ValueError("styles by class; save it with presentation attributes")
    return said


def _color(text: str) -> Color | None:
    if text in ("none", "transparent"):
        return None
    if text.startswith("url("):
        raise ValueError("gradients and patterns")
    try:
        color = toColor("black" if text == "currentColor" else text)
    except ValueError as error:
        raise ValueError(f"colour {text}") from error
    return Color(color.red, color.green, color.blue)  # without alpha: an archive of 1b knows none


def _moves(element: Any) -> Iterator[Move]:
    tag, get = _tag(element), lambda name: _length(element.get(name, "0"))
    match tag:
        case "path":
            yield from _path(element.get("d", ""))
        case "rect":
            x, y, w, h = get("x"), get("y"), get("width"), get("height")
            yield from (("M", (x, y)), ("L", (x + w, y)), ("L", (x + w, y + h)), ("L", (x, y + h)), ("Z", ()))
        case "circle" | "ellipse":
            rx = get("r") if tag == "circle" else get("rx")
            ry = get("r") if tag == "circle" else get("ry")
            yield from _ellipse(get("cx"), get("cy"), rx, ry)
        case "line":
            yield from (("M", (get("x1"), get("y1"))), ("L", (get("x2"), get("y2"))))
        case "polygon" | "polyline":
            numbers = [float(number) for number in _NUMBERS.findall(element.get("points", ""))]
            points = list(zip(numbers[::2], numbers[1::2], strict=False))
            yield from (("L" if place else "M", point) for place, point in enumerate(points))
            if tag == "polygon" and points:
                yield ("Z", ())
        case "text" | "tspan":
            raise ValueError("text; turn it into paths")
        case _:
            raise ValueError(f"<{tag}>")


def _ellipse(cx: float, cy: float, rx: float, ry: float) -> Iterator[Move]:
    k, q = _CIRCLE * rx, _CIRCLE * ry
    yield ("M", (cx + rx, cy))
    yield ("C", (cx + rx, cy + q, cx + k, cy + ry, cx, cy + ry))
    yield ("C", (cx - k, cy + ry, cx - rx, cy + q, cx - rx, cy))
    yield ("C", (cx - rx, cy - q, cx - k, cy - ry, cx, cy - ry))
    yield ("C", (cx + k, cy - ry, cx + rx, cy - q, cx + rx, cy))
    yield ("Z", ())


def _path(text: str) -> Iterator[Move]:
    """A path as moves with absolute points."""
    tokens = [letter or float(number) for letter, number in _PATH.findall(text)]
    place, command = 0, ""
    x = y = begin_x = begin_y = 0.0
    control: tuple[float, float] | None = None
    while place < len(tokens):
        if isinstance(tokens[place], str):
            command, place = str(tokens[place]), place + 1
        elif not command or command in "Zz":
            raise ValueError("broken path")
        count = _ARGUMENTS[command.upper()]
        numbers = tokens[place : place + count]
        if len(numbers) < count or any(isinstance(number, str) for number in numbers):
            raise ValueError("broken path")
        values = [float(number) for number in numbers]
        place += count
        kind, relative = command.upper(), command.islower()
        if relative and kind not in "HVAZ":
            values = [value + (y if odd % 2 else x) for odd, value in enumerate(values)]
        last = control
        control = None
        match kind:
            case "M":
                x, y = begin_x, begin_y = values
                yield ("M", (x, y))
                command = "l" if relative else "L"
            case "L":
                x, y = values
                yield ("L", (x, y))
            case "H" | "V":
                value = values[0] + ((x if kind == "H" else y) if relative else 0.0)
                x, y = (value, y) if kind == "H" else (x, value)
                yield ("L", (x, y))
            case "C" | "S":
                if kind == "S":
                    values = [*((2 * x - last[0], 2 * y - last[1]) if last else (x, y)), *values]
                yield ("C", tuple(values))
                control, (x, y) = (values[2], values[3]), values[4:]
            case "Q" | "T":
                corner = (2 * x - last[0], 2 * y - last[1]) if kind == "T" and last else (x, y)
                corner = corner if kind == "T" else (values[0], values[1])
                end_x, end_y = values[-2:]
                first = (x + 2 / 3 * (corner[0] - x), y + 2 / 3 * (corner[1] - y))
                second = (end_x + 2 / 3 * (corner[0] - end_x), end_y + 2 / 3 * (corner[1] - end_y))
                yield ("C", (*first, *second, end_x, end_y))
                control, x, y = corner, end_x, end_y
            case "A":
                end = (values[5] + (x if relative else 0.0), values[6] + (y if relative else 0.0))
                yield from _arc((x, y), end, values[0], values[1], values[2], bool(values[3]), bool(values[4]))
                x, y = end
            case _:
                yield ("Z", ())
                x, y = begin_x, begin_y


def _arc(
    begin: tuple[float, float], end: tuple[float, float], rx: float, ry: float, turned: float, large: bool, sweep: bool
) -> Iterator[Move]:
    """An elliptical arc as curves: the centre as SVG 1.1's implementation notes find it (F.6.5)."""
    rx, ry = abs(rx), abs(ry)
    if begin == end:
        return
    if not rx or not ry:
        yield ("L", end)
        return
    cos, sin = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    dx, dy = (begin[0] - end[0]) / 2, (begin[1] - end[1]) / 2
    px, py = cos * dx + sin * dy, -sin * dx + cos * dy
    grow = math.sqrt(max(1.0, (px / rx) ** 2 + (py / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    below = (rx * py) ** 2 + (ry * px) ** 2
    size = math.sqrt(max(0.0, ((rx * ry) ** 2 - below) / below)) * (-1 if large == sweep else 1)
    mx, my = size * rx * py / ry, -size * ry * px / rx
    cx = cos * mx - sin * my + (begin[0] + end[0]) / 2
    cy = sin * mx + cos * my + (begin[1] + end[1]) / 2
    first = math.atan2((py - my) / ry, (px - mx) / rx)
    last = math.atan2((-py - my) / ry, (-px - mx) / rx)
    way = last - first
    if sweep and way < 0:
        way += 2 * math.pi
    elif not sweep and way > 0:
        way -= 2 * math.pi
    parts = max(1, math.ceil(abs(way) / (math.pi / 2) - 1e-9))
    step = way / parts
    k = 4 / 3 * math.tan(step / 4)

    def at(u: float, v: float) -> tuple[float, float]:
        return cx + cos * rx * u - sin * ry * v, cy + sin * rx * u + cos * ry * v

    for part in range(parts):
        a, b = first + part * step, first + (part + 1) * step
        one = at(math.cos(a) - k * math.sin(a), math.sin(a) + k * math.cos(a))
        two = at(math.cos(b) + k * math.sin(b), math.sin(b) - k * math.cos(b))
        yield ("C", (*one, *two, *(end if part == parts - 1 else at(math.cos(b), math.sin(b)))))


def _transform(text: str) -> Matrix:
    made = _SAME
    for name, inside in _TRANSFORM.findall(text):
        values = [float(number) for number in _NUMBERS.findall(inside)]
        match name, values:
            case "matrix", [a, b, c, d, e, f]:
                one = (a, b, c, d, e, f)
            case "translate", [x, *rest]:
                one = (1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0)
            case "scale", [x, *rest]:
                one = (x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0)
            case "rotate", [angle, *about]:
                turn, (x, y) = math.radians(angle), about if len(about) == 2 else (0.0, 0.0)
                cos, sin = math.cos(turn), math.sin(turn)
                one = (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
            case _:
                raise ValueError(f"transform {name}")
        made = _times(made, one)
    return made


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _length(text: str) -> float:
    found = _NUMBERS.match(text.strip())
    return float(found[0]) if found else 0.0


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2]
