"""The advice as a part of report.html: refused values, the description that would keep more."""

import json
from collections.abc import Iterator
from html import escape

from etl.report.advice import Advice, Choice, Effect, Notice, RefusedValue, Suggestion

_SHOWN = 5


def advice_section(advice: Advice) -> str:
    """Empty where there is nothing to say."""
    parts = [
        *([_suggestion(advice.suggestion, advice)] if advice.suggestion else []),
        *(_choice(choice, advice) for choice in advice.choices),
        *map(_notice, advice.notices),
        *_refused(advice),
    ]
    return "".join(f"<section>{part}</section>" for part in parts)


def _suggestion(suggestion: Suggestion, advice: Advice) -> str:
    reasons = "".join(
        f"<dt><code>{escape(change.field)}</code></dt><dd>{escape(change.because)}</dd>"
        for change in suggestion.changes
    )
    return (
        f"<h2>A description that {_effect(suggestion.effect, advice)}</h2><dl>{reasons}</dl>"
        f"<p>Put this beside the file as <code>_source.json</code> and upload the file again. "
        f"Nothing is applied by itself.</p>{_document(suggestion.description)}"
    )


def _choice(choice: Choice, advice: Advice) -> str:
    options = "".join(
        f"<p><b>{escape(option.meaning)}</b>, {_effect(option.effect, advice)}:</p>"
        f"{_document(option.description)}"
        for option in choice.options
    )
    return f"<h2>For you to decide</h2><p>{escape(choice.question)}</p>{options}"


def _notice(notice: Notice) -> str:
    examples = ", ".join(f"<code>{escape(text)}</code>" for text in notice.examples)
    return f'<p class="note">{escape(notice.message)} {examples}</p>'


def _refused(advice: Advice) -> Iterator[str]:
    if advice.refused:
        tables = "".join(_table(reason, values) for reason, values in advice.refused.items())
        yield f"<h2>What was refused most often</h2>{tables}"


def _table(reason: str, values: tuple[RefusedValue, ...]) -> str:
    rows = "".join(_row(value) for value in values[:_SHOWN])
    return f"<p><code>{escape(reason)}</code></p><table>{rows}</table>"


def _row(value: RefusedValue) -> str:
    shown = "<br>".join(f"<code>{escape(text)}</code>" for text in value.shown)
    # Rows without a value to blame are different ones: each stands beside its own line.
    each = "<br>line " if len(value.shown) > 1 else ", "
    lines = each.join(f"{line:,}" for line in value.lines)
    count = f"<td class='n'>{value.count:,}</td>"
    return f"<tr><td>{shown}</td>{count}<td class='n'>line {lines}</td></tr>"


def _document(description: dict[str, object]) -> str:
    text = json.dumps(description, indent=2, ensure_ascii=False)
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _effect(effect: Effect, advice: Advice) -> str:
    of = "rows" if advice.is_complete else "rows of a sample"
    changed = f" and reads {effect.changed_values:,} kept values anew" * bool(effect.changed_values)
    if effect.more_rows > 0:
        return f"keeps {effect.more_rows:,} more of {effect.rows:,} {of}{changed}"
    fewer = f"{-effect.more_rows:,} fewer" if effect.more_rows else "as many"
    return f"keeps {fewer} of {effect.rows:,} {of}{changed}"
