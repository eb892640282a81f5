"""Splits Swift sources into three texts of the same length: code, strings and comments."""

import os
import re
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The beginning of anything but plain code: comments and string literals of every kind.
OPENING = re.compile(r'//|/\*|(#*)("""|")')


class Source:
    """A Swift file, split into code, strings and comments."""

    def __init__(self, path):
        self.path = path.relative_to(ROOT).as_posix()
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def parts(self):
        """Code, strings and comments, each with spaces in place of the other two."""
        kinds = bytearray(len(self.text))  # 0 code, 1 string, 2 comment
        self._scan(0, kinds, None)
        blank = [[], [], []]
        for character, kind in zip(self.text, kinds):
            for index in range(3):
                blank[index].append(character if index == kind or character == "\n" else " ")
        return ["".join(part) for part in blank]

    code = property(lambda self: self.parts[0])
    strings = property(lambda self: self.parts[1])
    comments = property(lambda self: self.parts[2])

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def _scan(self, start, kinds, closing):
        """Marks strings and comments from an offset to the end, or to the closing parenthesis of an interpolation."""
        text, place, depth = self.text, start, 0
        while place < len(text):
            if closing and text[place] in "()":
                depth += 1 if text[place] == "(" else -1
                if depth < 0:
                    return place
                place += 1
                continue
            match = OPENING.match(text, place)
            if not match:
                place += 1
                continue
            if match[0].startswith("//"):
                end = text.find("\n", place)
                end = len(text) if end < 0 else end
                kinds[place:end] = b"\2" * (end - place)
                place = end
            elif match[0].startswith("/*"):
                end = text.find("*/", place)
                end = len(text) if end < 0 else end + 2
                kinds[place:end] = b"\2" * (end - place)
                place = end
            else:
                place = self._string(match, kinds)
        return place

    def _string(self, match, kinds):
        text, hashes, quote = self.text, match[1], match[2]
        place = match.end()
        escape = "\\" + hashes
        while place < len(text):
            if text.startswith(quote + hashes, place):
                return place + len(quote + hashes)
            if text.startswith(escape + "(", place):
                place = self._scan(place + len(escape) + 1, kinds, ")") + 1
            elif text.startswith(escape, place):
                kinds[place : place + len(escape) + 1] = b"\1" * (len(escape) + 1)
                place += len(escape) + 1
            else:
                kinds[place] = 1
                place += 1
        return place


def swift(*folders):
    """All handwritten Swift files in some folders, in order."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.swift")):
            if "Generated" not in path.parts and ".build" not in path.parts:
                found.append(Source(path))
    return found


def blocks(code, opening):
    """The bodies in braces that follow each match of a pattern, with the offset of the match."""
    for match in re.finditer(opening, code):
        start = code.find("{", match.end())
        if start < 0:
            continue
        depth, place = 0, start
        while place < len(code):
            depth += {"{": 1, "}": -1}.get(code[place], 0)
            if depth == 0:
                break
            place += 1
        yield match.start(), code[start : place + 1]


def components(edges):
    """The strongly connected components of a graph, including single nodes, each as a sorted list."""
    index, low, stack, found, counter = {}, {}, [], [], [0]

    def visit(root):
        work = [(root, iter(sorted(edges.get(root, ()))))]
        index[root] = low[root] = counter[0]
        counter[0] += 1
        stack.append(root)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = counter[0]
                    counter[0] += 1
                    stack.append(other)
                    work.append((other, iter(sorted(edges.get(other, ())))))
                    break
                if other in stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        component.append(member)
                        if member == node:
                            break
                    found.append(sorted(component))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found
