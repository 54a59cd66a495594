"""Words that stand for a missing value in exports, as people and programs write them."""

from typing import Final

from etl.advice.trial import Trial

_WORDS: Final = r"""
    n/a na n.a. n.a #n/a null (null) \n none nil nan unknown error undefined missing empty tbd tba
    - -- --- – — . .. ? ?? * #ref! #value! #div/0! #name? #num! k.a. k.a entfällt unbekannt leer
    s/o n.d. nd inconnu desconocido desconhecido sconosciuto 不明 なし 无 없음 x
"""
_KNOWN: Final = {*_WORDS.split(), "not available", "not applicable", "no data"}


def missing_words(trial: Trial) -> dict[str, tuple[str, ...]]:
    """By column of numbers: refused texts that are such words; no digit is ever one."""
    found = {}
    for name in ("quantity", "price"):
        words = [text for text in trial.refused_texts(name) if text.casefold() in _KNOWN]
        if words:
            found[name] = tuple(sorted(words))
    return found
