"""Which links of the knowledge are dead: asked for politely, in the public internet alone."""

from echobot.links.dead import dead_links as dead_links
