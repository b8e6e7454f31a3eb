"""Taking the views of an attack out again."""
