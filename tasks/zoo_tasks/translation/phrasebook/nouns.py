"""Nouns by what can be done with them."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.english import plural
from zoo_tasks.translation.phrasebook.words import Noun


def _french_plural(noun: str) -> str:
    head, space, rest = noun.partition(" ")
    if head.endswith(("s", "x", "z")):
        return noun
    if head.endswith("al"):
        head = head[:-1] + "ux"
    elif head.endswith(("eau", "eu")):
        head += "x"
    else:
        head += "s"
    return head + space + rest


def _nouns(table: str, kind: str = "noun") -> tuple[Noun, ...]:
    """Read lines of `English: French gender`; an irregular plural stands behind a slash."""
    nouns = []
    for line in table.strip().splitlines():
        english, french = line.strip().split(": ")
        french, gender = french.rsplit(" ", 1)
        singular_en, _, plural_en = english.partition("/")
        singular_fr, _, plural_fr = french.partition("/")
        nouns.append(
            Noun(
                singular_en,
                singular_fr,
                gender == "f",
                plural_en or plural(singular_en),
                plural_fr or _french_plural(singular_fr),
                kind,
            )
        )
    return tuple(nouns)


THINGS = _nouns("""
book: livre m
car: voiture f
key: clé f
letter: lettre f
bag: sac m
watch: montre f
umbrella: parapluie m
hat: chapeau m
dress: robe f
lamp: lampe f
knife/knives: couteau m
cup: tasse f
bottle: bouteille f
suitcase: valise f
newspaper: journal m
computer: ordinateur m
bicycle: vélo m
boat: bateau m
clock: horloge f
guitar: guitare f
scarf/scarves: écharpe f
envelope: enveloppe f
screen: écran m
basket: panier m
candle: bougie f
jewel: bijou/bijoux m
axe: hache f
harp: harpe f
tool: outil m
picture: tableau m
""")
"""What can be bought, found, lost and broken."""

TEXTS = tuple(noun for noun in THINGS if noun.en in ("book", "letter", "newspaper", "notebook", "envelope"))

ANIMALS = _nouns("""
cat: chat m
dog: chien m
horse: cheval m
bird: oiseau m
cow: vache f
mouse/mice: souris f
owl: hibou/hiboux m
goose/geese: oie f
""")

PEOPLE = _nouns("""
man/men: homme m
woman/women: femme f
boy: garçon m
girl: fille f
child/children: enfant m
teacher: professeur m
doctor: médecin m
neighbour: voisin m
student: étudiant m
actress: actrice f
queen: reine f
singer: chanteuse f
""")

FOODS = _nouns(
    """
apple: pomme f
orange: orange f
egg: œuf m
pear: poire f
potato/potatoes: pomme de terre f
cake: gâteau m
onion: oignon m
strawberry: fraise f
lemon: citron m
bean: haricot m
apricot: abricot m
""",
    "food",
)
"""Food that is counted."""

BY_WEIGHT = tuple(noun for noun in FOODS if noun.en not in ("egg", "cake"))

DISHES = _nouns(
    """
bread: pain m
cheese: fromage m
butter: beurre m
meat: viande f
rice: riz m
soup: soupe f
salad: salade f
fish: poisson m
honey: miel m
chocolate: chocolat m
chicken: poulet m
""",
    "food",
)
"""Food that is not counted."""

COOKED = tuple(noun for noun in DISHES if noun.en in ("meat", "rice", "soup", "salad", "fish", "chicken"))
"""What is prepared, with something on it."""

SEASONINGS = _nouns(
    """
salt: sel m
oil: huile f
garlic: ail m
butter: beurre m
cream: crème f
cheese: fromage m
""",
    "food",
)

SWEETENERS = _nouns(
    """
sugar: sucre m
ice: glace f
cream: crème f
honey: miel m
""",
    "food",
)
"""What goes into a drink."""

DRINKS = _nouns(
    """
water: eau f
milk: lait m
coffee: café m
tea: thé m
wine: vin m
beer: bière f
orange juice: jus d'orange m
hot chocolate: chocolat chaud m
""",
    "food",
)

BUILDINGS = _nouns("""
bank: banque f
station: gare f
market: marché m
museum: musée m
school: école f
hospital: hôpital m
airport: aéroport m
hotel: hôtel m
church: église f
library: bibliothèque f
restaurant: restaurant m
post office: bureau de poste m
bakery: boulangerie f
pharmacy: pharmacie f
cinema: cinéma m
castle: château m
university: université f
""")

HOT_DRINKS = tuple(noun for noun in DRINKS if noun.en in ("coffee", "tea", "hot chocolate"))
COLD_DRINKS = tuple(noun for noun in DRINKS if noun not in HOT_DRINKS)

EDIBLE = DISHES + DRINKS

OPENING = _nouns("""
bank: banque f
museum: musée m
library: bibliothèque f
restaurant: restaurant m
post office: bureau de poste m
bakery: boulangerie f
pharmacy: pharmacie f
university: université f
shop: magasin m
""")
"""Buildings with opening hours."""

ROOMS = _nouns("""
kitchen: cuisine f
garden: jardin m
bedroom: chambre f
bathroom: salle de bains f
living room: salon m
garage: garage m
cellar: cave f
attic: grenier m
office: bureau m
""")

FURNITURE = _nouns("""
table: table f
chair: chaise f
bed: lit m
cupboard: armoire f
shelf/shelves: étagère f
desk: bureau m
sofa: canapé m
box: boîte f
armchair: fauteuil m
""")

FAMILY = _nouns("""
brother: frère m
sister: sœur f
mother: mère f
father: père m
aunt: tante f
uncle: oncle m
daughter: fille f
son: fils m
grandmother: grand-mère/grands-mères f
grandfather: grand-père/grands-pères m
wife/wives: femme f
""")

CHILDREN = tuple(noun for noun in FAMILY if noun.en in ("brother", "sister", "daughter", "son", "aunt", "uncle"))
"""Relatives of whom there are several."""

TRANSPORT = _nouns("""
train: train m
bus: bus m
plane: avion m
""")

LOCAL_TRANSPORT = _nouns("""
train: train m
bus: bus m
tram: tram m
taxi: taxi m
metro: métro m
""")

EVENTS = _nouns("""
meeting: réunion f
exam: examen m
concert: concert m
party: fête f
wedding: mariage m
exhibition: exposition f
interview: entretien m
""")

LONG_UNITS = _nouns("""
day: jour m
week: semaine f
month: mois m
year: an m
""")

UNITS_OF_TIME = LONG_UNITS + _nouns("hour: heure f")

CONTAINERS = _nouns("""
glass: verre m
bottle: bouteille f
jug: pichet m
""")
