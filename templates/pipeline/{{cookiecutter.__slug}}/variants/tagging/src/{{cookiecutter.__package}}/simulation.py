"""Messages to a help desk that nobody wrote: an example until `sources.py` reads your own."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

_COUNT = 2700
_NOT_YET_READ = 200
_FIRST_DAY = date(2025, 1, 6)
_DAYS = 182
# Readers err: of the tags that a text has they overlook some, and now and then they give one too many.
_OVERLOOKED = 0.05
_MISTAKEN = 0.02

# How often people write about each tag, and how they put it, the usual first. Some name it, others never do.
_SHARES = {"delivery": 0.32, "return": 0.2, "damage": 0.18, "refund": 0.15, "account": 0.11, "invoice": 0.04}
_SAID: dict[str, tuple[str, ...]] = {
    "delivery": (
        "Where is my parcel?",
        "The delivery of the {item} is late.",
        "The parcel with the {item} has not come.",
        "I have been waiting for the {item} since {day}.",
        "The courier never rang the bell.",
        "Nothing has turned up so far.",
        "When will the {item} arrive?",
        "Shipping takes far longer than you promised.",
        "The {item} should have been here {ago}.",
        "Has the {item} left your warehouse yet?",
        "The tracking page has shown the same place since {day}.",
        "It was handed to a neighbour and nobody told me.",
        "How long until it gets here?",
        "The driver left it out in the rain.",
        "I stayed at home all {day} and nobody came.",
        "It must be stuck at some depot.",
        "The locker that you named was empty.",
        "You wrote that it would be here {ago}, and it is not.",
    ),
    "return": (
        "I would like to return the {item}.",
        "How can I send back the {item}?",
        "The {item} is too small for us.",
        "Can I exchange the {item}?",
        "Could I swap it for a larger one?",
        "I want to return one of the two.",
        "It does not suit me and I will not keep it.",
        "I ordered two by mistake and one has to go.",
        "Which label do I put on the box so that it goes to you?",
        "The colour is nothing like the picture, so you can have it again.",
        "How many days do I have to change my mind?",
        "I no longer need the {item}, will you take it?",
        "My wife bought the same {item}, so we have one too many.",
        "Will somebody collect it from my home?",
        "Where do I bring the {item} when I do not like it?",
    ),
    "damage": (
        "The {item} is broken.",
        "The {item} arrived damaged.",
        "I think that the {item} is faulty.",
        "The {item} stopped working {ago}.",
        "There is a crack down the side.",
        "It was broken when I opened the box.",
        "It will not switch on any more.",
        "The handle came off on the first day.",
        "Something inside rattles and two screws are loose.",
        "It has scratches all over.",
        "The {item} must be defective.",
        "What was in the box was in pieces.",
        "It smells of burning after ten minutes.",
        "A part is missing, so I cannot put it together.",
        "Water drips out at the bottom.",
        "It came with a dent and a loose screw.",
    ),
    "refund": (
        "I want a refund for the {item}.",
        "Please give me my money back.",
        "When does the refund come?",
        "You still owe me {amount} euros.",
        "I was charged twice for the {item}.",
        "When do I get paid back?",
        "You promised {ago} to reimburse me.",
        "The {amount} euros have not come to my bank.",
        "My card was billed {amount} euros too much.",
        "Please transfer what I paid for the {item}.",
        "The credit for the {item} is not on my statement.",
        "I would like to see my {amount} euros again.",
    ),
    "account": (
        "I forgot my password.",
        "I cannot log in.",
        "My account is locked.",
        "The code for signing in never comes.",
        "Your page throws me out after each click.",
        "The login page stays blank on my phone.",
        "It says that my user name is unknown.",
        "I would like to use another e-mail address from now on.",
        "Somebody else seems to order under my name.",
        "Please delete everything that you store about me.",
    ),
    "invoice": (
        "Please send me an invoice for the {item}.",
        "I need a receipt for my order.",
        "The invoice for the {item} is missing.",
        "The bill shows the wrong company.",
        "Our bookkeeper asks for a document about the {item}.",
        "I need something on paper for the tax office.",
        "VAT is missing on what you sent us.",
        "We cannot book the {item} without proof of purchase.",
        "Could you print our order number on the bill?",
    ),
}
# Sentences that hold a keyword and mean something else, with the tag that they do have.
_MISLEADING: tuple[tuple[str, str], ...] = (
    ("The delivery was quick, thank you.", ""),
    ("I do not want a refund.", ""),
    ("It is not broken, it is only too large.", "return"),
    ("Your courier was very friendly.", ""),
    ("Sorry for my broken English.", ""),
    ("I will not return the {item}, I like it.", ""),
    ("The parcel came on {day}, so that is settled.", ""),
    ("The refund came on {day}, many thanks.", ""),
    ("Please take into account that I am often away.", ""),
    ("I would be glad of a short answer in return.", ""),
    ("Is the {item} easily damaged by water?", ""),
    ("I have the receipt for the {item}.", ""),
    ("Do you offer shipping to Norway?", ""),
    ("The exchange with your colleague was pleasant.", ""),
    ("The parcel was damaged, but the {item} is fine.", ""),
    ("I do not need an invoice.", ""),
    ("I do not want to exchange it, I want my {amount} euros.", "refund"),
    ("My account has been charged twice.", "refund"),
)
# Sentences that readers take in different ways: the tag, and how often they give it.
_UNCLEAR: tuple[tuple[str, str, float], ...] = (
    ("The {item} is not what I expected.", "return", 0.5),
    ("Something is not right with the {item}.", "damage", 0.6),
    ("What happens now with what I have paid?", "refund", 0.6),
    ("I asked {ago} and I still have nothing.", "delivery", 0.6),
    ("This cannot go on much longer.", "delivery", 0.3),
    ("I need the papers of the {item}.", "invoice", 0.5),
    ("Your website does not let me finish.", "account", 0.4),
    ("I would rather not keep waiting.", "delivery", 0.4),
    ("It is of no use to me like this.", "damage", 0.4),
    ("Can this still be undone?", "return", 0.3),
)
_OTHER = (
    "I ordered the {item} {ago}.",
    "My order number is {number}.",
    "Is the {item} sold in blue as well?",
    "I am a customer of many years.",
    "Please answer soon.",
    "How heavy is the {item}?",
    "What is the {item} made of?",
    "We bought it as a present.",
    "Do you have a shop in the city?",
    "I could not reach anyone by phone.",
    "I like the {item} very much.",
    "Will the {item} be cheaper soon?",
    "I have added a picture.",
    "Does the {item} come with a manual?",
)
_GREETINGS = ("Hello,", "Dear team,", "Good morning,", "Dear Sir or Madam,", "Hi,")
_CLOSINGS = ("Kind regards", "Many thanks", "Best wishes", "Thank you for your help", "Yours faithfully")
# What is bought changes with the season: the first in winter, the last in summer.
_ITEMS = (
    "heater", "kettle", "blanket", "sledge", "scarf", "toaster", "lamp", "teapot", "desk", "coffee grinder", "bookcase",
    "backpack", "rain jacket", "bicycle pump", "lunch box", "garden chair", "watering can", "tent", "sun hat",
    "camping stove", "paddling pool", "parasol",
)  # fmt: skip
# Half of them go by a name, and new names come up all the time: no text that the model learned from holds the latest.
_BEGINNINGS = (
    "Al", "Bor", "Cas", "Del", "Fen", "Gal", "Hol", "Kor", "Lum", "Mar", "Nor", "Ost", "Pel", "Ros", "Sol", "Tal",
    "Vel",
)  # fmt: skip
_ENDINGS = ("via", "ton", "ora", "ino", "dal", "eska", "mark", "ik", "und", "is")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_AGO = ("a week ago", "three days ago", "two weeks ago", "on Monday", "a month ago", "yesterday")


def texts_and_labels() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The messages of half a year, and the tags that readers gave them; the same each time.

    Nobody has read the newest ones yet.
    """
    generator = np.random.default_rng(20250106)
    texts: list[tuple[object, ...]] = []
    labels: list[tuple[str, str]] = []
    for number in range(_COUNT):
        item_id, age = f"ticket-{number + 1:05d}", number / _COUNT
        is_labelled = number < _COUNT - _NOT_YET_READ
        channel = "mail" if generator.random() < 0.6 else "chat"
        text, tags = _message(generator, channel, age)
        texts.append((item_id, _FIRST_DAY + timedelta(days=int(age * _DAYS)), channel, text, is_labelled))
        labels.extend((item_id, tag) for tag in sorted(tags) if is_labelled)
    return (
        pd.DataFrame(texts, columns=["item_id", "written", "channel", "text", "labelled"]),
        pd.DataFrame(labels, columns=["item_id", "tag"]),
    )


def _message(generator: np.random.Generator, channel: str, age: float) -> tuple[str, set[str]]:
    """One message at `age`, from 0 (the first day) to 1 (the last), and the tags that its reader gives."""
    said: list[str] = []
    given: set[str] = set()
    for _ in range(_number(generator, (0.18, 0.54, 0.22, 0.06))):
        tag = list(_SHARES)[_number(generator, tuple(_SHARES.values()))]
        said.append(_usual(generator, _SAID[tag], age))
        given |= {tag} if generator.random() > _OVERLOOKED else set()
    if generator.random() < 0.25:
        sentence, tag = _MISLEADING[int(generator.integers(len(_MISLEADING)))]
        said.append(sentence)
        given |= {tag} - {""}
    if generator.random() < 0.22:
        sentence, tag, chance = _UNCLEAR[int(generator.integers(len(_UNCLEAR)))]
        said.append(sentence)
        given |= {tag} if generator.random() < chance else set()
    others = _number(generator, (0.2, 0.4, 0.25, 0.15) if channel == "mail" else (0.7, 0.3))
    said.extend(_usual(generator, _OTHER, age) for _ in range(others if said else others + 1))
    if generator.random() < _MISTAKEN:
        given.add(list(_SHARES)[int(generator.integers(len(_SHARES)))])
    facts = _facts(generator, age)
    sentences = [said[place].format_map(facts) for place in generator.permutation(len(said))]
    return (_as_mail if channel == "mail" else _as_chat)(generator, sentences), given


def _number(generator: np.random.Generator, shares: tuple[float, ...]) -> int:
    """A number from 0 on, as often as its share says."""
    return min(int(np.searchsorted(np.cumsum(shares), generator.random(), side="right")), len(shares) - 1)


def _usual(generator: np.random.Generator, sentences: tuple[str, ...], age: float) -> str:
    """One of the sentences; the first ones are the most usual, less so as time goes by."""
    return sentences[int(len(sentences) * generator.random() ** (2.4 - 0.6 * age))]


def _facts(generator: np.random.Generator, age: float) -> dict[str, object]:
    """What the message is about; one thing, bought in its season."""
    season = np.clip(generator.normal(0.25 + 0.5 * age, 0.2), 0, 0.999)
    item = _ITEMS[int(season * len(_ITEMS))]
    if generator.random() < 0.5:
        known = int((0.3 + 0.7 * age) * len(_BEGINNINGS) * len(_ENDINGS))
        # The latest names are the most usual.
        name = int(known * generator.random() ** 0.3)
        item = f"{_BEGINNINGS[name // len(_ENDINGS)]}{_ENDINGS[name % len(_ENDINGS)]} {item}"
    return {
        "item": item,
        "day": _WEEKDAYS[int(generator.integers(len(_WEEKDAYS)))],
        "ago": _AGO[int(generator.integers(len(_AGO)))],
        "amount": int(generator.integers(8, 240)),
        "number": int(generator.integers(10_000, 100_000)),
    }


def _as_mail(generator: np.random.Generator, sentences: list[str]) -> str:
    greeting = _GREETINGS[int(generator.integers(len(_GREETINGS)))]
    closing = _CLOSINGS[int(generator.integers(len(_CLOSINGS)))]
    return f"{greeting}\n{' '.join(sentences)}\n{closing}"


def _as_chat(generator: np.random.Generator, sentences: list[str]) -> str:
    """In small letters, in a hurry: here and there two letters have changed places."""
    words = " ".join(sentences).lower().rstrip(".").split(" ")
    return " ".join(_mistyped(generator, word) if generator.random() < 0.05 else word for word in words)


def _mistyped(generator: np.random.Generator, word: str) -> str:
    if len(word) < 4:
        return word
    place = int(generator.integers(1, len(word) - 2))
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
