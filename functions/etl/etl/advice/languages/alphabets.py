"""What people's words are made of: letters beyond ASCII by language, frequent ones by script.

After the alphabets of Unicode's Common Locale Data Repository (exemplar characters).
"""

from typing import Final

_LETTERS: Final = {
    "ca": "àçèéíïòóúü", "da": "åæøé", "de": "äöüß", "es": "áéíñóúü", "et": "äõöüšž",
    "fr": "àâæçèéêëîïôœùûüÿ", "is": "áæðéíóöúýþ", "it": "àèéìîòóù", "nl": "áèéëïóöü",
    "pt": "àáâãçéêíóôõúü", "sq": "çë", "sv": "åäéö",
    "cs": "áčďéěíňóřšťúůýž", "hr": "čćđšž", "hu": "áéíóöőúüű", "pl": "ąćęłńóśźż",
    "ro": "âăîșşțţ", "sk": "áäčďéíĺľňóôŕšťúýž",
    "lt": "ąčėęįšūųž", "lv": "āčēģīķļņšūž", "tr": "âçğıîöşüû",
}  # fmt: skip
_WESTERN: Final = ("de", "fr", "es", "pt", "it", "nl", "sv", "da", "is", "ca", "sq")
_CENTRAL: Final = ("pl", "cs", "hu", "sk", "hr", "ro", "de")
_OF_PAGES: Final = {
    "cp1252": _WESTERN, "iso8859-15": _WESTERN, "cp850": _WESTERN, "mac-roman": _WESTERN,
    "cp1250": _CENTRAL, "iso8859-2": _CENTRAL, "cp852": _CENTRAL,
    "cp1254": ("tr", "de"), "cp1257": ("lt", "lv", "et", "pl"),
}  # fmt: skip
# Most of a text's letters are these.
_FREQUENT: Final = {
    "CYRILLIC": "оеаинтсрвлкмдпуяыьбгзчйіїє",
    "GREEK": "αοιετσςνηυρπκμλάέήίόύ",
    "HEBREW": "יוהלאבתרשמםנןכדעקחספג",
    "ARABIC": "اليمنوترهبدعسكفقحةجط",
    "THAI": "กงจดตทนบปพมยรลวสหอาิีุเแโไะั่้็์",
}
_CYRILLIC_VOWELS: Final = frozenset("аеёиоуыэюяіїє")
_GREEK_ACCENTS: Final = frozenset("άέήίόύώϊϋΐΰ")
_HEBREW_FINALS: Final = frozenset("ךםןףץ")
_A_WORD: Final = 3


def alphabets_of(page: str) -> list[frozenset[str]]:
    """The letters of each language that a code page was made for, in both cases."""
    letters = [_LETTERS[name] for name in _OF_PAGES.get(page, ())]
    return [frozenset(one) | frozenset(one.upper()) | frozenset("İ") for one in letters]


def is_frequent(char: str, script: str) -> bool:
    """Whether it is one of the script's letters that most of a text is made of."""
    return char.lower() in _FREQUENT.get(script, "")


def is_unspelt(word: str, script: str) -> bool:
    """Whether nobody spells so: no vowel, no accent, or a final form within the word."""
    if script == "CYRILLIC":
        is_mute = len(word) >= _A_WORD and not _CYRILLIC_VOWELS & set(word.lower())
        return is_mute or word[0].lower() in "ьъы"
    if script == "GREEK":
        lower = len(word) >= _A_WORD and word.lower() == word
        return "ς" in word[:-1] or word.endswith("σ") or (lower and not _GREEK_ACCENTS & set(word))
    if script == "THAI":
        # Vowels and tones stand on a consonant.
        return not word[0].isalpha()
    return script == "HEBREW" and bool(_HEBREW_FINALS & set(word[:-1]))
