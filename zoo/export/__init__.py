"""Export: a run becomes a bundle, which answers without TensorFlow, and proves that it answers alike.

In: a run. Out: a folder or file of graphs, codecs, settings and a model card, in one of several formats.
"""
