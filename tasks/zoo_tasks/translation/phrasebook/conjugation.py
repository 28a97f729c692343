"""French verbs: regular classes by rule, irregular ones by table."""

from __future__ import annotations

from functools import cache

# infinitive -> present (je, tu, il, nous, vous, ils), past participle, stem of the future
_IRREGULAR = {
    "être": ("suis es est sommes êtes sont", "été", "ser"),
    "avoir": ("ai as a avons avez ont", "eu", "aur"),
    "aller": ("vais vas va allons allez vont", "allé", "ir"),
    "faire": ("fais fais fait faisons faites font", "fait", "fer"),
    "voir": ("vois vois voit voyons voyez voient", "vu", "verr"),
    "prendre": ("prends prends prend prenons prenez prennent", "pris", "prendr"),
    "mettre": ("mets mets met mettons mettez mettent", "mis", "mettr"),
    "venir": ("viens viens vient venons venez viennent", "venu", "viendr"),
    "vouloir": ("veux veux veut voulons voulez veulent", "voulu", "voudr"),
    "pouvoir": ("peux peux peut pouvons pouvez peuvent", "pu", "pourr"),
    "devoir": ("dois dois doit devons devez doivent", "dû", "devr"),
    "savoir": ("sais sais sait savons savez savent", "su", "saur"),
    "connaître": ("connais connais connaît connaissons connaissez connaissent", "connu", "connaîtr"),
    "dire": ("dis dis dit disons dites disent", "dit", "dir"),
    "lire": ("lis lis lit lisons lisez lisent", "lu", "lir"),
    "écrire": ("écris écris écrit écrivons écrivez écrivent", "écrit", "écrir"),
    "boire": ("bois bois boit buvons buvez boivent", "bu", "boir"),
    "dormir": ("dors dors dort dormons dormez dorment", "dormi", "dormir"),
    "partir": ("pars pars part partons partez partent", "parti", "partir"),
    "sortir": ("sors sors sort sortons sortez sortent", "sorti", "sortir"),
    "recevoir": ("reçois reçois reçoit recevons recevez reçoivent", "reçu", "recevr"),
    "ouvrir": ("ouvre ouvres ouvre ouvrons ouvrez ouvrent", "ouvert", "ouvrir"),
    "offrir": ("offre offres offre offrons offrez offrent", "offert", "offrir"),
    "courir": ("cours cours court courons courez courent", "couru", "courr"),
    "suivre": ("suis suis suit suivons suivez suivent", "suivi", "suivr"),
    "rire": ("ris ris rit rions riez rient", "ri", "rir"),
    "peindre": ("peins peins peint peignons peignez peignent", "peint", "peindr"),
    "envoyer": ("envoie envoies envoie envoyons envoyez envoient", "envoyé", "enverr"),
    "mentir": ("mens mens ment mentons mentez mentent", "menti", "mentir"),
    "conduire": ("conduis conduis conduit conduisons conduisez conduisent", "conduit", "conduir"),
    "traduire": ("traduis traduis traduit traduisons traduisez traduisent", "traduit", "traduir"),
    "vivre": ("vis vis vit vivons vivez vivent", "vécu", "vivr"),
    "naître": ("nais nais naît naissons naissez naissent", "né", "naîtr"),
}
_FAMILIES = {
    "comprendre": "prendre",
    "apprendre": "prendre",
    "revenir": "venir",
    "devenir": "venir",
    "endormir": "dormir",
    "reconnaître": "connaître",
    "sourire": "rire",
}

_FUTURE = ["ai", "as", "a", "ons", "ez", "ont"]
_IMPERFECT = ["ais", "ais", "ait", "ions", "iez", "aient"]
_SILENT = (0, 1, 2, 5)  # persons whose ending is not heard, so that the stem's vowel changes
_GRAVE = {"acheter": "achèt", "lever": "lèv", "promener": "promèn", "préférer": "préfèr", "espérer": "espèr"}
_DOUBLE = {"appeler": "appell", "jeter": "jett"}


def present(infinitive: str, person: int) -> str:
    """The present tense; person 0 to 5."""
    return _forms(infinitive)[0][person]


def participle(infinitive: str) -> str:
    """The past participle, masculine singular."""
    return _forms(infinitive)[1]


def future(infinitive: str, person: int) -> str:
    """The simple future."""
    return _forms(infinitive)[2] + _FUTURE[person]


def conditional(infinitive: str, person: int) -> str:
    """The present conditional."""
    return _forms(infinitive)[2] + _IMPERFECT[person]


def imperfect(infinitive: str, person: int) -> str:
    """The imperfect."""
    if infinitive == "être":
        return "ét" + _IMPERFECT[person]
    stem = _forms(infinitive)[0][3].removesuffix("ons")
    ending = _IMPERFECT[person]
    if ending.startswith("i"):
        stem = _before_i(stem)
    return stem + ending


def gerund(infinitive: str) -> str:
    """The present participle, which follows `en`."""
    if infinitive in ("être", "avoir"):
        return "étant" if infinitive == "être" else "ayant"
    return _forms(infinitive)[0][3].removesuffix("ons") + "ant"


def _before_i(stem: str) -> str:
    if stem.endswith("ge"):
        return stem[:-1]
    if stem.endswith("ç"):
        return stem[:-1] + "c"
    return stem


@cache
def _forms(infinitive: str) -> tuple[list[str], str, str]:
    if infinitive in _IRREGULAR:
        forms, past, stem = _IRREGULAR[infinitive]
        return forms.split(), past, stem
    if infinitive in _FAMILIES:
        base = _FAMILIES[infinitive]
        prefix = infinitive.removesuffix(base)
        forms, past, stem = _IRREGULAR[base]
        return [prefix + form for form in forms.split()], prefix + past, prefix + stem
    stem, ending = infinitive[:-2], infinitive[-2:]
    if ending == "er":
        return _first_group(infinitive, stem)
    if ending == "ir" and not stem.endswith("o"):
        return [stem + end for end in ["is", "is", "it", "issons", "issez", "issent"]], stem + "i", infinitive
    if infinitive.endswith("dre"):
        return [stem + end for end in ["s", "s", "", "ons", "ez", "ent"]], stem + "u", infinitive[:-1]
    raise ValueError(f"{infinitive!r} is not a known French infinitive")


def _first_group(infinitive: str, stem: str) -> tuple[list[str], str, str]:
    silent = stem
    if infinitive in _GRAVE:
        silent = _GRAVE[infinitive]
    elif infinitive in _DOUBLE:
        silent = _DOUBLE[infinitive]
    elif infinitive.endswith(("oyer", "uyer", "ayer")):
        silent = stem[:-1] + "i"
    forms = [(silent if who in _SILENT else stem) + end for who, end in enumerate(["e", "es", "e", "ons", "ez", "ent"])]
    if stem.endswith("g"):
        forms[3] = stem + "eons"
    elif stem.endswith("c"):
        forms[3] = stem[:-1] + "çons"
    # préférer keeps its é in the future, the others take the changed stem
    future_stem = infinitive if silent == stem or infinitive in ("préférer", "espérer") else silent + "er"
    return forms, stem + "é", future_stem
