BEGIN TRANSACTION;
CREATE TABLE conversations (
	account TEXT NOT NULL, 
	room TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	person TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	language TEXT NOT NULL, 
	offered JSON NOT NULL, 
	answered TEXT, 
	PRIMARY KEY (account, room, thread, person)
);
INSERT INTO "conversations" VALUES('room-bot','!room:example.org','','@ana:example.org','2026-11-23 12:00:00.000000','en','["peertube"]',NULL);
CREATE TABLE cursors (
	account TEXT NOT NULL, 
	cursor TEXT NOT NULL, 
	PRIMARY KEY (account)
);
INSERT INTO "cursors" VALUES('room-bot','c2');
CREATE TABLE echobot (
	version INTEGER NOT NULL
);
INSERT INTO "echobot" VALUES(1);
CREATE TABLE inbox (
	seq INTEGER NOT NULL, 
	account TEXT NOT NULL, 
	id TEXT NOT NULL, 
	kept_at DATETIME NOT NULL, 
	settled_at DATETIME, 
	room TEXT, 
	thread TEXT, 
	sender TEXT, 
	text TEXT, 
	sent_at DATETIME, 
	address TEXT, 
	PRIMARY KEY (seq), 
	UNIQUE (account, id)
);
INSERT INTO "inbox" VALUES(1,'room-bot','$m1','2026-11-23 12:00:00.000000',NULL,'!room:example.org',NULL,'@ana:example.org','what is peertube?','2026-11-23 12:00:00.000000','named');
INSERT INTO "inbox" VALUES(2,'room-bot','$m2','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE outbox (
	seq INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	account TEXT NOT NULL, 
	queued_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	first_tried_at DATETIME, 
	tries INTEGER NOT NULL, 
	done_at DATETIME, 
	remote_id TEXT, 
	reason TEXT, 
	room TEXT, 
	thread TEXT, 
	"to" TEXT, 
	asker TEXT, 
	text TEXT, 
	language TEXT, 
	PRIMARY KEY (seq), 
	UNIQUE ("key")
);
INSERT INTO "outbox" VALUES(1,'room-bot:$m2','room-bot','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000',NULL,0,NULL,NULL,NULL,'!room:example.org',NULL,'$m2','@ana:example.org','A video site.','en');
CREATE INDEX inbox_by_state ON inbox (account, settled_at, seq);
CREATE INDEX outbox_by_state ON outbox (account, done_at, seq);
CREATE INDEX ix_conversations_at ON conversations (at);
COMMIT;
