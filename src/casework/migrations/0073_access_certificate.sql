-- A hospital's access by a client certificate instead of a key: SHA-256 of the certificate (DER), in hex; what it says of its owner and its last day.
alter table fsi_access add column certificate TEXT;
alter table fsi_access add column certificate_subject TEXT;
alter table fsi_access add column certificate_until TEXT;
create index fsi_access_certificate on fsi_access(certificate);
