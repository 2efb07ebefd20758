"""What is kept about answers and decisions."""
