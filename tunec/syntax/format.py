"""One layout for all `.tune` text: `tunec fmt`.

In: a document that was read without errors. Out: text. Invariant: reading the text gives the same
tree and the same comments in the same order, and laying that out gives the same text.

Two spaces per level. Blank lines: at most one, and none at the ends of a body. What was written on
one line stays there if it fits; otherwise each item has its own line. In lines next to each other
the `=` of settings, the texts of blocks, and the braces of one-line blocks of one keyword are
aligned. A comment on a line of its own stays before what it stood before; one behind something
stays behind it; one inside a calculation moves before it.
"""

from dataclasses import dataclass, field

from tunec.syntax.nodes import (
    Block,
    Bound,
    Comment,
    Document,
    Item,
    Let,
    Sequence,
    Setting,
    Text,
    Use,
    Value,
)
from tunec.syntax.strings import block_quoted
from tunec.syntax.values_text import setting_text, value_text
from tunec.syntax.walk import find_all

WIDTH = 88


def format_document(document: Document) -> str:
    """The text in the one layout, with a line end after each line; empty if there is nothing."""
    layout = _Layout(document)
    lines = layout.body(document.items, len(document.source.text), "", _NO_LINE).lines
    return "".join(line + "\n" for line in lines)


_NO_LINE = -1


@dataclass
class _Entry:
    """An item, an element of a list, or a comment, laid out but for the blanks in its first line,
    which is `head` or, with a `tail`, `head`, blanks, `tail`."""

    head: str
    tail: str
    more: list[str]
    """Lines after the first, with their indentation."""
    end_line: int
    """Of the source."""
    blank_before: bool = False
    group: tuple[str, ...] = ()
    """What it may be aligned with: neighbours of the same group."""
    comment: str = ""

    def lines(self, indent: str, width: int) -> list[str]:
        first = f"{self.head:{width}} {self.tail}" if self.tail else self.head
        lines = [indent + first, *self.more]
        if self.comment:
            lines[-1] += f"  {self.comment}"
        return lines


@dataclass
class _Body:
    """The lines of a body, and the comment behind its opening bracket."""

    lines: list[str] = field(default_factory=list)
    opening: str = ""


class _Layout:
    def __init__(self, document: Document) -> None:
        self.source = document.source
        self.comments: list[Comment] = list(reversed(document.comments))
        """Those not yet written, the next one last."""

    def line(self, offset: int) -> int:
        return self.source.line_of(offset)

    def on_one_line(self, start: int, end: int) -> bool:
        return "\n" not in self.source.text[start:end]

    # --- Bodies and lists: entries one below the other ------------------------------------

    def body(
        self,
        parts: tuple[Item, ...] | tuple[Value, ...],
        end: int,
        indent: str,
        opening_line: int,
    ) -> _Body:
        """The parts of a block, a list or a document that ends at `end`, a line or more each."""
        body = _Body()
        entries: list[_Entry] = []
        for part in parts:
            self.comments_before(part.span.start, entries, body, opening_line)
            blank = bool(entries) and self.line(part.span.start) - entries[-1].end_line > 1
            value = part.value if isinstance(part, Setting | Let) else part
            if not isinstance(value, Block | Sequence):
                blank = self.comments_inside(part.span.end, entries, blank)
            entry = self.entry(part, indent)
            entry.blank_before = blank
            entries.append(entry)
        self.comments_before(end, entries, body, opening_line)
        body.lines = _aligned(entries, indent)
        return body

    def comments_before(
        self, offset: int, entries: list[_Entry], body: _Body, opening_line: int
    ) -> None:
        """Places the comments up to an offset: behind what they follow, or on their own lines."""
        while self.comments and self.comments[-1].span.start < offset:
            comment = self.comments.pop()
            line, text = comment.span.line, comment.text.rstrip()
            if not entries and line == opening_line:
                body.opening = f"  {text}"
            elif entries and entries[-1].end_line == line and not entries[-1].comment:
                entries[-1].comment = text
            else:
                blank = bool(entries) and line - entries[-1].end_line > 1
                entries.append(_Entry(text, "", [], line, blank))

    def comments_inside(self, end: int, entries: list[_Entry], blank: bool) -> bool:
        """Moves the comments inside a calculation to lines before it; whether a blank line is
        still to be written before what follows them."""
        while self.comments and self.comments[-1].span.start < end:
            comment = self.comments.pop()
            entries.append(_Entry(comment.text.rstrip(), "", [], comment.span.line, blank))
            blank = False
        return blank

    # --- Items and values -----------------------------------------------------------------

    def entry(self, part: Item | Value, indent: str) -> _Entry:
        end_line = self.line(part.span.end - 1)
        match part:
            case Setting(name, value):
                return self.assignment(name.text, value, indent, end_line, "setting")
            case Let(name, value):
                return self.assignment(f"let {name.text}", value, indent, end_line, "let")
            case Use(path):
                return _Entry(f"use {value_text(path)}", "", [], end_line)
            case Block():
                return self.block(part, indent, end_line)
        first, *more = self.value(part, indent, len(indent))
        if more:
            more[-1] += ","
        else:
            first += ","
        return _Entry(first, "", more, end_line)

    def assignment(self, head: str, value: Value, indent: str, end_line: int, group: str) -> _Entry:
        sign = "="
        if isinstance(value, Bound):
            sign, value = value.operator, value.value
        first, *more = self.value(value, indent, len(indent) + len(head) + 1 + len(sign))
        return _Entry(head, f"{sign} {first}", more, end_line, group=() if more else (group,))

    def block(self, block: Block, indent: str, end_line: int) -> _Entry:
        flat = self.flat(block)
        label = block.label
        keyword = block.keyword.text
        if flat is not None and len(indent) + len(flat) <= WIDTH:
            if isinstance(label, Text):
                return _Entry(keyword, flat[len(keyword) + 1 :], [], end_line, group=("text",))
            if block.body is not None:
                head = f"{keyword} {label.name}" if label else keyword
                return _Entry(head, flat[len(head) + 1 :], [], end_line, group=("body", keyword))
            return _Entry(flat, "", [], end_line)
        head, lines = keyword, []
        if isinstance(label, Text) and label.block:
            lines = block_quoted(label.value, indent + "  ").split("\n")
        elif label:
            lines = [value_text(label)]
        if block.body is not None:
            self.braces(block, indent, lines)
        tail, *more = lines or [""]
        aligns = isinstance(label, Text) and label.block and lines[-1].endswith(('"""', " }"))
        return _Entry(head, tail, more, end_line, group=("text",) if aligns else ())

    def braces(self, block: Block, indent: str, lines: list[str]) -> None:
        """Puts the body of a block behind and below the lines of its header."""
        start = block.header.end
        flat = self.flat_body(block) if self.on_one_line(start, block.span.end) else None
        before = f"{lines.pop()} " if lines else ""
        margin = 0 if lines else len(indent) + len(block.keyword.text) + 1
        if flat is not None and margin + len(before) + len(flat) <= WIDTH:
            lines.append(f"{before}{flat}")
            return
        body = self.body(block.items, block.span.end, indent + "  ", self.line(start))
        if not body.lines and not body.opening:
            lines.append(f"{before}{{}}")
        else:
            lines += [f"{before}{{{body.opening}", *body.lines, f"{indent}}}"]

    def value(self, value: Value, indent: str, column: int) -> list[str]:
        """The lines of a value that starts at a column; lines after the first are indented."""
        if isinstance(value, Text) and value.block:
            return block_quoted(value.value, indent + "  ").split("\n")
        if not isinstance(value, Sequence):
            return [value_text(value)]
        blocks = any(text.block for text in find_all(value, Text))
        if self.on_one_line(value.span.start, value.span.end) and not blocks:
            flat = value_text(value)
            if column + len(flat) < WIDTH:
                return [flat]
        opening_line = self.line(value.span.start)
        body = self.body(value.items, value.span.end, indent + "  ", opening_line)
        if not body.lines and not body.opening:
            return ["[]"]
        return [f"[{body.opening}", *body.lines, f"{indent}]"]

    # --- What stays on one line -------------------------------------------------------------

    def flat(self, item: Item) -> str | None:
        """An item on one line, or None if it was written on several or has a block string."""
        end = item.span.end
        if isinstance(item, Block) and item.body == ():
            # Empty braces are closed up, whatever white space is between them.
            inside = self.source.text[item.header.end : end]
            end = end if "#" in inside else item.header.end
        if not self.on_one_line(item.span.start, end):
            return None
        if any(text.block for text in find_all(item, Text)):
            return None
        match item:
            case Setting(name, value):
                return f"{name.text} {setting_text(value)}"
            case Let(name, value):
                return f"let {name.text} = {value_text(value)}"
            case Use(path):
                return f"use {value_text(path)}"
        header = (
            f"{item.keyword.text} {value_text(item.label)}" if item.label else item.keyword.text
        )
        return header if item.body is None else f"{header} {self.flat_body(item)}"

    def flat_body(self, block: Block) -> str | None:
        """Braces and items on one line, or None if a block string is among them."""
        items = [self.flat(item) for item in block.items]
        if None in items:
            return None
        return f"{{ {', '.join(filter(None, items))} }}" if items else "{}"


def _aligned(entries: list[_Entry], indent: str) -> list[str]:
    """The lines of entries, with the heads of neighbours of one group made equally wide."""
    lines: list[str] = []
    start = 0
    while start < len(entries):
        end = start + 1
        group = entries[start].group
        while group and end < len(entries):
            if entries[end].group != group or entries[end].blank_before:
                break
            end += 1
        run = entries[start:end]
        width = max(len(entry.head) for entry in run)
        if any(len(indent) + width + 1 + len(entry.tail) > WIDTH for entry in run):
            width = 0
        for entry in run:
            if entry.blank_before and lines:
                lines.append("")
            lines += entry.lines(indent, width)
        start = end
    return lines
