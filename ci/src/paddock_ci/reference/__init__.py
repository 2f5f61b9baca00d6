"""The reference: pages made of what the code says of itself, and the entries of which they are made."""
