"""The encodings that a source may declare: each reads a file piece by piece, as a test shows.

Python knows more names, but some of them decode addresses (idna, punycode), source code
(unicode_escape) or hold back text without bound until they have seen its end (utf-7).
"""

import codecs

_NAMES = """
    ascii utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be
    iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9
    iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258
    cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864
    cp865 cp866 cp869 cp874 cp1006 cp1125 cp037 cp273 cp424 cp500 cp875 cp1026 cp1140
    mac-roman mac-latin2 mac-cyrillic mac-greek mac-turkish mac-iceland mac-croatian mac-romanian
    koi8-r koi8-u koi8-t kz1048 ptcp154 tis-620 hp-roman8
    big5 big5hkscs cp950 gb2312 gbk gb18030 hz euc_kr cp949 johab
    shift_jis shift_jis_2004 shift_jisx0213 cp932 euc_jp euc_jis_2004 euc_jisx0213
    iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr
"""
ENCODINGS = frozenset(_NAMES.split())
_CANONICAL = {codecs.lookup(name).name: name for name in ENCODINGS}


def canonical_encoding(name: str) -> str | None:
    """Our name of an encoding, by whatever alias it goes; None for what is not read.

    >>> canonical_encoding("Latin-1"), canonical_encoding("idna")
    ('iso8859-1', None)
    """
    try:
        return _CANONICAL.get(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return None
