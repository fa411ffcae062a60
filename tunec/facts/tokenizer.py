"""What a tokenizer's files say of it.

In: a folder. Out: `TokenizerFacts`. Invariant: of a `tokenizer.json` with a hundred thousand
entries only the head is read.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tunec.facts.jsonfile import Unreadable, read_object
from tunec.files import Files

FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tekken.json",
)
"""Any of these makes a tokenizer."""
_GENERAL = (None, "PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend")
"""Classes that have no tokens of their own; others bring theirs where the files do not say."""
_HEAD = 64 * 1024
_SMALL = 256 * 1024
"""Bytes of a `tokenizer.json` that is read whole."""


class TokenizerFacts(NamedTuple):
    """A tokenizer's chat template and special tokens."""

    chat_template: str | None
    special_tokens: tuple[str, ...]
    eos_token: str | None
    pad_token: str | None
    size: int | None
    """Tokens, the added ones included; None where only the whole file would tell."""
    bos_token: str | None = None
    words: frozenset[str] = frozenset()
    """Tokens that are known to be in the vocabulary."""
    all_words: bool = False
    """Whether `words` is the whole vocabulary."""
    general: bool = True
    """Whether the class has no tokens of its own, so that what the files lack is nowhere."""
    whole: bool = True
    """Whether all files are at hand, so that a chat template that they lack is nowhere."""


def read_tokenizer(files: Files, folder: Path) -> TokenizerFacts | None:
    """The facts; None where the folder has no tokenizer.

    Raises Unreadable, whose reason begins with the name of the file, where one is damaged.
    """
    if not any(files.is_file(folder / name) for name in FILES):
        return None
    config = _optional(files, folder, "tokenizer_config.json")
    named = _optional(files, folder, "special_tokens_map.json")
    added = _added(files, folder, config)
    special = [content for content, about in added if about.get("special")]
    tokens = {
        key: _content(named.get(key)) or _content(config.get(key)) for key in _keys(config, named)
    }
    special += [token for token in tokens.values() if token]
    for table in (config, named):
        extra = table.get("additional_special_tokens")
        special += [
            token
            for each in (extra if isinstance(extra, list) else ())
            if (token := _content(each))
        ]
    size, words = _vocabulary(files, folder)
    known = {*(content for content, _ in added), *special, *(words or ())}
    return TokenizerFacts(
        chat_template=_chat_template(files, folder, config),
        special_tokens=tuple(dict.fromkeys(special)),
        eos_token=tokens.get("eos_token"),
        pad_token=tokens.get("pad_token"),
        bos_token=tokens.get("bos_token"),
        size=size,
        words=frozenset(known),
        all_words=words is not None,
        general=config.get("tokenizer_class") in _GENERAL,
    )


def _optional(files: Files, folder: Path, name: str) -> Mapping[str, object]:
    if not files.is_file(folder / name):
        return {}
    try:
        return read_object(files, folder / name)
    except Unreadable as problem:
        raise Unreadable(f"`{name}` {problem.reason}") from None


def _keys(*tables: Mapping[str, object]) -> Iterator[str]:
    """`eos_token`, `pad_token` and whatever else names a single token."""
    for table in tables:
        for key, value in table.items():
            if key.endswith("_token") and _content(value):
                yield key


def _content(token: object) -> str | None:
    """A token is written as text, or as an object with its text and flags."""
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else None


def _chat_template(files: Files, folder: Path, config: Mapping[str, object]) -> str | None:
    """The file wins over the configuration, as in transformers."""
    path = folder / "chat_template.jinja"
    if files.is_file(path):
        try:
            return files.read_text(path)
        except (OSError, UnicodeDecodeError):
            raise Unreadable("`chat_template.jinja` is not text in UTF-8") from None
    said = config.get("chat_template")
    if isinstance(said, list):
        named = {each.get("name"): each.get("template") for each in said if isinstance(each, dict)}
        said = named.get("default")
    return said if isinstance(said, str) else None


def _added(
    files: Files, folder: Path, config: Mapping[str, object]
) -> list[tuple[str, Mapping[str, object]]]:
    """Tokens that were added to the vocabulary, with what is said of each."""
    decoder = config.get("added_tokens_decoder")
    if isinstance(decoder, dict) and decoder:
        entries = list(decoder.values())
    else:
        entries = _head(files, folder / "tokenizer.json")
    return [
        (content, about)
        for about in entries
        if isinstance(about, dict) and (content := _content(about)) is not None
    ]


def _head(files: Files, path: Path) -> list[object]:
    """The list of added tokens, which comes before the vocabulary."""
    if not files.is_file(path):
        return []
    limit = _HEAD
    while True:
        data = files.read_bytes(path, limit)
        text = data.decode("utf-8", "ignore")
        start = text.find('"added_tokens"')
        opening = text.find("[", start) if start >= 0 else -1
        if opening >= 0:
            try:
                found, _ = json.JSONDecoder().raw_decode(text, opening)
            except json.JSONDecodeError:
                found = None
            if isinstance(found, list):
                return found
        if len(data) < limit or limit >= 16 * _HEAD:
            return []
        limit *= 4


def _vocabulary(files: Files, folder: Path) -> tuple[int | None, list[str] | None]:
    """How many tokens there are, and which; None where only a large file would tell."""
    path = folder / "tokenizer.json"
    if not files.is_file(path) or files.size(path) > _SMALL:
        return None, None
    try:
        table = read_object(files, path)
    except Unreadable as problem:
        raise Unreadable(f"`tokenizer.json` {problem.reason}") from None
    model = table.get("model")
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    ids: list[int] = []
    words: list[str] | None = None
    if isinstance(vocabulary, dict):
        ids = [number for number in vocabulary.values() if isinstance(number, int)]
        words = list(vocabulary)
    elif isinstance(vocabulary, list):
        ids = [len(vocabulary) - 1]
    added = table.get("added_tokens")
    for each in added if isinstance(added, list) else ():
        number = each.get("id") if isinstance(each, dict) else None
        if isinstance(number, int):
            ids.append(number)
    return (max(ids) + 1 if ids else None), words
