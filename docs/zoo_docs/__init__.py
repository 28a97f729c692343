"""What is written about the zoo by code: the references, the pictures, and the site around them."""
