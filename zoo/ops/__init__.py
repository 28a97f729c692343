"""Functions of tensors, and scopes around a model, that layers, topologies and engines share on every backend.

In come tensors; out come tensors: losses, loops over time, random numbers that belong to an example. A scope (a context
manager) hands something to the layers that run inside it, or back from them.
"""
