"""String values of items by raw name: attributes, titles and words.

Shape letters: N asked rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns, StringsColumn
from server.features.raw_values import RawBags, RawStrings, RawTexts, missing_strings
from server.features.tokens import unique_words

_WORDS_SUFFIX = ".words"
_MOST_CACHED = 100_000


class WordLists:
    """The words of texts, with one growing dictionary of words; forgets all when it is full.

    Keyed by the text itself, so that a changed title needs no notice.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self._code_of_word: dict[str, int] = {}
        self._codes_of_text: dict[str, NDArray[np.int32]] = {}

    def bags(self, texts: list[str]) -> RawBags:
        """Return the words of each text; missing texts are "" and have none."""
        if len(self._codes_of_text) > _MOST_CACHED:
            self._codes_of_text = {}
        lists = [self._codes(text) for text in texts]
        lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        codes = np.concatenate([np.empty(0, np.int32), *lists])
        return RawBags(np.cumsum(lengths) - lengths, lengths, codes, self.words)

    def _codes(self, text: str) -> NDArray[np.int32]:
        found = self._codes_of_text.get(text)
        if found is None:
            codes = [self._code(word) for word in unique_words(text)]
            found = self._codes_of_text[text] = np.array(codes, np.int32)
        return found

    def _code(self, word: str) -> int:
        code = self._code_of_word.get(word)
        if code is None:
            code = self._code_of_word[word] = len(self.words)
            self.words.append(word)
        return code


class ItemTexts:
    """Answers `item.<name>` for strings; unknown names are missing."""

    def __init__(self) -> None:
        self._words: dict[str, WordLists] = {}

    def of(self, items: ItemColumns, rows: Rows, name: str) -> RawTexts:
        """Args: name: without the `item.` prefix. Rows are inside the view."""
        if name == "id":
            ids = [items.ids[row] for row in rows.tolist()]
            return RawStrings(np.arange(len(ids), dtype=np.int32), ids)
        if name.endswith(_WORDS_SUFFIX):
            return self._word_bags(items, rows, name.removesuffix(_WORDS_SUFFIX))
        if (strings := items.strings.get(name)) is not None:
            return RawStrings(strings.codes.take(rows), strings.values)
        if (sets := items.string_sets.get(name)) is not None:
            return _bags(sets, rows)
        if name == "title":
            titles = [items.titles[row] for row in rows.tolist()]
            return RawStrings(np.arange(len(titles), dtype=np.int32), titles)
        return missing_strings(len(rows))

    def _word_bags(self, items: ItemColumns, rows: Rows, name: str) -> RawTexts:
        if name == "title":
            texts = [items.titles[row] for row in rows.tolist()]
        elif (strings := items.strings.get(name)) is not None:
            codes = strings.codes[rows].tolist()
            texts = [strings.values[code] if code >= 0 else "" for code in codes]
        else:
            return missing_strings(len(rows))
        return self._words.setdefault(name, WordLists()).bags(texts)


def _bags(sets: StringsColumn, rows: Rows) -> RawBags:
    lengths_N = sets.lengths.take(rows).astype(np.int64)
    starts_N = lengths_N.cumsum() - lengths_N
    # Start, start + 1, ... of each row's entries in the column, one row after the other.
    entries_L = (sets.starts.take(rows) - starts_N).repeat(lengths_N)
    entries_L += np.arange(len(entries_L))
    return RawBags(starts_N, lengths_N, sets.codes.take(entries_L), sets.values)
