"""Words: American spelling and the terms of the field."""

import re

from rules import product
from sources import ROOT, swift

# British spellings, matched as whole words.
BRITISH = re.compile(
    r"\b(?:"
    r"(?:un|re|de|pre|non)?(?:synchron|normal|initial|optim|maxim|minim|organ|recogn|serial|parallel|quant|visual"
    r"|general|regular|central|final|real|util|summar|token|random|standard|categor|memor|vector|binar|sanit|custom"
    r"|character|emphas|priorit|author|special|stabil|local|modular|capital|penal|symbol|equal|factor)is(?:e[ds]?|er|ers|ing|ation|ations|able)"
    r"|analys(?:e|ed|es|ing)|licence[sd]?|colour(?:s|ed|ing|ful)?|centre[sd]?|centring|behaviours?|favours?|neighbour\w*"
    r"|honours?|labours?|metres?|grey|defence|artefacts?|catalogues?|programmes?|judgement|modell(?:ed|ing|er)"
    r"|labell(?:ed|ing|er)|signall(?:ed|ing)|travell(?:ed|ing|er)|fulfil|fulfils|learnt|spelt|burnt|whilst|amongst"
    r")\b", re.I)

# House words in names of the code, where the field has a term.
OWN_NAMES = re.compile(
    r"\b(?:goOn|takeUp|crown|crownFusion|employ|employControllers|seek(?!\(toOffset)|hopelessness|slowness|\w*[oO]ccurrences?|\w*Course|\w*Desk"
    r"|(?:Watch|Trial|Designer)Board|\w*Lesson|\w*[iI]nsights?|handIn|takeIn|\w*Meeting|leastWorkers)\b")

# House words in texts for people: help, messages, events and the manual.
OWN_WORDS = re.compile(
    r"\b(?:hand(?:s|ed)? in|tak(?:e|es|en) in|meetings?|least-workers|hopeless\w*|withdrawn|withdraws?|lessons?"
    r"|insights?|occurrences?)\b", re.I)


def documents():
    """The manual, the README, and the texts for contributors."""
    for folder in ["README.md", ".github", "Shared/Documentation"]:
        path = ROOT / folder
        yield from [path] if path.is_file() else sorted(path.rglob("*.md"))


def in_texts(pattern):
    """Places where a pattern matches texts for people: strings, comments, the manual, and the wire schema."""
    found = []
    for source in product() + swift("Tests"):
        # Names of types and keys in backticks count only where they are declared.
        for part in (source.strings, re.sub(r"`[^`\n]*`", lambda m: " " * len(m[0]), source.comments)):
            found += [f"{source.path}:{source.line(m.start())}: {m[0]}" for m in pattern.finditer(part)]
    protos = sorted((ROOT / "Shared/Schema/Protos").glob("*.proto"))
    for path in [*documents(), *protos]:
        text = re.sub(r"`[^`\n]*`", lambda m: " " * len(m[0]), path.read_text(encoding="utf-8"))
        found += [
            f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0]}" for m in pattern.finditer(text)
        ]
    return sorted(found)


def british():
    return in_texts(BRITISH)


def own_words():
    return in_texts(OWN_WORDS)


def own_names():
    return sorted(
        f"{source.path}:{source.line(m.start())}: {m[0]}"
        for source in product() for m in OWN_NAMES.finditer(source.code))


def short_comments():
    """One-line comments that only repeat the name of the declaration below."""
    found = []
    for source in product():
        lines = source.text.split("\n")
        for number, line in enumerate(lines[:-1], 1):
            comment = re.fullmatch(r"\s*/// (.*?)\.?", line)
            if not comment or (number > 1 and lines[number - 2].lstrip().startswith("///")):
                continue
            name = re.match(r"\s*(?:[\w()]+ )*?(?:var|let|case|func|struct|enum|class|actor|protocol) `?(\w+)", lines[number])
            if not name:
                continue
            words = [w.lower() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name[1])]
            said = [w.lower() for w in re.findall(r"[A-Za-z]+", comment[1])]
            if [w for w in said if w not in ("the", "a", "an", "its", "of")] == words:
                found.append(f"{source.path}:{number}: {comment[1]}")
    return found


def lost_links():
    """Links in DocC catalogs to types that their module does not declare."""
    found = []
    for catalog in sorted(ROOT.glob("S*/**/*.docc")):
        known = {catalog.stem}
        for source in swift(catalog.parent.relative_to(ROOT)):
            known.update(re.findall(r"\bpublic (?:final )?(?:struct|enum|class|actor|protocol) (\w+)", source.code))
        for page in sorted(catalog.glob("*.md")):
            for link in re.findall(r"(?<!`)``([A-Z]\w*)`", page.read_text(encoding="utf-8")):
                if link not in known:
                    found.append(f"{page.relative_to(ROOT)}: {link}")
    return found


MEASURES = {
    "lost-links": ("links in DocC catalogs to types that their module does not declare", lost_links),
    "british-spelling": ("British spellings in texts", british),
    "own-words": ("house words in texts where the field has a term", own_words),
    "own-names": ("house words in names where the field has a term", own_names),
    "empty-comments": ("comments that only repeat a name", short_comments),
}
