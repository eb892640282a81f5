"""Rules that a compiler does not check."""

import re
from functools import cache

from sources import ROOT, Source, blocks, swift

# The folders of clients: what other services and the command line are given.
CLIENTS = ["Services/*/Client", "Shared/ServiceKit/Client", "Shared/WorkQueue/Client"]


@cache
def product():
    return swift("Services", "Shared")


def matches(pattern, part, sources=None):
    """Places where a pattern matches one part of the product's sources."""
    return [
        f"{source.path}:{source.line(match.start())}: {match[0].strip()}"
        for source in sources or product()
        for match in re.finditer(pattern, getattr(source, part), re.M)
    ]


def clients():
    return [Source(path) for folder in CLIENTS for path in sorted(ROOT.glob(folder + "/**/*.swift"))]


def wire_in_clients():
    """Public declarations of clients that name types of the wire."""
    return matches(r"^.*\bpublic import Schema\b|^\s*public [^\n{]*\bWire\.\w+", "code", clients()) + [
        f"{source.path}:{source.line(start)}: a public member of {re.match(r'extension Wire.*', body_start)[0]}"
        for source in clients()
        for start, body in blocks(source.code, r"\bextension Wire\.\w+")
        if (body_start := source.code[start:start + 80].split("\n")[0]) and re.search(r"\bpublic\b", body)
    ]


def literal_states():
    """SQL that tells states by number. Migrations are left out: what an old database holds does not change with the code."""
    sources = [source for source in product() if "+Schema" not in source.path and "+Migration" not in source.path]
    return matches(r"\bstate\s*(?:=|!=|<>|IN\s*\()\s*\d[\d, ]*", "strings", sources)


def leaking_starts():
    """Programs that Foundation starts: they inherit what other threads open meanwhile; see `RunningProgram`. Commands that start
    one program alone are left out, and benchmarks."""
    alone = ("Services/CommandLine/Gyrus/", "Generator/", "Tests/Benchmarks/", "Tests/Device/")
    sources = [source for source in swift("Services", "Shared", "Tests") if not any(a in source.path for a in alone)]
    return matches(r"\bProcess\(\)", "code", sources)


def operations():
    source = next(s for s in product() if s.path.endswith("Networks/Layers/Layer+Operation.swift"))
    return set(re.findall(r"^\s*case (\w+)", source.code, re.M))


def silent_defaults():
    """Switches over the kinds of layers that treat a new kind without a word."""
    kinds, found = operations(), []
    for source in product():
        for start, body in blocks(source.code, r"\bswitch\b[^\n{]*"):
            cases = re.findall(r"^\s*case [^\n]*", body, re.M)
            named = {name for case in cases for name in re.findall(r"\.(\w+)", case)} & kinds
            if len(named) > 1 and re.search(r"^\s*default:", body, re.M):
                found.append(f"{source.path}:{source.line(start)}: " + ", ".join(sorted(named)))
    return found


def scenario_parsing():
    """Places that read the text of a scenario."""
    return [place for place in matches(r"\bScenarioFile\([^)\n]*", "code") if "/Model/Scenario/" not in place]


def decisions_from_text():
    """Decisions that are read out of texts for people."""
    # A migration reads once what an older version told by its texts alone.
    current = [source for source in product() if "+Schema" not in source.path]
    return matches(
        r"\b(?:origin|message|title|networkName)\??\.(?:hasPrefix|hasSuffix|contains|dropFirst|split)\b"
        r"|\borigin\s*[!=]=", "code", current
    ) + matches(r"\borigin (?:NOT )?(?:LIKE|=)", "strings", current)


# Lines in a row that are worth saying once.
WINDOW = 8


def copies():
    """Rows of lines that stand in several places of the product."""
    seen, found = {}, {}
    for source in product():
        lines = [(number, " ".join(line.split())) for number, line in enumerate(source.code.split("\n"), 1)]
        strings = source.strings.split("\n")
        # A line counts that says something by itself, with its strings.
        lines = [(n, line + " ".join(strings[n - 1].split())) for n, line in lines if len(line) > 3]
        lines = [(n, line) for n, line in lines if not re.match(r"(?:(?:public|package) )?import ", line)]
        for place in range(len(lines) - WINDOW + 1):
            window = tuple(line for _, line in lines[place:place + WINDOW])
            here = (source.path, lines[place][0])
            first = seen.setdefault(window, here)
            if first != here and not (first[0] == here[0] and abs(first[1] - here[1]) < WINDOW):
                found.setdefault((first[0], here[0]), (first, here))
    return [f"{a[0]}:{a[1]} and {b[0]}:{b[1]}" for a, b in sorted(found.values())]


MEASURES = {
    "wire-in-clients": ("public declarations of clients that name types of the wire", wire_in_clients),
    "literal-states": ("states that SQL tells by number", literal_states),
    "leaking-starts": ("programs that inherit the pipes of others", leaking_starts),
    "silent-defaults": ("switches over kinds of layers with a default", silent_defaults),
    "scenario-parsing": ("places that parse the text of a scenario", scenario_parsing),
    "decisions-from-text": ("decisions that are read out of texts for people", decisions_from_text),
    "copies": (f"pairs of files that share {WINDOW} lines", copies),
}
