"""Those who look after the bot: what they may tell it in the admin room, and what it tells them there."""
