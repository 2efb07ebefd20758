"""What the articles meet: sources, reading, chunking, embedding, storing, editions, search."""
