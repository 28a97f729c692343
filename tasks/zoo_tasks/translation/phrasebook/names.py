"""Names from the Unicode CLDR: countries, languages, months, days, times, dates, amounts and numbers.

The CLDR has the names; gender, articles and prepositions are told here. Apostrophes and spaces are the plain ones.
"""

from __future__ import annotations

import datetime

from babel import Locale
from babel.dates import format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name

from zoo_tasks.translation.phrasebook import english, french
from zoo_tasks.translation.phrasebook.words import Noun, Number, Phrase, Place

_EN, _FR = Locale.parse("en_US"), Locale.parse("fr_FR")

# f, m: article and gender; mp, fp: plural; -: no article, `à`; e: no article, `en`
_COUNTRIES = {
    "f": "DE FR IT ES GR NO IE CN IN AR TN HU DZ",
    "m": "CA JP BR PT MA MX CL KE DK IR EC LB",
    "mp": "US NL",
    "fp": "PH",
    "-": "CU MT",
    "e": "IL",
}
_THE = ("US", "NL", "PH")  # with an English article
_LANGUAGES = "fr en de it es pt ru zh ja ar el nl hi he hu ga"
_CITIES = (
    ("Paris", "Paris"),
    ("London", "Londres"),
    ("Rome", "Rome"),
    ("Berlin", "Berlin"),
    ("Vienna", "Vienne"),
    ("Geneva", "Genève"),
    ("Athens", "Athènes"),
    ("Cairo", "@le Caire"),
    ("Tokyo", "Tokyo"),
    ("Lyon", "Lyon"),
    ("Oslo", "Oslo"),
    ("Amsterdam", "Amsterdam"),
    ("New York", "New York"),
    ("Edinburgh", "Édimbourg"),
    ("Warsaw", "Varsovie"),
)
# code -> whether the French name is feminine
_CURRENCIES = {
    "EUR": False,
    "CHF": False,
    "GBP": True,
    "JPY": False,
    "SEK": True,
    "CAD": False,
}


def _plain(text: str) -> str:
    """A typographic apostrophe and the spaces that do not break, as a keyboard has them."""
    return text.replace("\u2019", "'").replace("\u202f", " ").replace("\u00a0", " ")


def _country(code: str, gender: str) -> Place:
    name_en, name = _plain(_EN.territories[code]), _plain(_FR.territories[code])
    if code in _THE:
        name_en = f"the {name_en}"
    if gender in ("-", "e"):
        return Place(name_en, name, f"{'à' if gender == '-' else 'en'} {name}", f"de {name}")
    if gender in ("mp", "fp"):
        return Place(name_en, f"@les {name}", f"à @les {name}", f"de @les {name}")
    if gender == "f":
        return Place(name_en, f"@la {name}", f"en {name}", f"de {name}")
    vowel = french.finish(f"@le {name}").startswith("L'")
    within, out_of = (f"en {name}", f"de {name}") if vowel else (f"à @le {name}", f"de @le {name}")
    return Place(name_en, f"@le {name}", within, out_of)


COUNTRIES = tuple(_country(code, gender) for gender, codes in _COUNTRIES.items() for code in codes.split())
CITIES = tuple(Place(name_en, name, f"à {name}", f"de {name}") for name_en, name in _CITIES)
PLACES = COUNTRIES + CITIES

LANGUAGES = tuple(Phrase(_EN.languages[code], _plain(_FR.languages[code]), "language") for code in _LANGUAGES.split())

_MONTHS_EN, _MONTHS_FR = _EN.months["format"]["wide"], _FR.months["format"]["wide"]
_DAYS_EN, _DAYS_FR = _EN.days["format"]["wide"], _FR.days["format"]["wide"]
MONTHS = tuple(Phrase(_MONTHS_EN[month], _MONTHS_FR[month], "month") for month in range(1, 13))
DAYS = tuple(Phrase(_DAYS_EN[day], _DAYS_FR[day], "day") for day in range(7))
SEASONS = tuple(
    Phrase(name, name_fr, "season")
    for name, name_fr in (
        ("spring", "au printemps"),
        ("summer", "en été"),
        ("autumn", "en automne"),
        ("winter", "en hiver"),
    )
)

DATES = tuple(
    Phrase(f"{month.en} {day}", f"{'1er' if day == 1 else day} {month.fr}", "date")
    for month in MONTHS
    for day in (1, 2, 4, 5, 8, 10, 11, 12, 14, 16, 17, 20, 21, 23, 25, 28)
)


def _clock() -> tuple[Phrase, ...]:
    """Times by the clock, as CLDR writes them: `3:15 PM`, `15:15`."""
    times = [datetime.time(hour, minute) for hour in range(6, 23) for minute in (0, 15, 30, 45)]
    return tuple(
        Phrase(_plain(format_time(time, "short", locale=_EN)), _plain(format_time(time, "short", locale=_FR)), "time")
        for time in times
    )


def _spoken() -> tuple[Phrase, ...]:
    """Times as they are said: `half past three`, `trois heures et demie`."""
    times = [Phrase("noon", "midi", "time"), Phrase("midnight", "minuit", "time")]
    for hour in range(1, 12):
        said, said_fr = english.spelled(hour), french.spelled(hour, feminine=True)
        hours = "heure" if hour == 1 else "heures"
        times += [
            Phrase(f"{said} o'clock", f"{said_fr} {hours}", "time"),
            Phrase(f"half past {said}", f"{said_fr} {hours} et demie", "time"),
            Phrase(f"a quarter past {said}", f"{said_fr} {hours} et quart", "time"),
            Phrase(f"a quarter to {said}", f"{said_fr} {hours} moins le quart", "time"),
        ]
    return tuple(times)


CLOSING_TIMES = tuple(time for time in _clock() if time.en.endswith("PM") and time.en[0] in "5678")

MOMENTS = _clock() + _spoken()[:2]
"""Times that are no durations too: `depuis deux heures` would also mean `for two hours`."""

TIMES = _clock() + _spoken()

NUMBERS = tuple(Number(value) for value in (*range(2, 13), 15, 16, 20, 21, 30, 40, 50, 60, 70, 71, 80, 81, 90, 91, 100))
SMALL_NUMBERS = NUMBERS[:11]
AGES = NUMBERS[3:-1]

CURRENCIES = tuple(
    Noun(
        get_currency_name(code, 1, _EN),
        _plain(get_currency_name(code, 1, _FR)),
        feminine,
        get_currency_name(code, 2, _EN),
        _plain(get_currency_name(code, 2, _FR)),
        kind="currency",
    )
    for code, feminine in _CURRENCIES.items()
)

PRICES = tuple(
    Phrase(
        _plain(format_currency(value, "EUR", locale=_EN)), _plain(format_currency(value, "EUR", locale=_FR)), "price"
    )
    for value in (2.5, 4, 5.9, 7.5, 9.9, 12.5, 15, 18.9, 25, 40, 80, 1200)
)
KILO_PRICES = PRICES[:8]
QUANTITIES = tuple(
    Phrase(_plain(format_decimal(value, locale=_EN)), _plain(format_decimal(value, locale=_FR)), "quantity")
    for value in (150, 200, 300, 500, 1200, 2000, 5000, 12500)
)
RATES = tuple(
    Phrase(
        _plain(format_percent(value / 1000, "#,##0.#%", locale=_EN)),
        _plain(format_percent(value / 1000, "#,##0.# %", locale=_FR)),
        "rate",
    )
    for value in (15, 20, 34, 50, 80, 100, 125, 200)
)
