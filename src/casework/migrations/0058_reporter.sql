-- Who reported a clue: sealed (casework/seal.h), JSON {name, phone, address}. Apart from the clue, seen by two persons only.
create table reporter (
    clue INTEGER PRIMARY KEY REFERENCES clue(id),
    sealed TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
