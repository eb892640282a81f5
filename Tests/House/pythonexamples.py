"""Checks the Python examples of the manual: they compile, and the names that they use of the package `gyrus` exist."""

import ast
import re

from sources import ROOT

PACKAGE = ROOT / "Shared/Python/src/gyrus"
PAGES = ["README.md", "Shared/Documentation/*.md", "Shared/Python/README.md", "Shared/**/*.docc/*.md"]


def fences(language):
    """The examples in a language: page, line and code."""
    for page in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.M | re.S):
            yield page.relative_to(ROOT).as_posix(), text.count("\n", 0, match.start()) + 1, match[1]


def exported():
    """The members of each class that the package exports; a name without a class has None."""
    initial = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    names = {
        name: None for node in initial.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        for name in ast.literal_eval(node.value)}
    for path in PACKAGE.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name in names:
                names[node.name] = {
                    getattr(part, "name", None) or getattr(getattr(part, "target", None), "id", None)
                    for part in node.body}
    return names


def mistakes(code, names):
    """What is wrong with an example: its syntax, or a name of the package that does not exist."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        return [(error.lineno or 1, error.msg)]
    kinds, found = {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "gyrus":
            if node.attr not in names:
                found.append((node.lineno, f"gyrus has no {node.attr}"))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            made = node.value.func
            if isinstance(made, ast.Attribute) and isinstance(made.value, ast.Name) and made.value.id == "gyrus":
                kinds[node.targets[0].id] = made.attr
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in kinds:
            kind = kinds[node.value.id]
            if names.get(kind) is not None and node.attr not in names[kind]:
                found.append((node.lineno, f"gyrus.{kind} has no {node.attr}"))
    return found


def check():
    """Prints mistakes; returns the number of examples, and whether one has a mistake."""
    names, count, bad = exported(), 0, False
    for page, line, code in fences("python"):
        count += 1
        for offset, what in mistakes(code, names):
            bad = True
            print(f"{page}:{line + offset}: {what}")
    return count, bad
