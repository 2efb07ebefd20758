"""The packaged embedder: weights, tokenizer, licence, and the recipe that builds them."""
