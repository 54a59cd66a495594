"""Words that stand for a missing value in exports, as people and programs write them."""

from typing import Final

from etl.advice.trial import Trial

_WORDS: Final = r"""
    n/a na n.a. n.a #n/a null (null) \n none nil nan unknown error undefined missing empty tbd tba
    - -- --- – — #ref! #value! #div/0! #name? #num! k.a. k.a entfällt unbekannt leer
    s/o n.d. nd inconnu desconocido desconhecido sconosciuto 不明 なし 无 없음
"""
# These stand for nothing in one export and are a slip of the hand in the next.
_DOUBTFUL: Final = {"x", "xx", "xxx", ".", "..", "*", "?", "??"}
_FREQUENT_ROWS: Final = 3
_FREQUENT_SHARE: Final = 0.01
_KNOWN: Final = {*_WORDS.split(), "not available", "not applicable", "no data"}


def missing_words(trial: Trial) -> dict[str, tuple[str, ...]]:
    """By column of numbers: refused texts that are such words; no digit is ever one.

    A doubtful one must stand in 3 rows at least and in 1 % of all.
    """
    found = {}
    frequent = max(_FREQUENT_ROWS, _FREQUENT_SHARE * trial.rows)
    for name in ("quantity", "price"):
        texts = trial.refused_texts(name)
        words = [
            text
            for text, count in texts.items()
            if text.casefold() in _KNOWN or (text.casefold() in _DOUBTFUL and count >= frequent)
        ]
        if words:
            found[name] = tuple(sorted(words))
    return found
