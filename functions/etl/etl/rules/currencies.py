"""The names of money before or behind an amount: ISO codes, signs and the words exports write."""

import re
import unicodedata
from typing import Final

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AZN BAM BDT BGN BHD BND BOB BRL BWP BYN CAD CDF CHF CLP CNY COP CRC
    CZK DKK DOP DZD EGP ETB EUR FJD GBP GEL GHS GTQ HKD HNL HRK HUF IDR ILS INR IQD IRR ISK JMD JOD
    JPY KES KHR KRW KWD KZT LAK LBP LKR LYD MAD MDL MKD MMK MOP MUR MXN MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SEK SGD SYP THB TND TRY TTD TWD TZS
    UAH UGX USD UYU UZS VES VND XAF XOF YER ZAR ZMW ZWL
"""
CODES: Final = frozenset(_CODES.split())
# Their amounts have three places; no other currency's have.
_OF_THREE_PLACES: Final = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
# Hundredths and thousandths: 50¢ is not 50.
_SMALL_COIN = frozenset("¢￠₥₰")

# Each word, and the codes that may stand at the amount's other end ("$12.50 CAD").
_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BND FJD JMD TTD NAD ZWL"
_WORDS_AND_CODES = {
    "$": _DOLLARS,
    "US$": "USD", "U$S": "USD",
    "A$": "AUD", "AU$": "AUD", "C$": "CAD NIO", "CA$": "CAD", "CDN$": "CAD", "CAN$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "NT$": "TWD", "MX$": "MXN",
    "MEX$": "MXN", "AR$": "ARS", "CL$": "CLP", "COL$": "COP", "CO$": "COP", "UY$": "UYU",
    "$U": "UYU", "RD$": "DOP", "B$": "BND", "BZ$": "", "EC$": "", "FJ$": "FJD", "J$": "JMD",
    "TT$": "TTD", "N$": "NAD", "Z$": "ZWL", "MOP$": "MOP", "R$": "BRL",
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP EGP LBP SYP", "E£": "EGP", "LE": "EGP",
    "L.E.": "EGP", "¥": "JPY CNY", "￥": "JPY CNY", "円": "JPY", "元": "CNY TWD HKD", "圆": "CNY",
    "圓": "TWD HKD", "RMB": "CNY", "人民币": "CNY", "CN¥": "CNY", "JP¥": "JPY", "₩": "KRW",
    "원": "KRW", "₹": "INR", "RS": "INR PKR LKR NPR MUR", "RS.": "INR PKR LKR NPR MUR",
    "RE": "INR", "RE.": "INR", "₨": "INR PKR LKR NPR MUR", "रु": "INR NPR", "रु.": "INR NPR",
    "TK": "BDT", "TK.": "BDT", "৳": "BDT",
    "KR": "SEK NOK DKK ISK", "KR.": "SEK NOK DKK ISK", "ZŁ": "PLN", "ZL": "PLN", "KČ": "CZK",
    "KC": "CZK", "FT": "HUF", "LEI": "RON MDL", "LEU": "RON MDL", "ЛВ": "BGN", "ЛВ.": "BGN",
    "LV": "BGN", "LV.": "BGN", "KN": "HRK", "DIN": "RSD", "DIN.": "RSD", "ДИН": "RSD",
    "ДИН.": "RSD", "KM": "BAM", "ДЕН": "MKD", "ДЕН.": "MKD",
    "₽": "RUB", "РУБ": "RUB", "РУБ.": "RUB", "Р": "RUB", "Р.": "RUB", "RUB.": "RUB", "₴": "UAH",
    "ГРН": "UAH", "ГРН.": "UAH", "BR": "BYN ETB", "₸": "KZT", "ТГ": "KZT", "ТГ.": "KZT",
    "TL": "TRY", "₺": "TRY", "₪": "ILS", "NIS": "ILS", "FR": "CHF", "FR.": "CHF", "SFR": "CHF",
    "SFR.": "CHF", "FCFA": "XOF XAF", "CFA": "XOF XAF", "DH": "AED MAD", "DHS": "AED MAD",
    "DHS.": "AED MAD", "SR": "SAR", "QR": "QAR", "KD": "KWD", "BD": "BHD", "JD": "JOD",
    "R": "ZAR", "KSH": "KES", "KSH.": "KES", "TSH": "TZS", "USH": "UGX", "GH₵": "GHS",
    "GH¢": "GHS", "₦": "NGN", "RM": "MYR", "RP": "IDR", "RP.": "IDR", "฿": "THB", "บาท": "THB",
    "₫": "VND", "Đ": "VND", "VNĐ": "VND", "₱": "PHP", "S/": "PEN", "S/.": "PEN", "BS": "BOB VES",
    "BS.": "BOB VES", "B/.": "PAB", "₲": "PYG", "GS": "PYG", "GS.": "PYG", "₡": "CRC", "Q": "GTQ",
    "DM": "", "LEK": "ALL", "LEKË": "ALL",
    "ر.س": "SAR", "ر.س.": "SAR", "ريال": "SAR QAR OMR YER", "د.إ": "AED", "د.إ.": "AED",
    "درهم": "AED MAD", "ج.م": "EGP", "ج.م.": "EGP", "جنيه": "EGP", "د.ك": "KWD", "د.ك.": "KWD",
    "د.ب": "BHD", "د.ب.": "BHD", "ر.ق": "QAR", "ر.ق.": "QAR", "ر.ع": "OMR", "ر.ع.": "OMR",
    "د.أ": "JOD", "د.أ.": "JOD", "د.ع": "IQD", "د.ع.": "IQD", "د.ت": "TND", "د.ت.": "TND",
    "د.ج": "DZD", "د.ج.": "DZD", "د.م": "MAD", "د.م.": "MAD", "دينار": "KWD BHD JOD IQD TND DZD",
}  # fmt: skip
# Behind a number these would be a size, a multiple or nothing that money is counted in.
_ONLY_BEFORE = frozenset({"R", "Q", "RE", "RE.", "$U", "S/", "S/.", "B/."})
_WORDS: Final = {word: frozenset(codes.split()) for word, codes in _WORDS_AND_CODES.items()}
_LONGEST = max(map(len, _WORDS))
# In "AU $25" a blank stands inside the name.
_PARTED = re.compile(r"([A-Z]{1,3})\s+(?=\$)", re.IGNORECASE)
_NO_PAISE = re.compile(r"(?<=[0-9])/[-=]$")


def without_currency(text: str) -> str:
    """The amount without its currency: one name before or behind it, or a sign and its own code.

    >>> without_currency("US$32.50"), without_currency("100 zł"), without_currency("$5 CAD")
    ('32.50', '100', '5')
    >>> without_currency("€5 USD"), without_currency("50¢")
    ('€5 USD', '50¢')
    """
    text = _NO_PAISE.sub("", text)
    before, amount, behind = _parted(text)
    if before and behind and behind not in _WORDS.get(before, ()):
        return text
    return amount if amount and (before or behind) else text


def currencies_of(text: str) -> frozenset[str]:
    """The codes that an amount's currency may be; empty where it has none, or one without a code.

    >>> sorted(currencies_of("100 kr")), sorted(currencies_of("$5 CAD")), currencies_of("100")
    (['DKK', 'ISK', 'NOK', 'SEK'], ['CAD'], frozenset())
    """
    before, _, behind = _parted(_NO_PAISE.sub("", text))
    name = behind or before
    return frozenset((name,)) if name in CODES else _WORDS.get(name, frozenset())


def has_no_three_places(text: str) -> bool:
    """Whether an amount's currency is none that is counted in thousandths.

    >>> has_no_three_places("Rp 12.000"), has_no_three_places("12.000 KWD")
    (True, False)
    """
    codes = currencies_of(text.strip("+-() "))
    return bool(codes) and not codes <= _OF_THREE_PLACES


def _parted(text: str) -> tuple[str, str, str]:
    """The name before an amount, the amount, and the name behind it."""
    before, rest = _cut_before(_PARTED.sub(r"\1", text))
    behind, amount = _cut_behind(rest)
    return before, amount, behind


def _cut_before(text: str) -> tuple[str, str]:
    """The name that the text begins with, the longest there is, and what follows it."""
    for length in range(min(_LONGEST, len(text) - 1), 0, -1):
        name, rest = text[:length].upper(), text[length:]
        # A name of letters does not go on in letters.
        if _is_name(name) and not (name[-1].isalpha() and rest[:1].isalpha()):
            return name, rest.strip()
    return "", text


def _cut_behind(text: str) -> tuple[str, str]:
    for length in range(min(_LONGEST, len(text) - 1), 0, -1):
        name, rest = text[-length:].upper(), text[:-length]
        parted = not (name[0].isalpha() and rest[-1:].isalpha())
        if parted and _is_name(name) and name not in _ONLY_BEFORE:
            return name, rest.strip()
    return "", text


def _is_name(name: str) -> bool:
    if name in _WORDS or name in CODES:
        return True
    return len(name) == 1 and unicodedata.category(name) == "Sc" and name not in _SMALL_COIN
