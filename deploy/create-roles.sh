#!/bin/sh
# Run by PostgreSQL's image when the database is made: the role that Portside connects as, which is no superuser.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$PORTSIDE_ROLE_PASSWORD" <<'SQL'
create role portside login password :'password';
revoke all on database portside from public;
grant connect, temporary on database portside to portside;
revoke all on schema public from public;
grant usage, create on schema public to portside;
SQL
