"""What single units of a recurrent language model do: a text goes in, activations and what they follow come out."""
