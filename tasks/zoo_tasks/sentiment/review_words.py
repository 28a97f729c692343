"""What the composed reviews talk about: domains, their aspects, and words of praise and blame for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """Aspects that the same words fit.

    Args:
        singular: noun phrases without their article.
        plural: the same, where the noun is plural.
        good: adjectives of praise.
        bad: adjectives of blame.
        measures: adjectives that praise with "enough" and blame with "too".
    """

    singular: tuple[str, ...]
    plural: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """One kind of thing that is reviewed.

    Args:
        things: nouns for the thing itself.
        topics: what a review of it talks about.
        good_nouns: verdicts of praise, with their article.
        bad_nouns: verdicts of blame, with their article.
        good_deeds: what somebody who liked it does.
        bad_deeds: what somebody who did not like it does.
        openings: whole sentences that say nothing about the verdict.
    """

    things: tuple[str, ...]
    topics: tuple[Topic, ...]
    good_nouns: tuple[str, ...]
    bad_nouns: tuple[str, ...]
    good_deeds: tuple[str, ...]
    bad_deeds: tuple[str, ...]
    openings: tuple[str, ...]


SHORT = frozenset(
    {
        *("bland", "bright", "cheap", "clear", "crisp", "damp", "dark", "dirty", "dull", "flat", "fresh", "harsh"),
        *("poor", "rich", "rude", "sharp", "slow", "stale", "stiff", "ugly", "warm", "lazy", "silly", "witty", "funny"),
        *("blurry", "clumsy", "cosy", "flimsy", "gloomy", "grainy", "greasy", "grumpy", "noisy", "shaky", "sloppy"),
        *("soggy", "tasty", "tinny", "friendly"),
    }
)
"""Adjectives that do not take "more"."""

FILM = Domain(
    things=("film", "movie", "thriller", "comedy", "drama"),
    topics=(
        Topic(
            ("plot", "story", "script", "ending", "dialogue"),
            ("jokes", "twists"),
            ("gripping", "clever", "moving", "original", "witty", "convincing"),
            ("dull", "predictable", "silly", "tedious", "confusing", "shallow"),
            ("long", "simple", "sentimental"),
        ),
        Topic(
            ("acting", "cast", "leading actress", "villain"),
            ("performances", "actors"),
            ("superb", "charming", "brilliant", "convincing", "memorable", "funny"),
            ("wooden", "dreadful", "stiff", "lifeless", "irritating", "clumsy"),
            ("serious", "restrained"),
        ),
        Topic(
            ("camera work", "soundtrack", "editing", "music"),
            ("costumes", "effects", "songs"),
            ("stunning", "beautiful", "inventive", "haunting", "elegant", "impressive"),
            ("ugly", "sloppy", "cheap", "distracting", "forgettable", "tasteless"),
            ("bold",),
        ),
    ),
    good_nouns=("a masterpiece", "a triumph", "a delight", "a gem"),
    bad_nouns=("a disaster", "a disappointment", "a waste of time", "a failure"),
    good_deeds=("watch it again", "recommend it to a friend", "see it twice", "applaud at the end"),
    bad_deeds=("walk out", "ask for a refund", "leave before the end", "switch it off"),
    openings=(
        "I watched it with my sister last night.",
        "We saw it on a rainy Sunday.",
        "It runs for about two hours.",
        "This was the third one by the same director.",
        "I had read the book before.",
    ),
)

BOOK = Domain(
    things=("book", "novel", "biography", "collection"),
    topics=(
        Topic(
            ("style", "translation", "first chapter", "last chapter", "writing"),
            ("dialogues", "descriptions"),
            ("elegant", "clever", "vivid", "touching", "brilliant", "precise"),
            ("clumsy", "tedious", "pretentious", "dull", "careless", "repetitive"),
            ("long", "detailed", "simple"),
        ),
        Topic(
            ("heroine", "narrator", "detective"),
            ("characters", "minor figures"),
            ("believable", "memorable", "charming", "fascinating", "likeable", "complex"),
            ("flat", "implausible", "annoying", "colourless", "shallow", "unlikeable"),
            ("mysterious", "talkative"),
        ),
    ),
    good_nouns=("a classic", "a treasure", "a page-turner", "a joy"),
    bad_nouns=("a bore", "a disappointment", "a mess", "a waste of paper"),
    good_deeds=("read it again", "give it to a friend", "order the sequel", "keep it on the shelf"),
    bad_deeds=("skip whole pages", "throw it away", "give up halfway", "return it to the shop"),
    openings=(
        "I read it on the train.",
        "My brother lent it to me in May.",
        "It has about four hundred pages.",
        "This is her second one.",
        "I bought the paperback edition.",
    ),
)

RESTAURANT = Domain(
    things=("restaurant", "place", "bistro", "pizzeria", "café"),
    topics=(
        Topic(
            ("soup", "fish", "curry", "bread", "dessert", "pasta"),
            ("vegetables", "dumplings", "cakes"),
            ("delicious", "fresh", "tasty", "wonderful", "fragrant", "well seasoned"),
            ("bland", "greasy", "stale", "soggy", "inedible", "tasteless"),
            ("hot", "sweet", "spicy", "salty"),
        ),
        Topic(
            ("waiter", "service", "owner", "staff"),
            ("waiters", "cooks"),
            ("friendly", "attentive", "polite", "helpful", "professional", "welcoming"),
            ("rude", "slow", "careless", "grumpy", "forgetful", "arrogant"),
            ("quick", "talkative"),
        ),
        Topic(
            ("dining room", "terrace", "garden"),
            ("tables", "chairs"),
            ("cosy", "lovely", "beautiful", "stylish", "inviting", "comfortable"),
            ("uncomfortable", "dirty", "ugly", "shabby", "depressing", "rickety"),
            ("large",),
        ),
    ),
    good_nouns=("a treat", "a pleasure", "a gem", "a real find"),
    bad_nouns=("a disgrace", "a disappointment", "a rip-off", "a waste of money"),
    good_deeds=("come back", "eat there again", "leave a big tip", "bring the whole family"),
    bad_deeds=("send the food back", "complain to the owner", "eat somewhere else", "warn the neighbours"),
    openings=(
        "We had dinner there on a Friday.",
        "There were six of us.",
        "It is right behind the station.",
        "We had booked a table by the window.",
        "I went there for lunch with a colleague.",
    ),
)

HOTEL = Domain(
    things=("hotel", "guest house", "hostel", "resort"),
    topics=(
        Topic(
            ("room", "bathroom", "lobby", "balcony"),
            ("rooms", "corridors"),
            ("spotless", "comfortable", "cosy", "charming", "elegant", "peaceful"),
            ("dirty", "cramped", "noisy", "shabby", "damp", "gloomy"),
            ("large", "warm", "bright"),
        ),
        Topic(
            ("porter", "receptionist", "manager", "staff"),
            ("maids", "people at the desk"),
            ("friendly", "helpful", "polite", "efficient", "obliging", "attentive"),
            ("rude", "lazy", "unhelpful", "arrogant", "grumpy", "incompetent"),
            ("quick", "discreet"),
        ),
        Topic(
            ("breakfast", "pool", "view", "garden"),
            ("towels", "beds"),
            ("excellent", "fantastic", "delightful", "lovely", "first-rate", "perfect"),
            ("awful", "disgusting", "disappointing", "terrible", "miserable", "unacceptable"),
        ),
    ),
    good_nouns=("a dream", "a bargain", "a pleasure", "a little paradise"),
    bad_nouns=("a nightmare", "a rip-off", "a disgrace", "a let-down"),
    good_deeds=("stay there again", "book another week", "recommend it to friends", "write a letter of thanks"),
    bad_deeds=("check out early", "ask for another room", "complain at the desk", "look for another hotel"),
    openings=(
        "We stayed for three nights in March.",
        "It stands next to the harbour.",
        "I was there on business.",
        "We arrived late in the evening.",
        "Our room was on the fourth floor.",
    ),
)

GADGET = Domain(
    things=("phone", "tablet", "laptop", "device"),
    topics=(
        Topic(
            ("battery", "charger", "software", "keyboard"),
            ("buttons", "cables", "updates"),
            ("reliable", "excellent", "practical", "efficient", "well designed", "impressive"),
            ("useless", "unreliable", "hopeless", "flimsy", "defective", "annoying"),
            ("simple",),
        ),
        Topic(
            ("screen", "display", "picture"),
            ("photos", "colours", "videos"),
            ("sharp", "brilliant", "crisp", "stunning", "flawless", "beautiful"),
            ("blurry", "dreadful", "grainy", "shaky", "disappointing", "poor"),
            ("bright", "dark"),
        ),
        Topic(
            ("sound", "speaker", "microphone"),
            ("loudspeakers", "headphones"),
            ("clear", "pleasant", "rich", "superb", "warm", "balanced"),
            ("tinny", "unbearable", "muffled", "harsh", "terrible", "distorted"),
            ("loud", "soft"),
        ),
    ),
    good_nouns=("a bargain", "a success", "a marvel", "a joy"),
    bad_nouns=("a piece of junk", "a failure", "a waste of money", "a let-down"),
    good_deeds=("buy it again", "give one to my parents", "order a second one", "keep it for years"),
    bad_deeds=("send it back", "return it to the shop", "throw it out of the window", "replace it at once"),
    openings=(
        "I have had it for two months.",
        "It arrived on a Tuesday.",
        "My old one was five years old.",
        "I use it every day on the train.",
        "I ordered the grey one.",
    ),
)

DOMAINS = (FILM, BOOK, RESTAURANT, HOTEL, GADGET)
