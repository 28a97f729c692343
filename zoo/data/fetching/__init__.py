"""Brings the files of a named data set to this machine.

In: addresses with checksums. Out: a folder that holds the verified files, fetched once and kept.
"""
