"""Dependencies between targets, folders and files."""

import json
import re
import subprocess
from collections import defaultdict
from functools import cache

from sources import ROOT, components, swift

# Products whose modules have other names.
MODULES = {"Collections": {"Collections", "DequeModule", "OrderedCollections", "HeapModule"}}
IMPORT = re.compile(r"^\s*(?:@\w+\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
                    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.M)
DECLARATION = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias|extension)\s+([A-Z][\w.]*)")


@cache
def targets():
    """The package's own Swift targets, as Package.swift describes them."""
    answer = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)["targets"]


@cache
def files(path):
    """The Swift files of a target, without those in folders that belong to other targets."""
    inner = [t["path"] + "/" for t in targets() if t["path"].startswith(path + "/")]
    return [s for s in swift(path) if not any(s.path.startswith(folder) for folder in inner)]


def unused_dependencies():
    """Dependencies that a Swift target declares but none of its files imports."""
    kinds = {t["name"]: t["type"] for t in targets()}
    found = []
    for target in targets():
        sources = files(target["path"])
        if not sources or target["type"] == "system":
            continue
        imported = {name for source in sources for name in IMPORT.findall(source.code)}
        for dependency in target["dependencies"]:
            name = (dependency.get("byName") or dependency.get("product") or dependency.get("target"))[0]
            # Tests start executables, which must be built first.
            if kinds.get(name) == "executable":
                continue
            # The manifest adds it to every test target.
            if target["type"] == "test" and name == "TestSupport":
                continue
            if not imported & MODULES.get(name, {name.replace("-", "_")}):
                found.append(f"{target['name']}: {name}")
    return found


def foreign_internals():
    """Dependencies of a service on targets of another service that are not its client."""
    service = {t["name"]: t["path"].split("/")[1] for t in targets() if t["path"].startswith("Services/")}
    found = []
    for target in targets():
        for dependency in target["dependencies"]:
            name = (dependency.get("byName") or [""])[0]
            owner, user = service.get(name), service.get(target["name"])
            if owner and user and owner != user and not name.endswith("Client"):
                found.append(f"{target['name']}: {name}")
    return found


@cache
def references(path):
    """Which files of a target refer to types that other files of it declare."""
    declared = defaultdict(set)
    sources = files(path)
    for source in sources:
        for name, offset in declarations(source):
            declared[name].add(source.path)
    owners = {name: next(iter(paths)) for name, paths in declared.items() if len(paths) == 1}
    edges = {source.path: set() for source in sources}
    for source in sources:
        # A type within a type hides one of the same name that stands elsewhere.
        hiding = {name.rpartition(".")[2] for name, _ in declarations(source) if "." in name}
        for name in set(re.findall(r"\b[A-Z]\w*(?:\.[A-Z]\w*)*", source.code)):
            parts = name.split(".")
            if parts[0] in hiding:
                continue
            for length in range(1, len(parts) + 1):
                owner = owners.get(".".join(parts[:length]))
                if owner and owner != source.path:
                    edges[source.path].add(owner)
    return edges


def declarations(source):
    """The types that a file declares, by their full names, without extensions."""
    stack, depth = [], 0
    for match in re.finditer(r"[{}]|" + DECLARATION.pattern, source.code):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            while stack and stack[-1][1] >= depth:
                stack.pop()
        else:
            while stack and stack[-1][1] > depth:
                stack.pop()
            if stack and stack[-1][1] == depth:
                stack.pop()
            name = ".".join([part for part, _ in stack] + [match[1]])
            if not match[0].startswith("extension"):
                yield name, match.start()
            if not match[0].startswith("typealias"):
                stack.append((match[1], depth))


def folder_cycles():
    """Folders of a target whose files refer to each other's types in a cycle."""
    found = []
    for target in targets():
        path = target["path"]
        folders = defaultdict(set)
        for file, others in references(path).items():
            for other in others:
                ends = [end[len(path) + 1:].rpartition("/")[0] for end in (file, other)]
                if ends[0] != ends[1]:
                    folders[ends[0]].add(ends[1])
                    folders.setdefault(ends[1], set())
        for component in components(folders):
            if len(component) > 1:
                found += [f"{target['name']}: {folder or 'its own files'}" for folder in component]
    return found


def tangle(name):
    """The files of the largest strongly connected component of a target."""
    def measure():
        path = next(t["path"] for t in targets() if t["name"] == name)
        return max(components(references(path)), key=len)
    return measure


MEASURES = {
    "unused-dependencies": ("dependencies that a target declares but does not import", unused_dependencies),
    "foreign-internals": ("dependencies on services that bypass their clients", foreign_internals),
    "folder-cycles": ("folders of a target that depend on each other in a cycle", folder_cycles),
    "tangle-designer-server": ("files in the largest dependency cycle of DesignerServer", tangle("DesignerServer")),
    "tangle-search": ("files in the largest dependency cycle of Search", tangle("Search")),
}
