"""Month names of languages, wide and short, as CLDR has them and as people write them."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

# A language's twelve months, parted by commas; the spellings of a month by bars.
_NAMES: Final = {
    "en": (
        "jan|january,feb|february,mar|march,apr|april,may,jun|june,jul|july,aug|august,"
        "sep|sept|september,oct|october,nov|november,dec|december"
    ),
    "de": (
        "jan|januar|jän|jänner,feb|feber|februar,mar|mrz|mär|märz,apr|april,mai,jun|juni,"
        "jul|juli,aug|august,sep|sept|september,okt|oktober,nov|november,dez|dezember"
    ),
    "fr": (
        "jan|janv|janvier,fév|févr|février,mars,avr|avril,mai,juin,juil|juillet|jul,août,"
        "sept|septembre,oct|octobre,nov|novembre,déc|décembre"
    ),
    "es": (
        "ene|enero,feb|febrero,mar|marzo,abr|abril,may|mayo,jun|junio,jul|julio,ago|agosto,"
        "sep|sept|septiembre|set|setiembre,oct|octubre,nov|noviembre,dic|diciembre"
    ),
    "it": (
        "gen|gennaio,feb|febbraio,mar|marzo,apr|aprile,mag|maggio,giu|giugno,lug|luglio,"
        "ago|agosto,set|sett|settembre,ott|ottobre,nov|novembre,dic|dicembre"
    ),
    "pt": (
        "jan|janeiro,fev|fevereiro,mar|março,abr|abril,mai|maio,jun|junho,jul|julho,"
        "ago|agosto,set|setembro,out|outubro,nov|novembro,dez|dezembro"
    ),
    "nl": (
        "jan|januari,feb|februari,maart|mrt,apr|april,mei,jun|juni,jul|juli,aug|augustus,"
        "sep|september,okt|oktober,nov|november,dec|december"
    ),
    "da": (
        "jan|januar,feb|februar,mar|marts,apr|april,maj,jun|juni,jul|juli,aug|august,"
        "sep|september,okt|oktober,nov|november,dec|december"
    ),
    "sv": (
        "jan|januari,feb|februari,mar|mars,apr|april,maj,jun|juni,jul|juli,aug|augusti,"
        "sep|september,okt|oktober,nov|november,dec|december"
    ),
    "nb": (
        "jan|januar,feb|februar,mar|mars,apr|april,mai,jun|juni,jul|juli,aug|august,"
        "sep|september,okt|oktober,nov|november,des|desember"
    ),
    "fi": (
        "tammi|tammikuu|tammikuuta,helmi|helmikuu|helmikuuta,maalis|maaliskuu|maaliskuuta,"
        "huhti|huhtikuu|huhtikuuta,touko|toukokuu|toukokuuta,kesä|kesäkuu|kesäkuuta,"
        "heinä|heinäkuu|heinäkuuta,elo|elokuu|elokuuta,syys|syyskuu|syyskuuta,"
        "loka|lokakuu|lokakuuta,marras|marraskuu|marraskuuta,joulu|joulukuu|joulukuuta"
    ),
    "pl": (
        "sty|styczeń|stycznia,lut|lutego|luty,mar|marca|marzec,kwi|kwiecień|kwietnia,"
        "maj|maja,cze|czerwca|czerwiec,lip|lipca|lipiec,sie|sierpień|sierpnia,"
        "wrz|wrzesień|września,paź|październik|października,lis|listopad|listopada,"
        "gru|grudnia|grudzień"
    ),
    "cs": (
        "led|leden|ledna,úno|únor|února,bře|březen|března,dub|duben|dubna,kvě|květen|května,"
        "červen|června|čvn,července|červenec|čvc,srp|srpen|srpna,zář|září,říj|říjen|října,"
        "lis|listopad|listopadu,pro|prosince|prosinec"
    ),
    "sk": (
        "jan|január|januára,feb|február|februára,mar|marca|marec,apr|apríl|apríla,máj|mája,"
        "jún|júna,júl|júla,aug|august|augusta,sep|september|septembra,okt|október|októbra,"
        "nov|november|novembra,dec|december|decembra"
    ),
    "hu": (
        "jan|január,febr|február,márc|március,ápr|április,máj|május,jún|június,júl|július,"
        "aug|augusztus,szept|szeptember,okt|október,nov|november,dec|december"
    ),
    "ro": (
        "ian|ianuarie,feb|februarie,mar|martie,apr|aprilie,mai,iun|iunie,iul|iulie,"
        "aug|august,sept|septembrie,oct|octombrie,noiembrie|nov,dec|decembrie"
    ),
    "tr": (
        "oca|ocak,şub|şubat,mar|mart,nis|nisan,may|mayıs,haz|haziran,tem|temmuz,ağu|ağustos,"
        "eyl|eylül,eki|ekim,kas|kasım,ara|aralık"
    ),
    "hr": (
        "sij|siječanj|siječnja,velj|veljača|veljače,ožu|ožujak|ožujka,tra|travanj|travnja,"
        "svi|svibanj|svibnja,lip|lipanj|lipnja,srp|srpanj|srpnja,kol|kolovoz|kolovoza,"
        "ruj|rujan|rujna,lis|listopad|listopada,stu|studeni|studenoga,pro|prosinac|prosinca"
    ),
    "sl": (
        "jan|januar,feb|februar,mar|marec,apr|april,maj,jun|junij,jul|julij,avg|avgust,"
        "sep|september,okt|oktober,nov|november,dec|december"
    ),
    "et": (
        "jaan|jaanuar,veebr|veebruar,märts,apr|aprill,mai,juuni,juuli,aug|august,"
        "sept|september,okt|oktoober,nov|november,dets|detsember"
    ),
    "lv": (
        "janv|janvāris,febr|februāris,marts,apr|aprīlis,maijs,jūn|jūnijs,jūl|jūlijs,"
        "aug|augusts,sept|septembris,okt|oktobris,nov|novembris,dec|decembris"
    ),
    "lt": (
        "saus|sausio|sausis,vas|vasario|vasaris,kov|kovas|kovo,bal|balandis|balandžio,"
        "geg|gegužė|gegužės,birž|birželio|birželis,liep|liepa|liepos,"
        "rugp|rugpjūtis|rugpjūčio,rugs|rugsėjis|rugsėjo,spal|spalio|spalis,"
        "lapkr|lapkritis|lapkričio,gruod|gruodis|gruodžio"
    ),
    "ru": (
        "янв|январь|января,февр|февраль|февраля,мар|март|марта,апр|апрель|апреля,май|мая,"
        "июн|июнь|июня,июл|июль|июля,авг|август|августа,сент|сентябрь|сентября,"
        "окт|октябрь|октября,нояб|ноябрь|ноября,дек|декабрь|декабря"
    ),
    "uk": (
        "січ|січень|січня,лют|лютий|лютого,бер|березень|березня,квіт|квітень|квітня,"
        "трав|травень|травня,черв|червень|червня,лип|липень|липня,серп|серпень|серпня,"
        "вер|вересень|вересня,жовт|жовтень|жовтня,лист|листопад|листопада,"
        "груд|грудень|грудня"
    ),
    "bg": (
        "яну|януари,фев|февруари,март,апр|април,май,юни,юли,авг|август,сеп|септември,"
        "окт|октомври,ное|ноември,дек|декември"
    ),
    "el": (
        "ιαν|ιανουάριος|ιανουαρίου,φεβ|φεβρουάριος|φεβρουαρίου,μάρ|μάρτιος|μαρ|μαρτίου,"
        "απρ|απρίλιος|απριλίου,μάι|μάιος|μαΐ|μαΐου,ιουν|ιουνίου|ιούν|ιούνιος,"
        "ιουλ|ιουλίου|ιούλ|ιούλιος,αυγ|αυγούστου|αύγ|αύγουστος,σεπ|σεπτέμβριος|σεπτεμβρίου,"
        "οκτ|οκτωβρίου|οκτώβριος,νοέ|νοέμβριος|νοε|νοεμβρίου,δεκ|δεκέμβριος|δεκεμβρίου"
    ),
    "id": (
        "jan|januari,feb|februari,mar|maret,apr|april,mei,jun|juni,jul|juli,agu|agustus,"
        "sep|september,okt|oktober,nov|november,des|desember"
    ),
}

LANGUAGES: Final = tuple(_NAMES)


@cache
def month_numbers(languages: tuple[str, ...] = ()) -> Mapping[str, int]:
    """The number of each month by its name in lower case, with and without its accents.

    Without languages: of all of them, but for names that are another month elsewhere (listopad).
    """
    numbers: dict[str, int] = {}
    unclear = set()
    for language in languages or LANGUAGES:
        for number, spellings in enumerate(_NAMES[language].split(","), 1):
            for name in {form for spelling in spellings.split("|") for form in _forms(spelling)}:
                if numbers.setdefault(name, number) != number:
                    unclear.add(name)
    return {name: number for name, number in numbers.items() if name not in unclear}


def _forms(name: str) -> set[str]:
    letters = unicodedata.normalize("NFD", name)
    return {name, "".join(char for char in letters if not unicodedata.combining(char))}
