-- Run once by the administrator of the server: psql --file deploy/roles.sql postgres
-- Two roles: zhkh_owner changes tables (migrations), zhkh_app works with rows and owns nothing.
CREATE ROLE zhkh_owner LOGIN;
CREATE ROLE zhkh_app LOGIN;
CREATE DATABASE zhkh OWNER zhkh_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
