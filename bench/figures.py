"""How figures are written down: medians with their ranges, tables."""

import statistics


def spread(values, form="{:,.0f}"):
    """Median and range."""
    middle = form.format(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({form.format(min(values))} to {form.format(max(values))})"


def ratios(ours, theirs):
    """Round by round: machines are noisy, and a round's figures were taken side by side."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def column(rounds, key):
    return [figures[key] for figures in rounds]


def table(header, rows):
    rows = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("-" * w for w in widths) + " |", *lines[1:]])


def compared(sides, rows):
    """A table with one column a side (name: its rounds) and one row a figure (name, key, form)."""
    return table(["", *sides], [[name, *(spread(column(rounds, key), form) if key in rounds[0] else ""
                                         for rounds in sides.values())] for name, key, form in rows])


RATE = ("a second", "per_second", "{:,.0f}")
TIMES = (("p50, µs", "p50_us", "{:,.0f}"), ("p99, µs", "p99_us", "{:,.0f}"), ("longest, µs", "max_us", "{:,.0f}"))
COSTS = (("server's CPU, µs each", "server_cpu_us", "{:.1f}"), ("load's CPU, µs each", "load_cpu_us", "{:.1f}"))


def by_thread(rounds):
    """CPU time a message on each thread, as one line of text."""
    names = sorted({name for figures in rounds for name in figures["threads"]})
    shown = [(name, [figures["threads"].get(name, 0.0) for figures in rounds]) for name in names]
    return ", ".join(f"{name} {spread(values, '{:.1f}')}" for name, values in shown if max(values) >= 0.05)
