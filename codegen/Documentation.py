# Writes one offline page of every op, interface and pass from their TableGen descriptions.
# usage: Documentation.py <mlir-tblgen> <MLIR's include folder> <repository> <page.html>
import html
import os
import re
import subprocess
import sys

tablegen, mlir, root, target = sys.argv[1:]

FAMILIES = sorted(name.removesuffix("Ops.td") for name in os.listdir(root + "/dialect") if name.endswith("Ops.td"))
SOURCES = (
    [("Dialect", "dialect/Dialect.td", ["-gen-dialect-doc", "-dialect=dsa"])]
    + [("Ops: " + name.lower(), "dialect/%sOps.td" % name, ["-gen-op-doc"]) for name in FAMILIES]
    + [("Interfaces", "dialect/Interfaces.td", ["-gen-op-interface-docs"])]
    + [("Graph passes", "passes/Passes.td", ["-gen-pass-doc"])]
    + [("Lowering passes", "codegen/Passes.td", ["-gen-pass-doc"])]
)
# What every op has says nothing about one of them.
NOISE = r"Traits: .*|Effects: `MemoryEffects::Effect\{\}`|NOTE: This method \*must\* .*|\[TOC\]|<!-- .* -->"


def run(command, text=None):
    return subprocess.run(command, input=text, check=True, stdout=subprocess.PIPE, text=True).stdout


def escape(line):
    """`tensor<i64>` in a sentence is no HTML; lines that begin with a tag are those of TableGen."""
    if line.startswith("<"):
        return line
    return "".join(part if part.startswith("`") else part.replace("<", "\\<") for part in re.split("(`[^`]*`)", line))


def render(markdown):
    blocks = re.split("(^```.*?^```$)", markdown, flags=re.M | re.S)
    markdown = "".join(
        block if block.startswith("```") else "\n".join(map(escape, block.split("\n"))) for block in blocks
    )
    page = run(["cmark-gfm", "--extension", "table", "--unsafe"], markdown)
    return re.sub(r"<(/?)h[1-6]>", r"<\1h4>", page)


def pages(source, options):
    """The (name, summary, body) of each entry of one .td file, in the order of the file."""
    with open(os.path.join(root, source), encoding="utf-8") as file:
        written = file.read()
    text = run([tablegen, *options, "-I", root, "-I", mlir, os.path.join(root, source)])
    text = re.sub("^(%s)$" % NOISE, "", text, flags=re.M)
    # The forms of a pass before and after stand on lines of their own.
    text = re.sub(r"^(Before: .*)$", r"\1\\", text, flags=re.M)
    level = {"-gen-op-doc": "###", "-gen-pass-doc": "###", "-gen-op-interface-docs": "##"}.get(options[0], "#")
    found = []
    for part in re.split("^%s (?=\\S)" % level, text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        quoted = re.search(r"`-?([\w.-]+)`", title)
        name = quoted.group(1) if quoted else "dsa"
        if level == "##":
            name = title.split()[0]
        body, summary = body.strip(), ""
        line, _, rest = body.partition("\n")
        if re.fullmatch("_.*_", line):
            body, summary = rest, line[1:-1]
            # TableGen begins a sentence with a capital; a formula keeps its own letter.
            plain = summary[0].lower() + summary[1:]
            summary = plain if '"%s"' % plain in written else summary
        key = '"%s"' % name.removeprefix("dsa.")
        found.append((written.find(key), name, summary, body))
    return [entry[1:] for entry in sorted(found)]


def article(name, summary, body):
    shown = "--" + name if name.startswith("dsa-") else name
    if name == "dsa":  # the attributes of the dialect follow on its page, where nothing else is
        body = body.replace("## Attributes\n", "", 1)
    return '<article id="%s">\n<h3><a href="#%s">%s</a></h3>\n<p class="summary">%s</p>\n%s</article>\n' % (
        name,
        name,
        shown,
        html.escape(summary),
        render(body),
    )


STYLE = """
body { margin: 0; font: 16px/1.5 sans-serif; color: #222; display: flex; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; width: 17rem; flex: none; box-sizing: border-box;
  padding: 1rem; background: #f4f4f1; font-size: 14px; }
nav input { width: 100%; box-sizing: border-box; padding: .4rem; font-size: 15px; }
nav h2 { font-size: 14px; margin: 1rem 0 .2rem; } nav a { display: block; } nav a[hidden] { display: none; }
main { padding: 1rem 2.5rem; max-width: 58rem; min-width: 0; } main h2 { border-bottom: 2px solid #ccc; }
a { color: #14527a; text-decoration: none; } a:hover { text-decoration: underline; }
article { margin: 2rem 0; } article:target > h3 { background: #fff3c4; }
article h3 { font: bold 19px monospace; margin-bottom: .2rem; } article h4 { margin: 1rem 0 .3rem; }
.summary { font: italic 17px serif; margin-top: 0; }
pre { background: #f7f7f4; padding: .6rem; white-space: pre-wrap; } code { font-size: 14px; }
table { border-collapse: collapse; } td, th { border: 1px solid #ddd; padding: .15rem .6rem; text-align: left !important; }
@media print { nav { display: none; } }
"""
SCRIPT = """
const box = document.querySelector('nav input'), links = [...document.querySelectorAll('nav a')];
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(' ');
  for (const page of document.querySelectorAll('article')) {
    page.hidden = !words.every(word => page.textContent.toLowerCase().includes(word));
    links.find(link => link.hash === '#' + page.id).hidden = page.hidden;
  }
  for (const part of document.querySelectorAll('section'))
    part.hidden = !part.querySelector('article:not([hidden])');
});
"""

contents, sections = "", ""
for heading, source, options in SOURCES:
    entries = pages(source, options)
    contents += "<h2>%s</h2>\n" % heading
    contents += "".join('<a href="#%s">%s</a>\n' % (name, name) for name, _, _ in entries)
    sections += "<section><h2>%s</h2>\n%s</section>\n" % (heading, "".join(article(*entry) for entry in entries))
page = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>dsa: ops and passes</title>\n'
    "<style>%s</style></head><body>\n"
    '<nav><input type="search" placeholder="search" autofocus>\n%s</nav>\n<main><h1>dsa: ops and passes</h1>\n%s</main>\n'
    "<script>%s</script></body></html>\n" % (STYLE, contents, sections, SCRIPT)
)
os.makedirs(os.path.dirname(target), exist_ok=True)
with open(target, "w", encoding="utf-8") as file:
    file.write(page)
