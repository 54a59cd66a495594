"""Words that stand for a missing value in exports, as people and programs write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.compute as pc

from etl.advice.trial import Trial
from etl.columns import arrow
from etl.columns.text import strip
from etl.profile.columns import MAX_COLUMNS
from etl.rules.judge import KEPT

_WORDS: Final = r"""
    n/a na n.a. n.a null (null) \n none nil nan unknown error undefined missing empty tbd tba
    - -- --- – — k.a. k.a entfällt unbekannt leer
    s/o n.d. nd inconnu desconocido desconhecido sconosciuto 不明 なし 无 없음
"""
# What spreadsheets write for a failed formula: in English, German, French, Spanish, Italian,
# Portuguese, Dutch, Polish and Swedish.
_OF_FORMULAS: Final = """
    #n/a #ref! #value! #div/0! #name? #num! #null! #spill! #calc!
    #nv #bezug! #wert! #zahl! #überlauf! #kalk!
    #valeur! #nom? #nombre! #nul! #propagation!
    #n/d #¡ref! #¡valor! #¡div/0! #¿nombre? #¡num! #¡nulo! #¡desbordamiento!
    #rif! #valore! #nome? #nullo! #valor! #núm! #nulo!
    #n/b #verw! #waarde! #deel/0! #naam? #getal! #leeg!
    #n/d! #adr! #arg! #dziel/0! #nazwa? #liczba! #zero!
    #saknas! #referens! #värdefel! #division/0! #namn? #ogiltigt!
"""
_PHRASES: Final = {
    "not available", "not applicable", "no data", "keine angabe", "ohne angabe",
    "nicht verfügbar", "non disponible", "no disponible", "non disponibile", "não disponível",
}  # fmt: skip
# Of a quantity they may be none as well, and a missing one counts as 1.
_DASHES: Final = frozenset({"-", "--", "---", "–", "—"})
# These stand for nothing in one export and are a slip of the hand in the next.
_DOUBTFUL: Final = {"x", "xx", "xxx", ".", "..", "*", "?", "??"}
_FREQUENT_ROWS: Final = 3
_FREQUENT_SHARE: Final = 0.01
# Programs write these where they have nothing; what people write (none, -) may be a value of a
# column that is not one of ours.
_OF_PROGRAMS: Final = r"null (null) \n <null> <na> n/a nan nat undefined"
_OF_PEOPLE: Final = "none nil n.a. n.a - -- --- – — k.a. s/o n.d."
_NUMBERS: Final = ("quantity", "price", "order_date")
_KNOWN: Final = {*_WORDS.split(), *_OF_FORMULAS.split(), *_PHRASES}
_KNOWN_IN_TEXTS: Final = {*_OF_PROGRAMS.split(), *_OF_FORMULAS.split()}
_KNOWN_IN_OURS: Final = {*_KNOWN_IN_TEXTS, *_OF_PEOPLE.split(), *_PHRASES}


def missing_words(trial: Trial) -> dict[str, tuple[str, ...]]:
    """By column of numbers: refused texts that are such words; no digit is ever one.

    A doubtful one must stand in 3 rows at least and in 1 % of all. A dash is asked about where it
    is a quantity.
    """
    found = {}
    frequent = max(_FREQUENT_ROWS, _FREQUENT_SHARE * trial.rows)
    for name in ("quantity", "price"):
        texts = trial.refused_texts(name)
        words = [
            text
            for text, count in texts.items()
            if (text.casefold() in _KNOWN and not (name == "quantity" and text in _DASHES))
            or (text.casefold() in _DOUBTFUL and count >= frequent)
        ]
        if words:
            found[name] = tuple(sorted(words))
    return found


def dashes(trial: Trial) -> dict[str, int]:
    """Refused quantities that are dashes, with their rows.

    None where the description lists the words of quantities: nobody asks again.
    """
    described = trial.description.missing
    if isinstance(described, dict) and "quantity" in described:
        return {}
    texts = trial.refused_texts("quantity")
    return {text: count for text, count in texts.items() if text in _DASHES}


@dataclass(frozen=True, slots=True)
class TextWords:
    """Such words of a column of texts, as the file writes them, with the rows that are kept."""

    column: str
    counts: tuple[tuple[str, int], ...]


def words_in_texts(trial: Trial) -> list[TextWords]:
    """By column of texts. They keep their rows, so that only a person can say what is meant.

    Nobody is asked about a column for which the description lists no word.
    """
    assert trial.header is not None
    found = []
    settled = {name for name, words in described_words(trial).items() if not words}
    for column in trial.header.file_names[:MAX_COLUMNS]:
        if column in _NUMBERS or column in settled:
            continue
        is_ours = column in ("order_id", "customer_id", "product")
        known = _KNOWN_IN_OURS if is_ours else _KNOWN_IN_TEXTS
        words = [text for text, _ in trial.texts(column).most_common() if text.casefold() in known]
        counts = [(word, count) for word in words if (count := kept_cells(trial, column, [word]))]
        if counts:
            found.append(TextWords(column, tuple(counts)))
    return found


def kept_cells(trial: Trial, column: str, words: Sequence[str]) -> int:
    """In how many rows that are kept one of these words stands in the file."""
    wanted = arrow.texts(words)
    return sum(
        int((arrow.booleans(pc.is_in(strip(judged.fields.columns[column]), wanted)) & kept).sum())
        for judged in trial.judged
        if (kept := judged.reasons == KEPT).any()
    )


def described_words(trial: Trial) -> dict[str, list[str]]:
    """The words of the description in force by column; those of all columns under each."""
    assert trial.header is not None
    described = trial.description.missing
    if isinstance(described, dict):
        return {name: list(words) for name, words in described.items()}
    return {name: list(described) for name in trial.header.names} if described else {}
