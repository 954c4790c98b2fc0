"""`python -m echobot`."""

from echobot.cli import main

raise SystemExit(main())
