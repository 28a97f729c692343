"""Adjectives of things and of people."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.words import Adjective


def _adjectives(table: str) -> tuple[Adjective, ...]:
    """Read lines of `English: French`, an irregular feminine behind a slash, `<` where it stands before its noun."""
    adjectives = []
    for line in table.strip().splitlines():
        english, french = line.strip().split(": ")
        words = english.split("/")
        before = french.startswith("<")
        masculine, _, feminine = french.removeprefix("<").partition("/")
        feminine = feminine or _feminine(masculine)
        invariable = feminine == "="
        adjectives.append(
            Adjective(
                words[0],
                masculine,
                masculine if invariable else feminine,
                masculine if invariable else _plural(masculine),
                masculine if invariable else feminine + "s",
                before,
                words[1] if len(words) > 1 else "",
                words[2] if len(words) > 2 else "",
            )
        )
    return tuple(adjectives)


def _feminine(masculine: str) -> str:
    if masculine.endswith("e"):
        return masculine
    if masculine.endswith("eux"):
        return masculine[:-1] + "se"
    if masculine.endswith("er"):
        return masculine[:-2] + "ère"
    if masculine.endswith("f"):
        return masculine[:-1] + "ve"
    if masculine.endswith("en"):
        return masculine + "ne"
    return masculine + "e"


def _plural(masculine: str) -> str:
    if masculine.endswith(("s", "x")):
        return masculine
    return masculine + ("x" if masculine.endswith("eau") else "s")


COLOURS = _adjectives("""
red: rouge
blue: bleu
green: vert
white: blanc/blanche
black: noir
yellow: jaune
brown: marron/=
grey: gris
""")

QUALITIES = _adjectives("""
heavy/heavier/heaviest: lourd
expensive/more expensive/most expensive: cher
old/older/oldest: <vieux/vieille
big/bigger/biggest: <grand
small/smaller/smallest: <petit
beautiful/more beautiful/most beautiful: <beau/belle
pretty/prettier/prettiest: <joli
ugly/uglier/ugliest: laid
dirty/dirtier/dirtiest: sale
clean/cleaner/cleanest: propre
useful/more useful/most useful: utile
modern/more modern/most modern: moderne
rare/rarer/rarest: rare
""")
"""What a thing can be, more or less of it."""

FAULTS = tuple(
    adjective
    for adjective in QUALITIES
    if adjective.en in ("heavy", "expensive", "old", "big", "small", "ugly", "dirty", "strange", "modern")
)
"""What a thing can be too much of."""

COMPARED = tuple(adjective for adjective in QUALITIES if adjective.comparative)
LONG_COMPARED = tuple(adjective for adjective in COMPARED if adjective.comparative.startswith("more"))

STATES = _adjectives("""
broken: cassé
wet: mouillé
dry: sec/sèche
useless: inutile
invisible: invisible
""")

NATIONAL = _adjectives("""
French: français
English: anglais
Italian: italien
Spanish: espagnol
Chinese: chinois
Japanese: japonais
Russian: russe
American: américain
Greek: grec/grecque
Turkish: turc/turque
""")

NEW = _adjectives("new: <nouveau/nouvelle")

OF_THINGS = COLOURS + QUALITIES + NEW + STATES + NATIONAL
"""What stands beside the name of a thing."""

CHOICES = (
    COLOURS + NEW + tuple(adjective for adjective in QUALITIES if adjective.en in ("old", "big", "small", "modern"))
)
"""What tells one thing from another of its kind."""

PREDICATES = COLOURS + QUALITIES + STATES
"""What a thing is said to be, with or without more."""

OF_ANIMALS = COLOURS[3:5] + _adjectives("""
brown: marron/=
grey: gris
old: <vieux/vieille
big: <grand
small: <petit
beautiful: <beau/belle
young: <jeune
fat: <gros/grosse
hungry: affamé
intelligent: intelligent
""")

OF_PEOPLE = _adjectives("""
old: <vieux/vieille
young: <jeune
tall: <grand
rich: riche
famous: célèbre
kind: <gentil/gentille
polite: poli
beautiful: <beau/belle
intelligent: intelligent
""")

MOODS = _adjectives("""
tired: fatigué
happy: heureux
sad: triste
sick: malade
angry: furieux
busy: occupé
ready: prêt
worried: inquiet/inquiète
alone: seul
""")
"""How somebody is today."""

GRADED_MOODS = tuple(adjective for adjective in MOODS if adjective.en not in ("alone", "ready"))

CHARACTERS = _adjectives("""
tall/taller/tallest: grand
young/younger/youngest: jeune
old/older/oldest: âgé
rich/richer/richest: riche
strong/stronger/strongest: fort
kind/kinder/kindest: gentil/gentille
polite/more polite/most polite: poli
curious/more curious/most curious: curieux
intelligent/more intelligent/most intelligent: intelligent
patient/more patient/most patient: patient
""")
"""What somebody can be more or less than somebody else."""
