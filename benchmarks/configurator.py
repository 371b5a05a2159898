"""Configurators: how long compiling takes, how large the results are, how fast clicks are.

Node runs the shipped module. Beside it, in the same run and with the same clicks, runs
`logic-solver` (npm), where `--peer DIR` names a folder with it in `node_modules`. Compile times
are processor time, because other work on the machine says nothing about the compiler.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _configurator_browser import first_answers  # noqa: E402  beside this script
from _configurator_car import car  # noqa: E402
from _rows import Row, options, row, show  # noqa: E402

from syndicator.configurator import (  # noqa: E402  run from a clone, installed or not
    Artefact,
    CompileBudgetError,
    Model,
    compile_model,
    labels,
)
from syndicator.configurator.formulas import plain  # noqa: E402
from syndicator.configurator.importing import read_sxfm  # noqa: E402
from syndicator.sources.rules import read_configurators  # noqa: E402
from syndicator.widgets import find_widgets  # noqa: E402

BICYCLE = "content/configurators/fjord.yaml"
SMALL = {"subseaCS", "printers", "banking"}
PEER_MODEL = "banking"
SECONDS = 120.0


def compiled(model: Model) -> tuple[Artefact | None, float]:
    """Compile within the budget; None where it is refused. Processor seconds."""
    began = time.process_time()
    try:
        artefact = compile_model(model)
    except CompileBudgetError:
        artefact = None
    return artefact, time.process_time() - began


def clicked(artefact: Artefact, words: bytes, *, paths: int, **more: object) -> dict[str, Any]:
    """Run random click paths in Node."""
    job = {
        "artefact": base64.b64encode(artefact.data).decode(),
        "labels": json.loads(words), "paths": paths, "clicks": 12, "seed": 1, **more,
    }  # fmt: skip
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("_configurator_clicks.mjs"))],
        input=json.dumps(job).encode(), capture_output=True, check=True, timeout=600,
    )  # fmt: skip
    return json.loads(done.stdout)


def packed(data: bytes) -> int:
    """Return the size as it travels."""
    return len(gzip.compress(data, 9))


def bicycle() -> Iterator[Row]:
    """The bicycle of the reference workspace with the whole app."""
    models, _ = read_configurators(ROOT, [BICYCLE], "en")
    artefact, seconds = compiled(models[BICYCLE])
    assert artefact is not None
    words = labels(models[BICYCLE], ("en",), "eur-retail", currency="EUR")
    app = next(one for one in find_widgets() if one.id == "configurator")
    code = sum(
        packed(data)
        for name, data in app.files.items()
        if not name.startswith("words.") or name == "words.en.json"
    )
    yield row("bicycle: compile", seconds, "s")
    yield row("runtime.js, minified, gzip", packed(app.files["runtime.js"]), "bytes", reach=5120)
    total = code + packed(artefact.data) + packed(words)
    yield row("bicycle: artefact, labels, app, gzip", total, "bytes", reach=15 * 1024)
    found = clicked(artefact, words, paths=50)
    yield row("bicycle: load and first answer in Node", found["first"], "ms")
    if (seen := first_answers(app, artefact.data, words)) is not None:
        case = "bicycle: loaded data to first answer, Chromium, 4x throttled"
        yield row(case, seen["answer"], "ms", reach=50)
        yield row("bicycle: tag to drawn form, Chromium, 4x throttled", seen["form"], "ms")
    yield row("bicycle: click with all bounds, p95", found["p95"], "ms")


def automobile(variables: int) -> Iterator[Row]:
    """The generated model of a car's size."""
    model = car(variables, variables * 332 // 268)
    rows = sum(len(rule.formula.rows) for rule in model.rules)  # type: ignore[union-attr]  tables only
    case = f"car, {variables} options, {rows} rows"
    artefact, seconds = compiled(model)
    yield row(f"{case}: compile", seconds, "s", reach=20)
    if artefact is None:
        yield row(f"{case}: refused", 1, "")
        return
    yield row(f"{case}: nodes", artefact.nodes, "nodes")
    yield row(f"{case}: artefact, gzip", packed(artefact.data), "bytes", reach=6144)
    found = clicked(artefact, labels(model, ("en",), "eur"), paths=200)
    yield row(f"{case}: click with all bounds, median", found["median"], "ms")
    yield row(f"{case}: click with all bounds, p95", found["p95"], "ms", reach=0.5)
    yield row(f"{case}: the same in processor time, p95", found["busy"], "ms", reach=0.5)


def feature_models(folder: Path, *, small: bool) -> Iterator[Row]:
    """The feature models beside the clone: an artefact or a refusal, never a hang."""
    for file in sorted(folder.glob("*.sxfm")):
        if small and file.stem not in SMALL:
            continue
        model, _ = read_sxfm(file.read_text("utf-8"), file.name)
        artefact, seconds = compiled(model)
        told = "refused" if artefact is None else f"{artefact.nodes} nodes"
        yield row(f"{file.stem}: compile ({told})", seconds, "s", reach=SECONDS)
        if artefact is not None:
            yield row(f"{file.stem}: artefact, gzip", packed(artefact.data), "bytes")


def beside_solver(folder: Path, peer: Path) -> Iterator[Row]:
    """The same clicks by logic-solver: how much slower, and whether it says the same."""
    file = folder / f"{PEER_MODEL}.sxfm"
    model, _ = read_sxfm(file.read_text("utf-8"), file.name)
    artefact, _ = compiled(model)
    assert artefact is not None
    rules = [plain(rule.formula) for rule in model.rules]
    solver = str((peer / "package.json").resolve())
    found = clicked(artefact, labels(model, ("en",), ""), paths=4, solver=solver, rules=rules)
    ratio = found["peer"] / found["median"]
    case = f"{PEER_MODEL}: click, all domains, {found['clicks']} alternating clicks"
    yield row(
        case, found["median"], "ms",
        peer="logic-solver 2.0.1", ratio=ratio, reach=100, met=ratio >= 100,
    )  # fmt: skip
    yield row(case, found["peer"], "ms", subject="logic-solver 2.0.1")
    yield row(f"{PEER_MODEL}: answers that differ", found["different"], "", reach=0)


def main() -> None:
    """Print the table, or rows as JSON."""
    parser = options(__doc__)
    parser.add_argument("--peer", type=Path, help="a folder with node_modules/logic-solver")
    parser.add_argument("--car", type=int, help="how many options the car has")
    told = parser.parse_args()
    small = told.size == "small"
    data = Path(os.environ.get("SYNDICATOR_SHARED_DATA", ROOT.parent / "shared" / "data"))
    folder = data / "rules" / "sxfm"
    rows = [*bicycle(), *automobile(told.car or (40 if small else 268))]
    rows += feature_models(folder, small=small)
    if told.peer and folder.is_dir():
        rows += beside_solver(folder, told.peer)
    show(rows, as_json=told.json)


if __name__ == "__main__":
    main()
