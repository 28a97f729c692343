"""Word vectors: a file of GloVe, word2vec, fastText or NumPy, or a plugin's collection, read for the words that occur.

In: the setting `text.vectors`, and words. Out: the vectors of those of them that have one.
"""
