CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    salon_id INTEGER NOT NULL,
    caller TEXT,
    caller_name TEXT,
    seconds INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL
);

CREATE TABLE bookings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    salon_id INTEGER NOT NULL,
    chair INTEGER NOT NULL,
    starts_at TEXT NOT NULL,
    service TEXT NOT NULL,
    UNIQUE (salon_id, chair, starts_at)
);
