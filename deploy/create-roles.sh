#!/bin/sh
# Run by PostgreSQL's image when the database is made. Two roles, neither a superuser:
# `portside_owner` owns Portside's tables and the schema of its jobs, and changes them at a start
# (DATABASE_OWNER_URL); `portside` is what the proxy works as (DATABASE_URL), and can change no
# audit record.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set database="$POSTGRES_DB" \
  --set owner_password="$PORTSIDE_OWNER_PASSWORD" \
  --set password="$PORTSIDE_ROLE_PASSWORD" <<'SQL'
create role portside_owner login password :'owner_password';
create role portside login password :'password';
revoke all on database :"database" from public;
grant connect on database :"database" to portside_owner, portside;
grant create on database :"database" to portside_owner;
revoke all on schema public from public;
alter schema public owner to portside_owner;
SQL
