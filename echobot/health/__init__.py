"""How the running bot is: for monitoring, for systemd, and for the person who looks after it."""
