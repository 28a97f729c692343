"""The tasks that come with the zoo; each is a plugin like any other."""
