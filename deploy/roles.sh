#!/bin/sh
# Runs once, when the database is made: one role owns the tables and migrates, the other one only works with rows.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
	--set owner_password="$OWNER_PASSWORD" --set web_password="$WEB_PASSWORD" --set database="$POSTGRES_DB" <<-'SQL'
	CREATE ROLE vet2b_owner LOGIN PASSWORD :'owner_password';
	CREATE ROLE vet2b_web LOGIN PASSWORD :'web_password';
	REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
	GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO vet2b_owner;
	GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO vet2b_web;
	ALTER SCHEMA public OWNER TO vet2b_owner;
	GRANT USAGE ON SCHEMA public TO vet2b_web;
	ALTER DEFAULT PRIVILEGES FOR ROLE vet2b_owner
	    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vet2b_web;
	ALTER DEFAULT PRIVILEGES FOR ROLE vet2b_owner GRANT USAGE, SELECT ON SEQUENCES TO vet2b_web;
SQL
