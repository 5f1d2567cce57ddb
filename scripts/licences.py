#!/usr/bin/env python3
"""Writes assets/licences.txt: every crate in Cargo.lock under its licence, for the app's About.

Needs the crates' manifests, which cargo fetches where they are missing. Run it when Cargo.lock gains or loses a crate;
a test says when.
"""

import collections
import json
import pathlib
import subprocess
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = """\
Onhand is built from these open-source crates, with thanks to their authors.
Some serve other systems than yours, or its tests only. Each crate's own page on crates.io
has the full text of its licence.
"""


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    by_licence = collections.defaultdict(set)
    for package in packages:
        if package["source"]:
            # Cargo's old way to write OR is a slash.
            licence = package["license"] or "unknown"
            by_licence[licence.replace("/", " OR ").replace("  ", " ")].add(package["name"])
    parts = [HEAD]
    for licence in sorted(by_licence):
        names = ", ".join(sorted(by_licence[licence]))
        lines = textwrap.wrap(names, 96, break_long_words=False, break_on_hyphens=False)
        parts.append("\n".join([licence, *("  " + line for line in lines)]) + "\n")
    (ROOT / "assets/licences.txt").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
