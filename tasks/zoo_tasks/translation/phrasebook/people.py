"""Subjects and object pronouns."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.nouns import FAMILY
from zoo_tasks.translation.phrasebook.words import Person, Profession, Pronoun

I = Person("I", "je", 0, known_gender=False)  # noqa: E741  (this is its name)
YOU = Person("you", "vous", 4, known_gender=False)
HE = Person("he", "il", 2)
SHE = Person("she", "elle", 2, feminine=True)
WE = Person("we", "nous", 3, known_gender=False)
THEY = Person("they", "ils", 5)

ASKED = (YOU, HE, SHE, WE, THEY)
"""Pronouns that a question puts behind the verb."""

PRONOUNS = (I, YOU, HE, SHE, WE, THEY)

_FEMALE = ["Marie", "Anna", "Julie", "Alice", "Emma", "Sophie"]
_MALE = ["Paul", "Thomas", "Antoine", "Simon", "Louis", "Adam"]
WOMEN = tuple(Person(name, name, 2, feminine=True) for name in _FEMALE)
MEN = tuple(Person(name, name, 2) for name in _MALE)
NAMES = WOMEN + MEN

RELATIVES = tuple(
    Person(f"my {noun.en}", f"{'ma' if noun.feminine else 'mon'} {noun.fr}", 2, feminine=noun.feminine)
    for noun in FAMILY
    if noun.en not in ("wife", "grandfather", "son", "daughter", "grandmother")
) + (
    Person("my parents", "mes parents", 5),
    Person("my sisters", "mes sœurs", 5, feminine=True),
)

OTHERS = (
    Person("the doctor", "@le médecin", 2),
    Person("the teacher", "@le professeur", 2),
    Person("the actress", "@la actrice", 2, feminine=True),
    Person("the queen", "@la reine", 2, feminine=True),
    Person("the student", "@le étudiant", 2),
    Person("the children", "@les enfants", 5),
    Person("the girls", "@les filles", 5, feminine=True),
    Person("the neighbours", "@les voisins", 5),
)

THIRD = NAMES + RELATIVES + OTHERS
"""Everybody who is neither a pronoun."""

ANYBODY = PRONOUNS + THIRD

GENDERED = tuple(person for person in ANYBODY if person.known_gender)
"""Those with whom a French adjective or participle agrees beyond doubt."""

GENDERED_PRONOUNS = (HE, SHE, THEY)

SINGLE = tuple(person for person in GENDERED if not person.plural and person not in OTHERS)
"""He, she, and one of the names or relatives."""

NAMELESS = PRONOUNS + RELATIVES + OTHERS
"""Everybody but the names, so that two people of a sentence are never the same."""

GENDERED_NAMELESS = GENDERED_PRONOUNS + RELATIVES + OTHERS

OWNERS = NAMES + tuple(person for person in RELATIVES + OTHERS if person.person == 2)
"""Who takes the English 's."""

HIM = Pronoun("him", "le", "lui")
HER = Pronoun("her", "la", "lui", feminine=True)
THEM = Pronoun("them", "les", "leur", plural=True)
KNOWN_OBJECTS = (HIM, HER, THEM)
OBJECTS = (
    Pronoun("me", "me", "me", known_gender=False),
    Pronoun("you", "vous", "vous", known_gender=False),
    Pronoun("us", "nous", "nous", known_gender=False),
    *KNOWN_OBJECTS,
)

PROFESSIONS = tuple(
    Profession(english, masculine, feminine)
    for english, masculine, feminine in (
        ("doctor", "médecin", "médecin"),
        ("baker", "boulanger", "boulangère"),
        ("student", "étudiant", "étudiante"),
        ("journalist", "journaliste", "journaliste"),
        ("architect", "architecte", "architecte"),
        ("cook", "cuisinier", "cuisinière"),
    )
)
