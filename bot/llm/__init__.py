"""Language models from any provider, behind time limits, retries, a breaker and a budget."""
