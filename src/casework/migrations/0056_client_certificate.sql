-- The second factor by client certificate: SHA-256 of the certificate (DER), in hex. With one, nobody signs in without it.
alter table account add column certificate TEXT;
