"""What an operator can see of the bot while it runs: logs, metrics, health, traces."""
