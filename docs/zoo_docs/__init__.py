"""Code that writes documentation: the reference pages, the diagrams and the site."""
