"""The remedies of a text that is not read: its encoding, and what its backslashes are."""

from etl.advice.languages.encodings import is_mixed, likely_encodings
from etl.advice.layout.layout_notices import MIXED
from etl.advice.steps import Steps, take
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.report.advice import Change


def decode(sample: Sampled, steps: Steps) -> bool:
    content = sample.path.read_bytes()
    likely = likely_encodings(content)
    if not likely:
        steps.notices += [MIXED] * is_mixed(content)
        return False
    words = ", ".join(likely[0].words[:3])
    because = (
        f"the file is no UTF-8; by this it reads {words}" if words else "every other byte is 0"
    )
    change = Change(field="encoding", value=likely[0].encoding, because=because)
    return take(sample, steps, [change])


def escape(sample: Sampled, steps: Steps) -> bool:
    """The reading of the backslash that loses fewer rows; of two alike the one that ends fields.

    As text it would leave characters behind a closing quote, which no program writes.
    """
    tried = {
        mark: try_out(sample, merged(steps.trial.description, {"escape": mark}))
        for mark in ("\\", "")
    }
    lost = {mark: _lost(trial) for mark, trial in tried.items()}
    if all(trial.refused for trial in tried.values()):
        return False
    is_alike = lost["\\"] == lost[""]
    mark = min(lost, key=lambda one: lost[one])
    because = (
        "quoted texts go on behind a quote with a backslash"
        if is_alike
        else "read so, more rows have all of their fields"
    )
    return take(sample, steps, [Change(field="escape", value=mark, because=because)])


def _lost(trial: Trial) -> int:
    if trial.refused:
        return 1 << 60
    return sum(len(judged.fields.malformed) for judged in trial.judged)
