"""Typst in a warm process: fonts read once, one compiler, the same faces as ours."""
import pathlib
import statistics
import sys
import time

import typst

here = pathlib.Path(__file__).parent
fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[here.parent.parent / "fonts"])
compiler = typst.Compiler(here / "contract.typ", font_paths=fonts)


def measured(standards, tags, inputs, runs=60):
    times, cpu = [], []
    for run in range(runs + 5):
        begun, worked = time.perf_counter(), time.process_time()
        pdf = compiler.compile(format="pdf", pdf_standards=standards, pdf_tags=tags, sys_inputs=inputs(run), timestamp=0)
        times.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - worked)
    times, cpu = times[5:], cpu[5:]
    return pdf, [1000 * value for value in (statistics.median(times), min(times), statistics.median(cpu))]


same = lambda run: {"n": str(run)}
other = lambda run: {"n": str(run), "shift": str(run / 10_000)}
print(f"Typst {typst.__version__}: median, least, median of CPU in ms; bytes")
for name, standards, tags in [
    ("PDF 1.7, no tags", ["1.7"], False),
    ("PDF/A-2b, tagged", ["a-2b"], True),
    ("PDF/A-2a", ["a-2a"], True),
]:
    for what, inputs in [("another number", same), ("all laid out anew", other)]:
        pdf, (median, least, cpu) = measured(standards, tags, inputs)
        print(f"  {name:18} {what:18} {median:6.1f} {least:6.1f} {cpu:6.1f} {len(pdf):8}")
pathlib.Path(sys.argv[1]).write_bytes(pdf)
