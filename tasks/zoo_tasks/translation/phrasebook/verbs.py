"""Verbs by what they take."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.words import Phrase, Verb


def _verbs(table: str) -> tuple[Verb, ...]:
    """Read lines of `base: French`, or `base/past/participle: French`."""
    verbs = []
    for line in table.strip().splitlines():
        english, french = line.strip().split(": ")
        base, *rest = english.split("/")
        head, space, particle = base.partition(" ")
        past = rest[0] if rest else _past(head)
        participle = rest[1] if len(rest) > 1 else past
        verbs.append(Verb(base, past + space + particle, participle + space + particle, french))
    return tuple(verbs)


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + "ed"


ON_THINGS = _verbs("""
buy/bought: acheter
sell/sold: vendre
find/found: trouver
lose/lost: perdre
see/saw/seen: voir
look for: chercher
take/took/taken: prendre
clean: nettoyer
hide/hid/hidden: cacher
forget/forgot/forgotten: oublier
choose/chose/chosen: choisir
break/broke/broken: casser
repair: réparer
use: utiliser
borrow: emprunter
send/sent: envoyer
""")

LASTING = tuple(verb for verb in ON_THINGS if verb.en in ("look for", "clean", "hide", "repair"))
"""What somebody is in the middle of doing with a thing."""

ON_HABIT = tuple(
    verb for verb in ON_THINGS if verb.en in ("use", "clean", "forget", "lose", "repair", "hide", "borrow", "take")
)
"""What somebody does again and again with the same thing."""

ON_PASSIVE = tuple(verb for verb in ON_THINGS if verb.en not in ("see", "look for", "use", "lose"))
"""What is done once, by somebody."""

ON_PEOPLE = _verbs("""
see/saw/seen: voir
help: aider
invite: inviter
call: appeler
hear/heard: entendre
follow: suivre
thank: remercier
wait for: attendre
look for: chercher
watch: regarder
find/found: trouver
understand/understood: comprendre
choose/chose/chosen: choisir
""")

HABITS_ON_PEOPLE = tuple(
    verb
    for verb in ON_PEOPLE
    if verb.en in ("see", "help", "call", "hear", "follow", "thank", "wait for", "watch", "invite")
)

TO_PEOPLE = _verbs("""
speak to/spoke/spoken: parler
write to/wrote/written: écrire
answer: répondre
phone: téléphoner
""")
"""French says them with `à`."""

GIVING = _verbs("""
give/gave/given: donner
sell/sold: vendre
show/showed/shown: montrer
send/sent: envoyer
lend/lent: prêter
offer: offrir
bring/brought: apporter
""")

EATING = _verbs("""
eat/ate/eaten: manger
buy/bought: acheter
cook: cuisiner
order: commander
prepare: préparer
taste: goûter
""")

ACTIVITIES = _verbs("""
sleep/slept: dormir
work: travailler
sing/sang/sung: chanter
swim/swam/swum: nager
run/ran/run: courir
cook: cuisiner
travel/travelled: voyager
smoke: fumer
read/read: lire
write/wrote/written: écrire
study: étudier
eat/ate/eaten: manger
play/played: jouer
""")
"""What somebody does, without an object; French makes its past with avoir."""

PASTIMES = tuple(verb for verb in ACTIVITIES if verb.en not in ("smoke", "sleep"))

AT_THE_SAME_TIME = tuple(
    verb for verb in ACTIVITIES if verb.en in ("sing", "work", "cook", "eat", "read", "write", "study")
)

MOVES = _verbs("""
arrive: arriver
leave/left: partir
come back/came/come: revenir
go out/went/gone: sortir
go home/went/gone: rentrer
""")
"""French makes their past with être."""

REFLEXIVE = _verbs("""
get up/got: lever
wake up/woke/woken: réveiller
get dressed/got: habiller
go to bed/went/gone: coucher
fall asleep/fell/fallen: endormir
go for a walk/went/gone: promener
have fun/had: amuser
""")
"""French says them with `se`."""

ROUTINES = tuple(verb for verb in REFLEXIVE if verb.en != "have fun")
"""What has its time of day."""

SENSATIONS = tuple(
    Phrase(english, french, "sensation")
    for english, french in (
        ("hungry", "faim"),
        ("thirsty", "soif"),
        ("cold", "froid"),
        ("hot", "chaud"),
        ("afraid", "peur"),
        ("sleepy", "sommeil"),
        ("right", "raison"),
        ("wrong", "tort"),
    )
)
"""English says them with `be`, French with avoir."""

MODALS = _verbs("""
must: devoir
can: pouvoir
want to: vouloir
""")

ON_PURPOSE = tuple(verb for verb in ON_THINGS if verb.en not in ("see", "find", "lose", "forget", "look for", "break"))

BEGINNINGS = tuple(
    Phrase(english, french, "beginning")
    for english, french in (
        ("forgot", "oublié de"),
        ("tried", "essayé de"),
        ("decided", "décidé de"),
        ("began", "commencé à"),
        ("managed", "réussi à"),
    )
)
"""Followed by an infinitive, with `to`, `de` or `à`."""

ON_ANIMALS = _verbs("""
see/saw/seen: voir
find/found: trouver
follow: suivre
hear/heard: entendre
look for: chercher
feed/fed: nourrir
""")

ON_THINGS_ASKED = tuple(verb for verb in ON_THINGS if verb.en not in ("see", "find", "look for"))

ON_PEOPLE_ASKED = tuple(
    verb
    for verb in ON_PEOPLE
    if verb.en in ("help", "invite", "call", "follow", "thank", "wait for", "look for", "watch")
)
"""What one may be asked to do."""
