"""How many files each kind of change touches, judged by the files that know an existing example of that kind."""

import re
from functools import partial

from rules import product
from sources import ROOT

# For each kind of change: an existing example, the words that only it uses, and the folders in which they count.
EXAMPLES = {
    "change-modality": (
        "files that know the modality of measurements over time",
        r"(?<![\w)\]?!])\.series\b|\bcase series\b|\bSeriesFitter\b", r"^(?:Services|Shared)/"),
    "change-layer": (
        "files that know the layer of a recurrent network",
        r"\.recurrent\b|\bRecurrent\w*", r"^(?:Services|Shared)/(?!.*(?:Families|Zoo))"),
    "change-search-method": (
        "files that know the method of local search",
        r"(?<![\w)])\.local\b|\bLocalSearch\b|\bcase local\b", r"^Services/(?:Designer|Console)|^Shared/(?:Search/|Model/Scenario)"),
    "change-verb": (
        "files that know the verb that resumes a scenario",
        r"\bresumeScenario\b|\bscenario\.resume\b|func resume\b|struct Resume\b|\bResume\.self",
        r"^Services/(?:Designer|CommandLine/Gyrus/(?:Gyrus|Scenario))|^Shared/Schema/Protos/designer"),
    "change-model-column": (
        "files that know the license of a model",
        r"\blicen[cs]e\b",
        r"^Services/(?:Registry|Console)|^Services/CommandLine/Gyrus/Catalog/Model|^Shared/Schema/Protos/registry"),
    "change-training-knob": (
        "files that know the compression of distributed training",
        r"\bcompression\b", r"^(?:Services|Shared)/"),
}


def files(pattern, home):
    found = [s.path for s in product() if re.search(home, s.path) and re.search(pattern, s.code + s.strings)]
    for folder, kinds in (("Shared/Schema/Protos", ("proto",)), ("Shared/CTorch", ("h", "cpp"))):
        for path in sorted(p for p in (ROOT / folder).rglob("*") if p.suffix[1:] in kinds):
            name = path.relative_to(ROOT).as_posix()
            if re.search(home, name) and re.search(pattern, path.read_text(encoding="utf-8")):
                found.append(name)
    return found


MEASURES = {
    name: (meaning, partial(files, pattern, home)) for name, (meaning, pattern, home) in EXAMPLES.items()
}
