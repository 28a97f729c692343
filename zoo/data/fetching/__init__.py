"""Downloads the files of named data sets.

In: addresses with checksums. Out: a folder with the verified files, which are downloaded once and kept.
"""
