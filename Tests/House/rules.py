"""Rules that the compiler does not check."""

import re
from functools import cache

from sources import ROOT, Source, blocks, swift

# The folders of clients, which are all that other services and the command line import.
CLIENTS = ["Services/*/Client", "Shared/ServiceKit/Client", "Shared/WorkQueue/Client"]


@cache
def product():
    return swift("Services", "Shared")


def matches(pattern, part, sources=None):
    """Places where a pattern matches one part (code, strings or comments) of the product's sources."""
    return [
        f"{source.path}:{source.line(match.start())}: {match[0].strip()}"
        for source in sources or product()
        for match in re.finditer(pattern, getattr(source, part), re.M)
    ]


def clients():
    return [Source(path) for folder in CLIENTS for path in sorted(ROOT.glob(folder + "/**/*.swift"))]


def wire_in_clients():
    """Public declarations in clients that mention wire types."""
    return matches(r"^.*\bpublic import Schema\b|^\s*public [^\n{]*\bWire\.\w+", "code", clients()) + [
        f"{source.path}:{source.line(start)}: a public member of {re.match(r'extension Wire.*', body_start)[0]}"
        for source in clients()
        for start, body in blocks(source.code, r"\bextension Wire\.\w+")
        if (body_start := source.code[start:start + 80].split("\n")[0]) and re.search(r"\bpublic\b", body)
    ]


def literal_states():
    """SQL that gives states as numbers. Migrations are left out: the content of an old database does not change with the code."""
    sources = [source for source in product() if "+Schema" not in source.path and "+Migration" not in source.path]
    return matches(r"\bstate\s*(?:=|!=|<>|IN\s*\()\s*\d[\d, ]*", "strings", sources)


def leaking_starts():
    """Programs started by Foundation, which inherit descriptors that other threads open at the same time; see
    `RunningProgram`. Benchmarks, and commands that start a single program, are left out."""
    alone = ("Services/CommandLine/Gyrus/", "Generator/", "Tests/Benchmarks/", "Tests/Device/")
    sources = [source for source in swift("Services", "Shared", "Tests") if not any(a in source.path for a in alone)]
    return matches(r"\bProcess\(\)", "code", sources)


def operations():
    source = next(s for s in product() if s.path.endswith("Networks/Layers/Layer+Operation.swift"))
    return set(re.findall(r"^\s*case (\w+)", source.code, re.M))


def silent_defaults():
    """Switches over layer kinds that handle a new kind silently."""
    kinds, found = operations(), []
    for source in product():
        for start, body in blocks(source.code, r"\bswitch\b[^\n{]*"):
            cases = re.findall(r"^\s*case [^\n]*", body, re.M)
            named = {name for case in cases for name in re.findall(r"\.(\w+)", case)} & kinds
            if len(named) > 1 and re.search(r"^\s*default:", body, re.M):
                found.append(f"{source.path}:{source.line(start)}: " + ", ".join(sorted(named)))
    return found


def scenario_parsing():
    """Places that parse the text of a scenario."""
    return [place for place in matches(r"\bScenarioFile\([^)\n]*", "code") if "/Model/Scenario/" not in place]


def decisions_from_text():
    """Decisions that depend on texts written for people."""
    # A migration may read once what an older version stored only as text.
    current = [source for source in product() if "+Schema" not in source.path]
    return matches(
        r"\b(?:origin|message|title|networkName)\??\.(?:hasPrefix|hasSuffix|contains|dropFirst|split)\b"
        r"|\borigin\s*[!=]=", "code", current
    ) + matches(r"\borigin (?:NOT )?(?:LIKE|=)", "strings", current)


# Number of consecutive lines that count as a copy.
WINDOW = 8


def copies():
    """Runs of lines that occur in several places of the product."""
    seen, found = {}, {}
    for source in product():
        lines = [(number, " ".join(line.split())) for number, line in enumerate(source.code.split("\n"), 1)]
        strings = source.strings.split("\n")
        # Very short lines, such as closing braces, do not count; strings are part of their line.
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
    "wire-in-clients": ("public declarations in clients that mention wire types", wire_in_clients),
    "literal-states": ("states that SQL gives as numbers", literal_states),
    "leaking-starts": ("starts of programs that inherit pipes of other threads", leaking_starts),
    "silent-defaults": ("switches over layer kinds with a default", silent_defaults),
    "scenario-parsing": ("places that parse the text of a scenario", scenario_parsing),
    "decisions-from-text": ("decisions that depend on texts written for people", decisions_from_text),
    "copies": (f"pairs of files that share {WINDOW} lines", copies),
}
