"""The words of time in English, German, French and Spanish."""

from __future__ import annotations

DAY, WEEK, MONTH, YEAR = 1, 7, 30, 365
WEEKEND, QUARTER, SEASON, DECADE = 2, 91, 92, 3652

# Of each month: its English, German, French and Spanish names.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar jänner janvier enero",
            "february februar février fevrier febrero",
            "march märz maerz mars marzo",
            "april avril abril",
            "may mai mayo",
            "june juni juin junio",
            "july juli juillet julio",
            "august août aout agosto",
            "september septembre septiembre setiembre",
            "october oktober octobre octubre",
            "november novembre noviembre",
            "december dezember décembre decembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
# Short names are also people's, and other words; they count beside a day or a year.
SHORT_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan;feb;mar;apr;;jun;jul;aug;sep sept;oct okt;nov;dec dez".split(";"), start=1
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes",
            "tuesday dienstag mardi martes",
            "wednesday mittwoch mercredi miércoles miercoles",
            "thursday donnerstag jeudi jueves",
            "friday freitag vendredi viernes",
            "saturday samstag sonnabend samedi sábado sabado",
            "sunday sonntag dimanche domingo",
        )
    )
    for name in names.split()
}
# The month a season begins with; winter ends in the year after.
SEASONS = {
    "spring": 3,
    "frühling": 3,
    "frühjahr": 3,
    "printemps": 3,
    "primavera": 3,
    "summer": 6,
    "sommer": 6,
    "été": 6,
    "verano": 6,
    "autumn": 9,
    "fall": 9,
    "herbst": 9,
    "automne": 9,
    "otoño": 9,
    "winter": 12,
    "hiver": 12,
    "invierno": 12,
}
NUMBERS = {
    word: number
    for number, words in (
        (1, "a an one ein eine einem einer einen un une una uno"),
        (2, "two couple zwei deux dos"),
        (3, "three few drei trois tres"),
        (4, "four vier quatre cuatro"),
        (5, "five fünf cinq cinco"),
        (6, "six sechs seis"),
        (7, "seven sieben sept siete"),
        (8, "eight acht huit ocho"),
        (9, "nine neun neuf nueve"),
        (10, "ten zehn dix diez"),
        (12, "twelve dozen zwölf douze doce"),
        (14, "fourteen vierzehn quatorze catorce"),
    )
    for word in words.split()
}
UNITS = {
    word: days
    for days, words in (
        (DAY, "day days tag tage tagen jour jours día días dia dias"),
        (WEEK, "week weeks woche wochen semaine semaines semana semanas"),
        (MONTH, "month months monat monate monaten mois mes meses"),
        (YEAR, "year years jahr jahre jahren an ans année années año años"),
        (WEEKEND, "weekend wochenende week-end"),
        (QUARTER, "quarter quarters quartal trimestre"),
        (DECADE, "decade decades jahrzehnt décennie década"),
    )
    for word in words.split()
}
# The same by language, and those that "this" and "last" stand beside in the singular.
UNITS_OF = {
    "en": "day days week weeks month months year years weekend quarter quarters decade decades",
    "de": "tag tage tagen woche wochen monat monate monaten monats jahr jahre jahren jahres"
    " wochenende quartal jahrzehnt",
    "fr": "jour jours semaine semaines mois an ans année années week-end trimestre décennie",
    "es": "día días dia dias semana semanas mes meses año años trimestre década",
}
PLAIN_UNITS = {
    "en": "week month year weekend quarter decade",
    "de": "woche monat monats jahr jahres wochenende",
    "fr": "semaine mois année an week-end",
    "es": "semana mes año",
}
# Patterns of "last" in each language.
LAST_WORDS = {
    "en": "last|past|previous",
    "de": "letzte[nrsm]?|vergangene[nrsm]?|vorige[nrsm]?",
    "fr": "derni[eè]re?s?|pass[eé]e?s?",
    "es": "pasad[oa]s?|últim[oa]s?|ultim[oa]s?",
}


def month_number(name: str) -> int:
    """1 for a month that begins the year, by any of its names."""
    return MONTHS.get(name.lower()) or SHORT_MONTHS[name.lower()]
